"""A contest that goes on, and one that ended before its result."""

import streamlit as st

from core.services.contests.contests import Contests
from core.services.contests.in_words import cost_in_words
from core.services.contests.progress import ContestProgress
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import duration, plain

PAUSE_HELP = "Ends after the answers that are on their way. Resume goes on exactly there."
STOP_HELP = "Ends without a score. What was answered is kept, so a resume asks nothing twice."
ENDS = {
    "paused": ("pause_circle", "gray", "is paused"),
    "stopped": ("cancel", "gray", "was stopped"),
    "failed": ("error", "red", "could not go on"),
    "interrupted": ("power_off", "orange", "was interrupted"),
}


def working_card(contests: Contests, now: ContestProgress) -> None:
    """Show how far a contest is, and the buttons that end it."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":blue[:material/progress_activity:] **{plain(now.name)}** is asked", width="content")
        with st.container(horizontal=True, width="content"):
            if st.button("Pause", key=f"pause-{now.id}", icon=":material/pause:", help=PAUSE_HELP):
                contests.pause(now.id)
            if st.button("Stop", key=f"stop-{now.id}", icon=":material/stop_circle:", help=STOP_HELP):
                contests.stop(now.id)
    share = min(1.0, now.done / now.total) if now.total else 0.0
    st.progress(share, text=plain(" · ".join(progress_in_words(now))))


def progress_in_words(now: ContestProgress) -> list[str]:
    """Return what a contest does, how far it is, and what it has cost."""
    words = [now.stage]
    if now.total:
        words.append(f"{now.done:,} of {now.total:,} answers")
    if now.time_left_s is not None:
        words.append(f"about {duration(now.time_left_s)} left")
    if now.retries:
        words.append(f"{now.retries:,} requests made again")
    if now.money:
        words.append(f"{cost_in_words(now.money, now.currency)} so far")
    return words


def ended_card(contests: Contests, now: ContestProgress) -> None:
    """Show why a contest ended without a result, and offer to go on."""
    icon, color, what = ENDS[now.state]
    kept = f" {now.done:,} of {now.total:,} answers are kept." if now.done and not now.message else ""
    st.markdown(f":{color}[:material/{icon}:] **{plain(now.name)}** {what}\\.{plain(kept)}")
    if now.message:
        st.markdown(plain(now.message))
    with st.container(horizontal=True):
        if st.button("Resume", key=f"resume-{now.id}", icon=":material/play_arrow:"):
            with shown_errors():
                contests.resume(now.id)
                st.rerun()
        dismiss(contests, now.id)


def dismiss(contests: Contests, contest_id: str) -> None:
    """Offer to take a contest off the list."""
    help_text = "Takes it off this list. Its answers stay kept."
    if st.button("Dismiss", key=f"dismiss-{contest_id}", icon=":material/close:", type="tertiary", help=help_text):
        with shown_errors():
            contests.forget(contest_id)
            st.rerun()
