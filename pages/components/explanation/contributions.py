"""What each word or column adds to an answer, as bars, and their sum."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.explanation.amounts import amount, change
from pages.components.widgets.text import plain

SHOWN = 12  # bars; the others are told together
LITTLE = 1e-3  # of what is divided: a rest that nobody would see
BAR, ROOM, LONGEST = 26, 76, 28  # pixels a bar and beside them; characters of a name


def draw_contributions(said: Mapping[str, Any], key: str) -> None:
    """Show the parts that add most, and that all add up to the answer."""
    label = str(said["label"])
    parts = sorted(said["parts"], key=lambda part: -abs(part["value"]))
    if not parts:
        st.markdown("There is no word in it that could be explained.")
        return
    st.markdown(f"**{plain(headline(parts, label))}**")
    shown, others = parts[:SHOWN], parts[SHOWN:]
    rows = [(str(part["name"]), float(part["value"])) for part in shown]
    if others:
        rows.append((f"{len(others)} others", sum(float(part["value"]) for part in others)))
    figure_chart(bars(rows, label), key=f"parts-{key}", alt=f"{headline(parts, label)}. {sum_in_words(said)}")
    st.markdown(plain(sum_in_words(said)))


def headline(parts: Sequence[Mapping[str, Any]], label: str) -> str:
    """Return what the strongest parts do, as a title."""
    first = parts[0]
    if first["value"] == 0:
        return "Nothing of it moves the answer"
    if label:
        way = f"speaks {'for' if first['value'] > 0 else 'against'} '{label}'"
    else:
        way = f"{'raises' if first['value'] > 0 else 'lowers'} the answer"
    return f"'{first['name']}' {way} most: {change(first['value'], label)}"


def sum_in_words(said: Mapping[str, Any]) -> str:
    """Return from where to where the parts lead, and what is left."""
    label = str(said["label"])
    start, answer = amount(said["start"], label), amount(said["answer"], label)
    what = f" for '{label}'" if label else ""
    total = f"The sum: {said['start_is']} gets {start}{what}; the parts add {change(said['total'], label)}"
    rest, is_little = change(said["rest"], label), abs(said["rest"]) < LITTLE * abs(said["answer"] - said["start"])
    left = "" if is_little or rest[1:] == change(0.0, label)[1:] else f", and {rest} is {said['rest_is']}"
    return f"{total}{left}: {answer}."


def bars(rows: Sequence[tuple[str, float]], label: str, unit: str = "") -> dict[str, Any]:
    """Return a figure of bars to both sides of nothing, the first on top.

    Args:
        rows: Names and values.
        label: Whose probability they are about; empty of a number.
        unit: Of the axis, where it is another.
    """
    palette = colors()
    scale = 100 if label else 1
    axis = {"gridcolor": palette.line, "zeroline": True, "zerolinecolor": palette.muted, "automargin": True,
            "fixedrange": True}  # fmt: skip
    names = [
        escape(f"{name[: LONGEST - 1]}…" if len(name) > LONGEST else name).replace("%", "&#37;") for name, _ in rows
    ]
    places, values = list(range(len(rows))), [scale * value for _, value in rows]
    title = unit or ("Points of probability" if label else "In units of the answer")
    return {
        "data": [
            {
                "type": "bar", "orientation": "h", "y": places, "x": values,
                "marker": {"color": [palette.scale[-1 if value >= 0 else 0][1] for value in values]},
                "hovertemplate": "%{x:+,.4~g}<extra></extra>",
            }
        ],
        "layout": figure_layout(BAR * len(rows) + ROOM)
        | {
            "bargap": 0.25,
            "xaxis": axis | {"title": {"text": _escaped(title), "standoff": 12, "font": {"size": 13}}, "nticks": 5},
            "yaxis": {"tickmode": "array", "tickvals": places, "ticktext": names, "automargin": True,
                      "autorange": "reversed", "fixedrange": True, "gridcolor": "rgba(0,0,0,0)"},
        },
    }  # fmt: skip


def _escaped(text: str) -> str:
    return escape(text).replace("%", "&#37;")
