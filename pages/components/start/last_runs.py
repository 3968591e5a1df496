"""The last runs on Start, each with its standing, and the machine."""

from collections.abc import Mapping

import streamlit as st

from core.evaluation.target_status import TargetResult
from core.evaluation.target_words import wanted
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.run.external_run import origin_of
from pages.components.widgets.browser_notification import notify_button
from pages.components.widgets.notices import empty_state, shown_errors
from pages.components.widgets.status_badge import status_chip, target_chip
from pages.components.widgets.text import ago, duration, number, plain

RECENT = 5


def last_runs(was_active: bool) -> None:
    """Show running, waiting and last finished runs, refreshing while a run is active."""
    with shown_errors():
        service = shared_service()
        runs = [run for run in service.runs(limit=10 * RECENT) if not run.archived_at][:RECENT]
        with st.container(key="last-runs", gap="small"):
            st.header("Your last runs", anchor=False)
            standing = service.targets.results(runs)
            for run in runs:
                _row(run, standing)
            if not runs:
                empty_state(
                    "science", "Your runs will stand here",
                    "Each with its score and how it stands against your target. Drop your data above, or try a demo.",
                )  # fmt: skip
            with st.container(horizontal=True, vertical_alignment="center"):
                if runs:
                    st.page_link("runs.py", label="All runs", icon=":material/list:")
                notify_button(service.active_runs())
        _machine()
        if was_active and not service.active_runs():
            st.rerun()


def _row(run: Run, standing: Mapping[str, TargetResult]) -> None:
    with st.container(border=True, gap="xxsmall", key=f"recent-{run.id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.page_link("run.py", label=f"**{plain(run.name)}**", query_params={"run": run.id})
            with st.container(horizontal=True, width="content", vertical_alignment="center"):
                if run.id in standing and run.test:
                    target_chip(standing[run.id])
                else:
                    status_chip(run)
        st.caption("  ·  ".join(_facts(run, standing.get(run.id))))


def _facts(run: Run, result: TargetResult | None) -> list[str]:
    """Return what stands below the name of a run."""
    task = shared_service().tasks().get(run.task)
    if task is None:
        return [plain(part) for part in (run.project, origin_of(run), ago(run.created_at)) if part]
    parts = [task.title, ago(run.created_at)]
    metric, score = task.metric(task.primary_metric), run.test.get(task.primary_metric)
    if score is not None:
        parts.insert(0, f"**{metric.title.partition(' (')[0]} {number(metric, score.value)}**")
        if result is not None:
            parts.insert(1, f"wanted: {plain(wanted(result.target))}")
    elif run.status.is_active and run.time_left_s is not None:
        parts.insert(0, f"about {duration(run.time_left_s)} left")
    return parts


def _machine() -> None:
    """Say in one line what trains here, and whether it is ready."""
    service = shared_service()
    worker, waiting = service.watch(), service.queue()
    ready = "Ready" if worker.warm else "Getting ready" if worker.alive else "Starting"
    parts = [f":material/memory: {plain(worker.device) or 'This machine'}", ready]
    parts.append(f"{len(waiting)} waiting" if waiting else "queue is empty")
    with st.container(horizontal=True, vertical_alignment="center", key="machine"):
        st.caption("  ·  ".join(parts), width="content")
        st.page_link("system.py", label="More about this machine", icon=":material/arrow_forward:")
