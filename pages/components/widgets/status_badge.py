"""The state of a run: colour, icon and word together, never colour alone."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.runs import Run, RunStatus


@dataclass(frozen=True)
class SourcePreview:
    """How one state is shown."""

    word: str
    icon: str
    sign: str  # for tables, which hold text only
    color: Literal["green", "blue", "gray", "orange", "red", "primary"]


LOOKS = {
    RunStatus.QUEUED: SourcePreview("Waiting", ":material/hourglass_empty:", "◌", "gray"),
    RunStatus.RUNNING: SourcePreview("Running", ":material/play_circle:", "▶", "blue"),
    RunStatus.SUCCEEDED: SourcePreview("Done", ":material/check_circle:", "✓", "green"),
    RunStatus.FAILED: SourcePreview("Failed", ":material/error:", "✕", "red"),
    RunStatus.STOPPED: SourcePreview("Stopped", ":material/stop_circle:", "■", "gray"),
    RunStatus.INTERRUPTED: SourcePreview("Interrupted", ":material/power_off:", "!", "orange"),
}
STOPPING = SourcePreview("Stopping", ":material/stop_circle:", "▶", "orange")
PAUSING = SourcePreview("Pausing", ":material/pause_circle:", "▶", "orange")
PAUSED = SourcePreview("Paused", ":material/pause_circle:", "‖", "gray")
FINISHING = SourcePreview("Finishing", ":material/sports_score:", "▶", "blue")


def look(run: Run) -> SourcePreview:
    """Return how a run's state is shown."""
    if run.status is RunStatus.RUNNING and run.stop_requested_at:
        return PAUSING if run.paused else STOPPING
    if run.status is RunStatus.RUNNING and run.finish_requested_at:
        return FINISHING
    if run.status is RunStatus.STOPPED and run.paused:
        return PAUSED
    return LOOKS[run.status]


def status_chip(run: Run) -> None:
    """Show a run's state."""
    shown = look(run)
    st.badge(shown.word, icon=shown.icon, color=shown.color)


def status_text(run: Run) -> str:
    """Return a run's state for a table."""
    return f"{look(run).sign} {look(run).word}"
