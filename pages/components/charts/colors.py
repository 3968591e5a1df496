"""Colours of server-made figures, for the viewer's theme and safe for colour-blind viewers."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

FONT = '"Source Sans", sans-serif'  # Streamlit's own, so that figures and text match


@dataclass(frozen=True)
class Palette:
    """A theme's figure colours."""

    accent: str
    muted: str
    line: str
    text: str
    scale: tuple[tuple[float, str], ...]  # from wrong over nothing to right


LIGHT = Palette("#B07A12", "#78716C", "#E6E1D8", "#1F1C18", ((0, "#C2570C"), (1 / 3, "#FAF8F5"), (1, "#2B6CB0")))
DARK = Palette("#D9A441", "#A8A29A", "#35302A", "#ECE8E1", ((0, "#C96A2B"), (1 / 3, "#1C1916"), (1, "#4584C7")))


def colors() -> Palette:
    """Return the colours of the viewer's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def figure_layout(height: int) -> dict[str, Any]:
    """Return the common Plotly layout of all figures, `height` pixels high."""
    return {
        "height": height,
        "margin": {"l": 0, "r": 12, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colors().text},
        "showlegend": False,
    }
