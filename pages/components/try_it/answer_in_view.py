"""The answer in view on a phone, where it stands below what was asked."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "touchstone_answer_in_view", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def bring_into_view(number: int, place: str) -> None:
    """Scroll to this place on a narrow screen, once for each question."""
    _component(key=f"in-view-{place}", data={"number": number})
