"""The state of a run: colour, icon and word together, never colour alone."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.runs import Run, RunStatus


@dataclass(frozen=True)
class Badge:
    """How one state is shown."""

    word: str
    icon: str
    sign: str  # for tables, which hold text only
    color: Literal["green", "blue", "gray", "orange", "red", "primary"]


BADGES = {
    RunStatus.QUEUED: Badge("Waiting", ":material/hourglass_empty:", "◌", "gray"),
    RunStatus.RUNNING: Badge("Running", ":material/play_circle:", "▶", "blue"),
    RunStatus.SUCCEEDED: Badge("Done", ":material/check_circle:", "✓", "green"),
    RunStatus.FAILED: Badge("Failed", ":material/error:", "✕", "red"),
    RunStatus.STOPPED: Badge("Stopped", ":material/stop_circle:", "■", "gray"),
    RunStatus.INTERRUPTED: Badge("Interrupted", ":material/power_off:", "!", "orange"),
}
STOPPING = Badge("Stopping", ":material/stop_circle:", "▶", "orange")
PAUSING = Badge("Pausing", ":material/pause_circle:", "▶", "orange")
PAUSED = Badge("Paused", ":material/pause_circle:", "‖", "gray")
FINISHING = Badge("Finishing", ":material/sports_score:", "▶", "blue")


def badge_of(run: Run) -> Badge:
    """Return how a run's state is shown."""
    if run.status is RunStatus.RUNNING and run.stop_requested_at:
        return PAUSING if run.paused else STOPPING
    if run.status is RunStatus.RUNNING and run.finish_requested_at:
        return FINISHING
    if run.status is RunStatus.STOPPED and run.paused:
        return PAUSED
    return BADGES[run.status]


def status_chip(run: Run) -> None:
    """Show a run's state."""
    shown = badge_of(run)
    st.badge(shown.word, icon=shown.icon, color=shown.color)


def status_text(run: Run) -> str:
    """Return a run's state for a table."""
    return f"{badge_of(run).sign} {badge_of(run).word}"
