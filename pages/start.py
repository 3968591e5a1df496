"""Start: what can be done here, one click away, and what was done last."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.run.external_run import origin_of
from pages.components.start.recipe_cards import recipe_cards
from pages.components.widgets.browser_notification import notify_button
from pages.components.widgets.notices import empty_state, shown_errors
from pages.components.widgets.starting import one_key, start
from pages.components.widgets.status_badge import status_chip
from pages.components.widgets.text import ago, duration, number, plain

RECENT = 5
REFRESH_S = 4.0


def page() -> None:
    """Show the page."""
    shared_service().worker.ensure_alive()  # loading what a run needs takes seconds, while somebody reads
    st.title("Is your AI idea worth building?", anchor=False)
    st.markdown(
        "Train a real model on real data, on this machine, and get an honest answer: better than the simple way? "
        "By how much? How sure?",
    )
    st.space("small")
    with st.grid(3, border=True, min_column_width=270):
        for task in shared_service().tasks().values():
            _card(task)
    st.page_link("import_data.py", label="Bring your own data", icon=":material/upload_file:")
    active = bool(shared_service().active_runs())
    now = st.fragment(_now, run_every=REFRESH_S if active else None, key="now")
    st.space("small")
    if shared_service().runs(limit=1):  # whoever has some looks for them first
        now(active)
        _recipes()
    else:
        _recipes()
        now(active)


def _card(task: TaskSpec) -> None:
    service = shared_service()
    dataset, model = task.demo
    with st.container(height="stretch", vertical_alignment="distribute", key=f"card-{task.name}"):
        with st.container(gap="small"):
            st.markdown(f"## :primary[:material/{task.icon}:] {task.title}")
            st.markdown(task.summary)
            st.caption(f"**For example:** {task.example}")
        ready = model in service.models(task.name) and dataset in service.datasets(task.name)
        with st.container(gap="xsmall"):
            demo = service.datasets()[dataset].title if dataset in service.datasets() else dataset
            clicked = st.button(
                f"Demo: {plain(demo)}",
                key=f"demo-{task.name}",
                type="primary",
                icon=":material/play_arrow:",
                width="stretch",
                disabled=not ready,
            )
            st.page_link(
                "train.py",
                label="Choose data and model yourself",
                icon=":material/tune:",
                query_params={"task": task.name},
                width="stretch",
            )
    key = one_key(f"demo-{task.name}", clicked)
    if clicked:
        start(service.make_config(task.name, dataset, model, "quick"), key)


def _recipes() -> None:
    st.header("Recipes", anchor=False)
    st.caption("Well-known settings with a name. One click starts them, on your data too.")
    recipe_cards()
    st.space("small")


def _now(was_active: bool) -> None:
    """Show running, waiting and last finished runs, refreshing while a run is active."""
    with shown_errors():
        service = shared_service()
        recent, machine = st.columns([2.2, 1], gap="large")
        with recent:
            st.header("Recent runs", anchor=False)
            runs = [run for run in service.runs(limit=10 * RECENT) if not run.archived_at][:RECENT]
            for run in runs:
                _row(run)
            notify_button(service.active_runs())
            if not runs:
                empty_state("science", "No runs yet", "Try a demo above: the first curve appears within seconds.")
        with machine:
            _machine()
        if was_active and not service.active_runs():
            st.rerun()


def _row(run: Run) -> None:
    task = shared_service().tasks().get(run.task)
    with st.container(border=True, gap="xxsmall", key=f"recent-{run.id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.page_link("run.py", label=f"**{plain(run.name)}**", query_params={"run": run.id})
            status_chip(run)
        if task is None:
            parts = [plain(part) for part in (run.project, origin_of(run), ago(run.created_at)) if part]
            st.caption("  ·  ".join(parts))
            return
        score = run.test.get(task.primary_metric)
        metric = task.metric(task.primary_metric)
        parts = [task.title, ago(run.created_at)]
        if score is not None:
            parts.insert(1, f"**{metric.title.partition(' (')[0]} {number(metric, score.value)}**")
        elif run.status.is_active and run.time_left_s is not None:
            parts.insert(1, f"about {duration(run.time_left_s)} left")
        st.caption("  ·  ".join(parts))


def _machine() -> None:
    service = shared_service()
    worker = service.watch()
    waiting = service.queue()
    st.header("This machine", anchor=False)
    with st.container(border=True, gap="small", key="machine"):
        st.markdown(f":material/memory: **{plain(worker.device) or 'Not looked at yet'}**")
        if worker.alive:
            warm = "ready, starts at once" if worker.warm else "ready"
            st.markdown(f":green[:material/check_circle:] Worker {warm}")
        else:
            st.markdown(":gray[:material/bedtime:] The worker is starting")
        count = f"{len(waiting)} waiting" if waiting else "Nothing waits"
        st.markdown(f":material/format_list_numbered: {count}")
        st.page_link("system.py", label="More about this machine", icon=":material/arrow_forward:")


if __name__ == "__main__":
    page()
