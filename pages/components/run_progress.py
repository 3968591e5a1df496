"""What a run is doing now: stage, progress, time left, latest numbers, and the button that stops it."""

from datetime import UTC, datetime

import streamlit as st

from core.bootstrap import shared_service
from core.runs import Run, RunStatus, Stage
from core.specs import MetricSpec, TaskSpec
from pages.components.chips import status_chip
from pages.components.text import duration, number, plain

WORDS = {
    Stage.WAITING: "Waiting for its turn",
    Stage.STARTING: "Starting a process for it",
    Stage.LOADING_DATA: "Loading the data",
    Stage.TRAINING: "Training",
    Stage.EVALUATING: "Taking the exam: the test examples, once",
    Stage.SAVING: "Saving",
    Stage.DONE: "Done",
}


def run_progress(run: Run, task: TaskSpec) -> None:
    """Show an active run's progress."""
    with st.container(border=True, key="progress"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            status_chip(run)
            _stop_button(run)
        st.progress(_share(run), text=_sentence(run))
        if run.status is RunStatus.RUNNING:
            _numbers(run, task)


def _stop_button(run: Run) -> None:
    label = "Cancel" if run.status is RunStatus.QUEUED else "Stop and keep what it learnt"
    asked = run.stop_requested_at is not None
    if st.button(label, key="stop", icon=":material/stop_circle:", disabled=asked):
        shared_service().stop_run(run.id)
        st.rerun()


def _share(run: Run) -> float:
    if run.stage in (Stage.EVALUATING, Stage.SAVING, Stage.DONE):
        return 1.0
    return min(1.0, run.steps / run.steps_total) if run.steps_total else 0.0


def _sentence(run: Run) -> str:
    if run.status is RunStatus.QUEUED:
        return _waiting(run)
    if run.stop_requested_at:
        return "Stop asked: it finishes its step and saves what it learnt."
    parts = [WORDS[run.stage]]
    if run.stage is Stage.TRAINING and run.steps_total:
        parts.append(f"step {run.steps:,} of {run.steps_total:,}")
        if run.time_left_s is not None:
            parts.append(f"about {duration(run.time_left_s)} left")
    return " · ".join(parts)


def _waiting(run: Run) -> str:
    entry = next((e for e in shared_service().queue() if e.run_id == run.id), None)
    if entry is None or not entry.ahead:
        return "Next in line: it starts in a moment."
    runs = "1 run" if entry.ahead == 1 else f"{entry.ahead} runs"
    wait = f", about {duration(entry.wait_s)} to wait" if entry.wait_s is not None else ""
    return f"{runs} ahead of it{wait}."


def _numbers(run: Run, task: TaskSpec) -> None:
    latest = shared_service().latest(run.id)
    metric = task.metric(task.primary_metric)
    shown: list[tuple[str, str, MetricSpec | None]] = [
        ("train/loss", "Training loss", None),
        ("validation/loss", "Validation loss", None),
    ]
    if metric.name != "loss":
        shown.append((f"validation/{metric.name}", f"Validation {_in_a_sentence(metric.title)}", metric))
    with st.grid(4, min_column_width=130):
        for key, label, spec in shown:
            point = latest.get(key)
            text = "–" if point is None else f"{point[1]:.4f}" if spec is None else number(spec, point[1])
            st.metric(label, text)
        running = (datetime.now(UTC) - run.started_at).total_seconds() if run.started_at else None
        st.metric("Running for", duration(running))


def _in_a_sentence(title: str) -> str:
    return title if title.isupper() else title.lower()  # R² and F1 stay as they are


def ended_notice(run: Run) -> None:
    """Say how a run ended if it did not end well, and offer to go on."""
    if run.status is RunStatus.SUCCEEDED or run.status.is_active:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="ended"):
        st.markdown(plain(run.reason) or _reasons[run.status], width="stretch")
        if run.can_resume and st.button("Resume", key="resume", type="primary", icon=":material/play_arrow:"):
            shared_service().resume_run(run.id)
            st.rerun()


_reasons = {
    RunStatus.STOPPED: "It was stopped. What it had learnt is kept.",
    RunStatus.FAILED: "It ended by an error; the log below says more.",
    RunStatus.INTERRUPTED: "Its process vanished (power, a kill). It can go on from its last checkpoint.",
}
