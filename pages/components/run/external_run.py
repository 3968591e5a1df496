"""A run logged elsewhere: its process, its progress and its curves so far."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.charts.curve_chart import curve_chart
from pages.components.charts.external_charts import in_order
from pages.components.run.controls import ask_to_stop
from pages.components.run.run_details import record
from pages.components.run.tab_bar import show_tabs
from pages.components.widgets.notices import empty_state, shown_errors
from pages.components.widgets.refresh_rate import refresh_s
from pages.components.widgets.status_badge import status_chip
from pages.components.widgets.text import ago, duration, logged_number, plain

MOST_NUMBERS = 8
ORIGINS = {
    "tracked": "Logged from a script",
    "tensorboard": "From TensorBoard",
    "mlflow": "From MLflow",
    "wandb": "From Weights & Biases",
    "csv": "From a CSV file",
    "example": "An example that comes with Touchstone",
}


def origin_of(run: Run) -> str:
    """Return where a run came from, in words."""
    return ORIGINS.get(run.origin, f"From {run.origin}" if run.origin else "Trained here")


def external_facts(run: Run) -> list[str]:
    """Return what stands below the name of a run from elsewhere."""
    parts = [run.project, f"started {ago(run.first_started_at or run.created_at)}"]
    if run.took_s is not None:
        parts.append(f"took {duration(run.took_s)}")
    return [part for part in parts if part]


def origin_chip(run: Run) -> None:
    """Show where a run came from."""
    st.badge(plain(origin_of(run)), icon=":material/input:", color="gray")


def external_run(run: Run) -> None:
    """Show everything below the head of the page."""
    keys = sorted(shared_service().latest(run.id))
    with st.container(key="live"):
        if run.status.is_active:
            st.fragment(_live, run_every=refresh_s(), key="live")(run.id, keys)
        elif keys:
            _numbers(run)
    tabs = {"Curves": partial(_curves, run, has_points=bool(keys)), "Details": partial(record, run)}
    show_tabs(run, tabs, "Curves")


def _curves(run: Run, *, has_points: bool) -> None:
    st.header("Curves", anchor=False)
    if has_points:
        curve_chart(run, None)
    elif run.status.is_active:
        empty_state("show_chart", "Nothing logged yet", "The first curve appears here with the first number.")
    else:
        empty_state("show_chart", "Nothing was logged", "This run ended before it had said a number.")


def _live(run_id: str, known: list[str]) -> None:
    """Refresh the progress; rerun the page when the run ends or adds metrics."""
    with shown_errors():
        refresh_s()
        run = shared_service().run(run_id)
        if not run.status.is_active or sorted(shared_service().latest(run_id)) != known:
            st.rerun()
        with st.container(border=True, key="progress"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                status_chip(run)
                if run.origin == "tracked":
                    ask_to_stop(run)
            st.markdown(plain(_sentence(run)))
            for event in shared_service().events(run.id, "warning")[-2:]:
                st.markdown(f":orange[:material/warning:] {plain(event.message)}")
            _numbers(run)


def _sentence(run: Run) -> str:
    if run.stop_requested_at:
        return "Stop asked: its script ends when it looks at run.should_stop."
    running = duration(run.worked_s(datetime.now(UTC))) if run.started_at else "–"
    return f"Being logged for {running} · step {run.steps:,}"


def _numbers(run: Run) -> None:
    """Show the newest numbers."""
    latest = shared_service().latest(run.id)
    with st.grid(4, min_column_width=130):
        for key in in_order(latest)[:MOST_NUMBERS]:
            step, value, _ = latest[key]
            st.metric(plain(key), logged_number(value), help=f"At step {step:,}")
