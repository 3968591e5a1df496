"""Columns of a row that can be moved; the answer follows."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

import streamlit as st

from core.evaluation.run_result import short
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.explanation.amounts import amount, change
from pages.components.widgets.text import plain

HEIGHT = 280
Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]  # a changed row -> every slider of it, as the server says


def draw_sliders(said: Mapping[str, Any], row: Mapping[str, Any], ask: Ask, key: str) -> None:
    """Show a column's curve and slider; earlier moves of others stay.

    Args:
        said: Of the row as it was given.
        row: It.
        ask: Asks the server about a changed row.
        key: Unique on the page.
    """
    label, first = str(said["label"]), {one["name"]: one for one in said["sliders"]}
    if not first:
        st.markdown("This row has no column of numbers or categories that could be moved.")
        return
    st.markdown(f"**{plain(headline(said['sliders'], label))}**")
    moved: dict[str, Any] = st.session_state.setdefault(f"moved-{key}", {})
    name = st.selectbox("Column", list(first), key=f"column-{key}", help="The one that moves the answer most is first.")
    now = ask({**row, **moved}) if moved else said
    one = next(slider for slider in now["sliders"] if slider["name"] == name)
    at = _control(one, moved.get(name, one["at"]), f"{key}-{name}")
    if at != one["at"]:
        moved[name] = at
    answer, before = _at(one, at), _at(first[name], first[name]["at"])
    figure_chart(
        _figure(one, at, label), key=f"curve-{key}-{name}",
        alt=f"The answer by {name}, of this row and on average; at {_shown(at)} it is {amount(answer, label)}.",
    )  # fmt: skip
    others = [f"{column} {_shown(value)}" for column, value in moved.items() if column != name]
    said_of = f" of '{label}'" if label else ""
    st.markdown(plain(
        f"With {name} at {_shown(at)}{''.join(f', {other}' for other in others)}, the answer is "
        f"{amount(answer, label)}{said_of}"
        + (f": {change(answer - before, label)} to the row as it was." if moved else ", as the row is.")
    ))  # fmt: skip
    if moved and st.button("Back to the row as it was", key=f"back-{key}", icon=":material/undo:"):
        moved.clear()
        for column in first:
            st.session_state.pop(f"to-{key}-{column}", None)
        st.rerun(scope="fragment")


def headline(sliders: Sequence[Mapping[str, Any]], label: str) -> str:
    """Return which column moves the answer most, as a title."""
    one = sliders[0]
    low, high = min(one["answers"]), max(one["answers"])
    return f"'{one['name']}' alone moves the answer from {amount(low, label)} to {amount(high, label)}"


def _control(one: Mapping[str, Any], at: Any, key: str) -> Any:
    """Return what the column is set to."""
    values = list(one["values"])
    if one["kind"] == "category":
        options = values if at in values or at is None else [at, *values]
        return st.selectbox(
            str(one["name"]), options, options.index(at) if at in options else None, key=f"to-{key}",
            placeholder="Empty",
        )  # fmt: skip
    own = values[0] if at is None else at
    low, high = min(values[0], own), max(values[-1], own)
    if low == high:
        return at
    start = at if at is not None else (low + high) / 2
    step = 1.0 if all(float(value).is_integer() for value in (*values, start)) else (high - low) / 200
    chosen = st.slider(str(one["name"]), float(low), float(high), float(start), step, key=f"to-{key}")
    return at if abs(chosen - start) < step / 2 else chosen


def _at(one: Mapping[str, Any], at: Any) -> float:
    """Return the answer at a value, interpolated on the curve."""
    values, answers = one["values"], one["answers"]
    if at is None or one["kind"] == "category":
        return float(answers[values.index(at)] if at in values else one["answer"])
    if at == one["at"]:
        return float(one["answer"])
    pairs = sorted(zip(values, answers, strict=True))
    for (left, low), (right, high) in pairwise(pairs):
        if left <= at <= right:
            return float(low + (high - low) * (at - left) / (right - left))
    return float(pairs[0][1] if at < pairs[0][0] else pairs[-1][1])


def _shown(value: Any) -> str:
    return "empty" if value is None else short(value) if isinstance(value, float) else str(value)


def _figure(one: Mapping[str, Any], at: Any, label: str) -> dict[str, Any]:
    palette, scale = colors(), 100 if label else 1
    is_number = one["kind"] == "number"
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    line = {"type": "scatter", "x": list(one["values"]), "mode": "lines" if is_number else "markers"}
    title = f"Probability of '{label[:28]}'" if label else "Answer"
    of_others, own = palette.muted, palette.scale[-1][1]
    return {
        "data": [
            line
            | {"name": "Other rows, on average", "y": [scale * value for value in one["average"]],
               "line": {"color": of_others, "dash": "dash"}, "marker": {"color": of_others, "symbol": "diamond"}},
            line
            | {"name": "This row", "y": [scale * value for value in one["answers"]],
               "line": {"color": own, "width": 3}, "marker": {"color": own, "size": 10}},
            {"type": "scatter", "x": [at], "y": [scale * _at(one, at)], "mode": "markers", "showlegend": False,
             "marker": {"color": palette.accent, "size": 13, "line": {"color": palette.text, "width": 1}}},
        ],
        "layout": figure_layout(HEIGHT)
        | {
            "showlegend": True, "legend": {"orientation": "h", "y": 1.15, "x": 0},
            "xaxis": axis | {"title": {"text": _escaped(str(one["name"])[:60]), "standoff": 8, "font": {"size": 13}}},
            "yaxis": axis
            | {"title": {"text": _escaped(title), "standoff": 8, "font": {"size": 13}},
               "ticksuffix": " %" if label else ""},
        },
    }  # fmt: skip


def _escaped(text: str) -> str:
    return escape(text).replace("%", "&#37;")
