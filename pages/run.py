"""Run page: one run, live while it works, then its result.

Every run has a separate link.
"""

import streamlit as st

from core.errors import RunNotFound
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.charts.curve_chart import curve_chart
from pages.components.run.actions import run_actions
from pages.components.run.coach import coach
from pages.components.run.dataset import run_data
from pages.components.run.ended import ended_notice
from pages.components.run.external_run import external_facts, external_run, origin_chip
from pages.components.run.labels import run_labels
from pages.components.run.mistakes import failures
from pages.components.run.next_runs import lineage, next_steps
from pages.components.run.progress import run_progress
from pages.components.run.run_details import record
from pages.components.run.sample_predictions import sample_predictions
from pages.components.run.scores import comparison, score_cards, verdict
from pages.components.run.temperature_samples import temperature_samples
from pages.components.train.estimate import expected_and_true
from pages.components.widgets.browser_notification import notify_button
from pages.components.widgets.notices import empty_state, shown_errors
from pages.components.widgets.refresh_rate import refresh_s
from pages.components.widgets.status_badge import badge_of, status_chip
from pages.components.widgets.tab_title import tab_title
from pages.components.widgets.text import ago, duration, plain
from pages.components.widgets.undo import undo_notice

ADVICE_LOOKS = 3  # of the progress, for one of the coach: what it says changes seldom


def page() -> None:
    """Show the page."""
    run_id = st.query_params.get("run", "")
    try:
        run = shared_service().run(run_id)
    except RunNotFound:
        _nothing(run_id)
        return
    task = shared_service().tasks().get(run.task)
    undo_notice()
    _head(run)
    ended_notice(run)
    if task is None:  # it was not trained here
        external_run(run)
        return
    next_steps(run)
    # Both places are always there, so that a result never shares one with what was drawn while the run was live.
    live, result = st.container(key="live"), st.container(key="result")
    with live:
        if run.status.is_active:
            notify_button([run])
            pace_s = refresh_s()
            st.fragment(_live, run_every=pace_s, key="live")(run.id, task)
            st.fragment(_advice, run_every=ADVICE_LOOKS * pace_s, key="advice")(run.id)
    report = shared_service().report(run.id)
    with result:
        verdict(run, report)
        if run.test:
            score_cards(run, task)
            comparison(run, task, report)
        if not run.status.is_active:
            coach(run)
    st.header("Learning curves", anchor=False)
    curve_chart(run, task)
    sample_predictions(run, task)
    temperature_samples(run, report)
    failures(run, report)
    record(run)


def _nothing(run_id: str) -> None:
    st.title("Run", anchor=False)
    if run_id:
        empty_state("search_off", "No such run", f"There is no run {plain(run_id[:40])}. It may have been removed.")
    else:
        empty_state("show_chart", "Which run?", "Pick one from the list of runs, or start a new one.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link("runs.py", label="All runs", icon=":material/list:")
        st.page_link("train.py", label="Train a model", icon=":material/model_training:")


def _head(run: Run) -> None:
    service = shared_service()
    tab_title(run.name, "" if run.status.is_active else badge_of(run).word, "Run")
    title, actions = st.columns([1.6, 1], vertical_alignment="bottom")
    with title:
        st.title(plain(run.name), anchor=False)
    with actions, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if not run.status.is_active:
            status_chip(run)
        if not run.is_own:
            origin_chip(run)
        with st.popover("", icon=":material/more_horiz:", help="Rename, note, tags, trash"):
            run_actions(run)
    if not run.is_own:
        st.caption("  ·  ".join(map(plain, external_facts(run))))
        run_labels(run)
        return
    models, datasets = service.models(), service.datasets()
    model = models[run.config.model].title if run.config.model in models else run.config.model
    data = datasets[run.config.dataset].title if run.config.dataset in datasets else run.config.dataset
    parts = [
        f"{model} on {data}",
        run.config.preset,
        run.device,
        f"started {ago(run.first_started_at or run.created_at)}",
    ]
    if run.took_s is not None:
        parts.append(f"took {duration(run.took_s)}")
    if run.ended_early:
        parts.append(f"ended at step {run.steps:,} of {run.steps_total:,}")
    st.caption("  ·  ".join(plain(part) for part in parts if part))
    expected_and_true(run)
    run_data(run)
    lineage(run)
    run_labels(run)


def _live(run_id: str, task: TaskSpec) -> None:
    """Refresh the progress; when the run has ended, rerun the page for its result."""
    with shown_errors():
        refresh_s()
        shared_service().watch()
        run = shared_service().run(run_id)
        if not run.status.is_active:
            st.rerun()
        run_progress(run, task)


def _advice(run_id: str) -> None:
    with shown_errors():
        coach(shared_service().run(run_id))


if __name__ == "__main__":
    page()
