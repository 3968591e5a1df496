"""Styles of up to twenty runs: short name, colour, dash and marker.

They are the same in every chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.runs import Run
from core.services.comparison.selection import short_names

# In the light and in the dark theme. No two runs share colour, dash and marker: 6, 5 and 7 have no common factor.
COLORS = (
    ("#2B6CB0", "#6CA9EA"), ("#C2570C", "#F0975A"), ("#0F7B5F", "#4CC3A0"), ("#A8326E", "#E58FBB"),
    ("#8A6A00", "#D9B441"), ("#57534E", "#B8B2A8"),
)  # fmt: skip
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SYMBOLS = {
    "circle": "●", "diamond": "◆", "square": "■", "triangle-up": "▲", "cross": "✚", "star": "★", "triangle-down": "▼",
}  # fmt: skip


@dataclass(frozen=True)
class RunStyle:
    """The look of one run."""

    name: str  # short, and no other run's
    colors: tuple[str, str]  # in the light and in the dark theme
    dash: str
    symbol: str

    @property
    def color(self) -> str:
        """In the theme that the viewer sees."""
        return self.colors[st.context.theme.type == "dark"]

    @property
    def sign(self) -> str:
        """The marker, for tables and sentences."""
        return SYMBOLS[self.symbol]

    @property
    def title(self) -> str:
        """Marker and name."""
        return f"{self.sign} {self.name}"


def styles_of(runs: Sequence[Run]) -> dict[str, RunStyle]:
    """Return the look of each run by its id, by its place among them."""
    names, symbols = short_names(runs), list(SYMBOLS)
    return {
        run.id: RunStyle(names[run.id], COLORS[i % len(COLORS)], DASHES[i % len(DASHES)], symbols[i % len(symbols)])
        for i, run in enumerate(runs)
    }
