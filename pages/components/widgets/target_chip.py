"""Standing against a target: colour, icon and word together, never colour alone."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from core.evaluation.target_status import TargetResult, TargetStatus

SIGNS: Mapping[TargetStatus, tuple[str, Literal["green", "orange", "red", "gray"]]] = {
    TargetStatus.REACHED: ("verified", "green"),
    TargetStatus.LIKELY: ("check_circle", "green"),
    TargetStatus.NOT_YET: ("pending", "orange"),
    TargetStatus.OUT_OF_REACH: ("block", "red"),
    TargetStatus.UNKNOWN: ("help", "gray"),
}


def target_chip(result: TargetResult) -> None:
    """Show the standing in a word."""
    icon, color = SIGNS[result.status]
    st.badge(result.status.value, icon=f":material/{icon}:", color=color)
