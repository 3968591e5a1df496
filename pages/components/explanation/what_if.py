"""What if a word were not there: the answer without each word."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.formatting import csv_cell
from pages.components.explanation.amounts import change
from pages.components.widgets.text import plain

HEIGHT, FITS = 340, 8  # pixels; rows that are shown whole


def draw_what_if(said: Mapping[str, Any], key: str) -> None:
    """Show the words by how much the answer changes without them."""
    found, label = said["without"], str(said["label"])
    if not found:
        st.markdown("There is no word in it that could be taken away.")
        return
    st.markdown(f"**{plain(headline(found, label))}**")
    rows = [
        {"Without": csv_cell(str(one["word"])), "Change (points)": 100 * one["change"],
         "Then it says": csv_cell(str(one["label"])), "Confidence": 100 * one["score"]}
        for one in sorted(found, key=lambda one: -abs(one["change"]))
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key=f"without-{key}",
        height="content" if len(rows) <= FITS else HEIGHT,
        column_config={
            "Change (points)": st.column_config.NumberColumn(format="%+.1f", help=f"Of the probability of '{label}'."),
            "Confidence": st.column_config.NumberColumn(format="%.0f %%"),
        },
    )


def headline(found: list[Mapping[str, Any]], label: str) -> str:
    """Return which single word turns the answer, as a title."""
    turning = [one for one in found if one["label"] != label]
    most = max(found, key=lambda one: abs(one["change"]))
    moved = f"without '{most['word']}' the probability of '{label}' changes most, by {change(most['change'], label)}"
    if not turning:
        return f"No single word turns the answer; {moved}"
    names = ", ".join(f"'{one['word']}'" for one in turning[:3])
    return f"{len(turning)} word{'s' if len(turning) > 1 else ''} alone would turn the answer: {names}"
