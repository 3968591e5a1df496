"""The training examples that a model finds most like an input."""

import base64
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.evaluation.run_result import short
from core.formatting import csv_cell
from pages.components.widgets.text import plain

WIDTH, LONGEST = 96, 400  # pixels of a picture; characters of a text
_NUMBER = st.column_config.NumberColumn(format="localized")


def draw_nearest(said: Mapping[str, Any], key: str) -> None:
    """Show the nearest examples, with what they are and how near."""
    found = said["examples"]
    st.markdown(f"**{plain(headline(found, str(said['label'])))}**")
    if found and "image" in found[0]:
        with st.container(horizontal=True, gap="medium"):
            for one in found:
                with st.container(width=WIDTH + 16, gap="xxsmall"):
                    st.image(base64.b64decode(one["image"]), width=WIDTH, alt=f"Training example: {_is(one)}")
                    st.caption(plain(f"{_is(one)}, {_near(one)}"))
    elif found and "text" in found[0]:
        for one in found:
            with st.container(border=True, gap="xxsmall"):
                text = str(one["text"])
                st.text(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
                st.caption(plain(f"{_is(one)}, {_near(one)}"))
    elif found:
        rows = [
            {"Is": one.get("label", one.get("value")), "Distance": one["share"]}
            | {f"{csv_cell(name)} ": _cell(value) for name, value in one["row"].items()}  # the space keeps ours apart
            for one in found
        ]
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, key=f"nearest-{key}",
            column_config={
                "Is": st.column_config.Column() if "label" in found[0] else _NUMBER,
                "Distance": st.column_config.NumberColumn(format="%.2f", help="1 is as far as usual."),
            },
        )  # fmt: skip
    searched = f"{said['known']:,} of {said['of']:,} training examples" if said["known"] < said["of"] else "all"
    st.caption(plain(f"Looked through: {searched}. By what the model's last layer reads; 1 is the usual distance."))


def headline(found: list[Mapping[str, Any]], label: str) -> str:
    """Return how many of the nearest are of the answer's class, as a title."""
    if not label:
        values = [float(one["value"]) for one in found]
        return f"The {len(values)} nearest training examples have {short(min(values))} to {short(max(values))}"
    alike = sum(one.get("label") == label for one in found)
    return f"{alike} of the {len(found)} nearest training examples are '{label}'"


def _is(one: Mapping[str, Any]) -> str:
    return str(one["label"]) if "label" in one else short(float(one["value"]))


def _near(one: Mapping[str, Any]) -> str:
    return f"distance {one['share']:.2f}"


def _cell(value: Any) -> Any:
    return csv_cell(value) if isinstance(value, str) else value
