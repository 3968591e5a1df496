"""The unsuccessful end of a run, and the ways to continue."""

import streamlit as st

from core.runs import Run, RunStatus
from pages.components.run.controls import finish_button, resume_button
from pages.components.run.next_runs import go_on_from
from pages.components.run.run_again import again_link
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import plain, value

TENTH = 0.1
HINTS = {
    "diverged": "A lower learning rate nearly always helps: the steps were too large.",
    "memory": "A smaller batch or a smaller model needs less.",
}
_REASONS = {
    RunStatus.STOPPED: "It was stopped. What it had learnt is kept.",
    RunStatus.FAILED: "It ended by an error; the log below says more.",
    RunStatus.INTERRUPTED: "Its process vanished (power, a kill). It can go on from its last checkpoint.",
}


def ended_notice(run: Run) -> None:
    """Show how an unsuccessful run ended, and offer to continue."""
    if run.status is RunStatus.SUCCEEDED or run.status.is_active:
        return
    with st.container(border=True, gap="small", key="ended"):
        st.markdown(_what_happened(run))
        with st.container(horizontal=True, vertical_alignment="center"):
            if run.deleted_at is None:
                _ways_on(run)


def _what_happened(run: Run) -> str:
    icon = ":red[:material/error:]" if run.status is RunStatus.FAILED else ":gray[:material/info:]"
    parts = [f"{icon} {plain(run.reason or _REASONS[run.status])}"]
    if hint := HINTS.get(run.cause):
        parts.append(plain(hint))
    if run.steps and run.steps_total > run.steps:
        parts.append(f"It had made {run.steps:,} of {run.steps_total:,} steps\\.")
    return " ".join(parts)


def _ways_on(run: Run) -> None:
    if run.cause == "diverged":
        _slower(run)
        rate = value(max(run.config.learning_rate * TENTH, 1e-6))
        again_link(run, "Start again with a tenth of the learning rate", {"learning_rate": rate})
        return
    if run.cause == "memory":
        changes = {"batch_size": str(run.config.batch_size // 2)} if run.config.batch_size > 1 else {}
        again_link(run, "Start again with smaller batches", changes)
        return
    if run.can_resume:
        resume_button(run)
        if run.can_finish:
            finish_button(run)


def _slower(run: Run) -> None:
    """Offer what saves most of the work after a divergence."""
    if not run.can_train_longer:  # it broke down before it had saved anything
        return
    label = "Go on from the last good checkpoint with a tenth of the learning rate"
    clicked = st.button(label, key="slower", type="primary", icon=":material/healing:", wrap=True)
    key = one_key(f"slower-{run.id}", clicked)
    if clicked:
        with shown_errors():
            go_on_from(run, passes_left(run), None, key)


def passes_left(run: Run) -> int:
    """Return how many passes over the data a run had still to make."""
    done = run.steps / run.steps_total if run.steps_total else 0.0
    return max(1, round(run.config.epochs * (1 - done)))
