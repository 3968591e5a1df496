"""Progress of a run: stage, share done, time left, latest numbers and control buttons."""

from datetime import UTC, datetime

import streamlit as st

from core.runs import STAGES, Count, Run, RunStatus, Stage
from core.services.bootstrap import shared_service
from core.specs import MetricSpec, TaskSpec
from pages.components.run.controls import end_button, live_controls
from pages.components.widgets.status_badge import status_chip
from pages.components.widgets.text import duration, number, plain, size

WORDS = {
    Stage.WAITING: "Waiting for its turn",
    Stage.STARTING: "Starting a process for it",
    Stage.LOADING_DATA: "Loading the data",
    Stage.ENCODING: "Encoding",
    Stage.TRAINING: "Training",
    Stage.BASELINES: "Fitting the baselines",
    Stage.FOLDS: "Testing on every row, in folds",
    Stage.EVALUATING: "Testing on unseen data",
    Stage.SAVING: "Saving",
    Stage.DONE: "Done",
}
_BEFORE_THE_TEST = (Stage.WAITING, *STAGES[: STAGES.index(Stage.EVALUATING)])
MOST_WARNINGS = 2  # the latest; the others are among the events


def run_progress(run: Run, task: TaskSpec) -> None:
    """Show an active run's progress."""
    with st.container(border=True, key="progress", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            status_chip(run)
            with st.container(horizontal=True, width="content", gap="xsmall", key="controls"):
                live_controls(run)
        share, sentence = _download(run) or (_share(run), _sentence(run))
        st.progress(share, text=plain(sentence))
        if silent_s := run.silent_s(datetime.now(UTC)):
            _silent(run, silent_s)
        _warnings(run)
        if run.status is RunStatus.RUNNING:
            _numbers(run, task)


def _silent(run: Run, silent_s: float) -> None:
    """Warn that a run is stalled, and offer to end it.

    Whether it will continue is unknown.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="silent"):
        st.markdown(
            f":orange[:material/hourglass_disabled:] Nothing was heard of its process for {duration(silent_s)}: it "
            "stands still, or the machine is very busy. It may go on by itself; what was saved is kept in any case.",
            width="stretch",
        )
        end_button(run)


def _share(run: Run) -> float:
    """Return the share done: by time if time left is known, else by counts."""
    spent_s = run.progress.spent_s
    if run.time_left_s is not None and spent_s:
        return spent_s / (spent_s + run.time_left_s)
    if run.stage in (Stage.EVALUATING, Stage.SAVING, Stage.DONE):
        return 1.0
    if run.steps_total:
        return min(1.0, run.steps / run.steps_total)
    return max((count.done / count.total for count in run.progress.counts if count.total), default=0.0)


def _download(run: Run) -> tuple[float, str] | None:
    """Return how much of a pretrained model is here, while it is being fetched."""
    if run.status is not RunStatus.RUNNING or run.stage is not Stage.LOADING_DATA or run.stop_requested_at:
        return None
    latest = shared_service().events(run.id)[-1:]
    if not latest or latest[0].kind != "download":
        return None
    done, total = (int(latest[0].data.get(name) or 0) for name in ("done_bytes", "total_bytes"))
    if not total:
        return 0.0, latest[0].message
    return min(1.0, done / total), f"{latest[0].message} · {size(done)} of {size(total)}"


def _sentence(run: Run) -> str:
    if run.status is RunStatus.QUEUED:
        return _waiting(run)
    if run.stop_requested_at:
        asked = "Pause" if run.paused else "Stop"
        return f"{asked} asked: it finishes its step and saves what it learnt."
    if run.finish_requested_at and run.stage in _BEFORE_THE_TEST:
        return "Finish asked: it ends its step, then it is tested on unseen data."
    parts = [WORDS[run.stage]]
    if run.stage is Stage.TRAINING and run.steps_total:
        parts.append(f"step {run.steps:,} of {run.steps_total:,}")
    counts = [_count(count) for count in run.progress.counts]
    if counts and counts[0].startswith(parts[0]):  # "Encoding texts 1,200 of 14,333" says the stage too
        parts.pop(0)
    if run.time_left_s is not None:
        counts.append(f"about {duration(run.time_left_s)} left in all")
    return " · ".join([*parts, *counts])


def _count(count: Count) -> str:
    """Return how far something is, and how long it alone will take."""
    if count.what == "Fold":
        return f"fold {count.done:,} of {count.total:,}"
    left = "" if count.left_s is None else f" (about {duration(count.left_s)})"
    return f"{count.what} {count.done:,} of {count.total:,}{left}"


def _warnings(run: Run) -> None:
    """Say what should be known while it works: memory was short, the loss rises."""
    for event in shared_service().events(run.id, "warning")[-MOST_WARNINGS:]:
        st.markdown(f":orange[:material/warning:] {plain(event.message)}")


def _waiting(run: Run) -> str:
    entry = next((e for e in shared_service().queue() if e.run_id == run.id), None)
    if entry is None or not entry.ahead:
        return "Next in line: it starts in a moment."
    runs = "1 run" if entry.ahead == 1 else f"{entry.ahead} runs"
    wait = f", about {duration(entry.wait_s)} to wait" if entry.wait_s is not None else ""
    return f"{runs} ahead of it{wait}."


def _numbers(run: Run, task: TaskSpec) -> None:
    """Show the newest metrics in a line; the curve beside shows their history."""
    latest = shared_service().latest(run.id)
    metric = task.metric(task.primary_metric)
    shown: list[tuple[str, str, MetricSpec | None]] = [
        ("train/loss", "Training loss", None),
        ("validation/loss", "Validation loss", None),
    ]
    if metric.name != "loss":
        shown.append((f"validation/{metric.name}", f"Validation {metric.in_a_sentence}", metric))
    said = [
        f"{label} **{f'{latest[key][1]:.4f}' if spec is None else number(spec, latest[key][1])}**"
        for key, label, spec in shown
        if key in latest
    ]
    if run.started_at:
        said.append(f"running for {duration(run.worked_s(datetime.now(UTC)))}")
    st.caption("  ·  ".join(said))
