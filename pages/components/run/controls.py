"""The buttons that change what a run does: pause, finish now, stop, resume."""

from collections.abc import Callable

import streamlit as st

from core.runs import Run, RunStatus
from core.services.bootstrap import shared_service
from pages.components.widgets.notices import shown_errors

PAUSE_HELP = "Saves exactly where it is and frees the machine. Resume goes on as if nothing had happened."
FINISH_HELP = "Ends the training here, tests on unseen data what it has learnt so far, and keeps the result."
ASK_HELP = "Sets run.should_stop in its script, which decides. Nothing here ends somebody else's program."
END_HELP = "Ends its process at once. Its checkpoints are kept, and it can be resumed from the last one."
STOP_HELP = "Ends here without a test score. What it has learnt is kept, and it can be resumed."


def live_controls(run: Run) -> None:
    """Show what can be done with a run that waits or works."""
    if run.status is RunStatus.QUEUED:
        if st.button("Cancel", key="stop", icon=":material/close:"):
            _do(lambda: shared_service().stop_run(run.id))
        return
    asked = run.stop_requested_at is not None or run.finish_requested_at is not None
    if st.button("Pause", key="pause", icon=":material/pause:", disabled=asked, help=PAUSE_HELP):
        _do(lambda: shared_service().pause_run(run.id))
    finish_button(run)
    stopping = run.stop_requested_at is not None
    if st.button("Stop", key="stop", icon=":material/stop_circle:", disabled=stopping, help=STOP_HELP):
        _do(lambda: shared_service().stop_run(run.id))


def end_button(run: Run) -> None:
    """Offer to end the process of a run that stands still."""
    if st.button("End it now", key="end-now", icon=":material/dangerous:", help=END_HELP):
        _do(lambda: shared_service().end_run(run.id))


def ask_to_stop(run: Run) -> None:
    """Offer to request a stop from the logging script, which decides itself.

    Nothing here ends the script.
    """
    asked = run.stop_requested_at is not None
    if st.button("Ask to stop", key="stop", icon=":material/stop_circle:", disabled=asked, help=ASK_HELP):
        _do(lambda: shared_service().stop_run(run.id))


def resume_button(run: Run) -> None:
    """Offer to go on where a run ended."""
    if st.button("Resume", key="resume", type="primary", icon=":material/play_arrow:"):
        _do(lambda: shared_service().resume_run(run.id))


def finish_button(run: Run) -> None:
    """Offer to judge and keep what a run has learnt so far."""
    disabled = not run.can_finish
    if st.button("Finish now", key="finish", icon=":material/sports_score:", disabled=disabled, help=FINISH_HELP):
        _do(lambda: shared_service().finish_run(run.id))


def _do(change: Callable[[], object]) -> None:
    with shown_errors():
        change()
        st.rerun()
