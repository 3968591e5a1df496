"""The state of a run: colour, icon and word together, never colour alone."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.evaluation.target_status import TargetResult, TargetStatus
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
    RunStatus.SUCCEEDED: Badge("Done", ":material/check_circle:", "✓", "gray"),  # what it is worth its target says
    RunStatus.FAILED: Badge("Failed", ":material/error:", "✕", "red"),
    RunStatus.STOPPED: Badge("Stopped", ":material/stop_circle:", "■", "gray"),
    RunStatus.INTERRUPTED: Badge("Interrupted", ":material/power_off:", "!", "orange"),
}
TARGET_BADGES: dict[TargetStatus, Badge] = {
    TargetStatus.REACHED: Badge("Reached", ":material/verified:", "●", "green"),
    TargetStatus.LIKELY: Badge("Likely reached", ":material/check_circle:", "◕", "blue"),
    TargetStatus.NOT_YET: Badge("Not yet", ":material/trending_up:", "◔", "orange"),
    TargetStatus.OUT_OF_REACH: Badge("Out of reach with this data", ":material/block:", "○", "red"),
    TargetStatus.UNKNOWN: Badge("Not known", ":material/help:", "?", "gray"),
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


def target_badge(result: TargetResult) -> Badge:
    """Return how a run's standing against its target is shown."""
    return TARGET_BADGES[result.status]


def target_chip(result: TargetResult) -> None:
    """Show a run's standing against its target."""
    shown = target_badge(result)
    st.badge(shown.word, icon=shown.icon, color=shown.color)


def target_text(result: TargetResult | None) -> str:
    """Return the standing for a table; empty without a target."""
    return "" if result is None else f"{target_badge(result).sign} {result.status}"


def status_text(run: Run) -> str:
    """Return a run's state for a table."""
    return f"{badge_of(run).sign} {badge_of(run).word}"
