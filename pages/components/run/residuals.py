"""Residuals of a model: errors against predictions, and their distribution."""

from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st

from core.evaluation.residuals import Part, parts, trend
from core.evaluation.run_result import short
from core.runs import Run
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.widgets.text import plain

HEIGHT = 320
MOST_BARS = 40


def residuals(run: Run, right: np.ndarray, answers: np.ndarray, target: str) -> None:
    """Show the errors against the predictions, and their histogram.

    Args:
        run: The run.
        right: (N,) right numbers.
        answers: (N,) what it said.
        target: Name of the column; empty where it has none.
    """
    errors = answers - right
    if len(errors) < 2:
        return
    left, histogram = st.columns(2, gap="large")
    with left:
        _by_answer(run, answers, errors, parts(right, answers), target)
    with histogram:
        _spread(run, errors, target)


def finding(found: tuple[Part, ...]) -> str:
    """Return what the errors by answers show, as its title."""
    if not found:
        return "Errors by the size of the prediction: too few rows to see a pattern"
    first, last = short(found[0].off.value), short(found[-1].off.value)
    said = {"grow": "Its errors grow with the prediction", "shrink": "Its errors shrink as the prediction grows"}
    if word := said.get(trend(found)):
        return f"{word}: off by {first} on low predictions, {last} on high ones"
    return f"It is about as far off on low predictions ({first}) as on high ones ({last})"


def _by_answer(run: Run, answers: np.ndarray, errors: np.ndarray, found: tuple[Part, ...], target: str) -> None:
    title = finding(found)
    st.markdown(f"**{plain(title)}**")
    st.caption(
        "Each dot is one unseen row: above the line it predicted too high, below too low. Thick lines: means of thirds."
    )
    palette = colors()
    dots = {
        "type": "scatter", "mode": "markers", "x": answers.tolist(), "y": errors.tolist(),
        "marker": {"size": 6, "color": palette.scale[-1][1], "opacity": 0.7},
        "hovertemplate": "Predicted %{x:,.5~g}, off by %{y:+,.4~g}<extra></extra>",
    }  # fmt: skip
    lean = {
        "type": "scatter", "mode": "lines", "hoverinfo": "skip",
        "x": [x for part in found for x in (part.low, part.high, None)],
        "y": [y for part in found for y in (part.lean.value, part.lean.value, None)],
        "line": {"color": palette.scale[0][1], "width": 3},
    }  # fmt: skip
    axis = _axis()
    figure = {
        "data": [dots, lean],
        "layout": figure_layout(HEIGHT)
        | {
            "shapes": [_line({"xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0})],
            "xaxis": axis | {"title": _title(f"Predicted {target}".rstrip())},
            "yaxis": axis | {"title": _title("Predicted minus actual")},
        },
    }
    alt = f"{title}. Errors of {len(errors):,} rows by prediction; thick lines: the mean of low, middle, high ones."
    figure_chart(figure, key=f"residuals-{run.id}", alt=alt)


def _spread(run: Run, errors: np.ndarray, target: str) -> None:
    low, high = (float(q) for q in np.quantile(errors, (0.25, 0.75)))
    title = f"Half of its errors lie between {_signed(low)} and {_signed(high)}"
    st.markdown(f"**{plain(title)}**")
    st.caption("How often it was off by how much; a hill around 0 is good, one beside it means that it is biased.")
    bars = int(min(MOST_BARS, max(5, np.sqrt(len(errors)) * 2)))
    counts, edges = np.histogram(errors, bins=bars)
    palette, axis = colors(), _axis()
    figure = {
        "data": [
            {
                "type": "bar", "x": ((edges[1:] + edges[:-1]) / 2).tolist(), "y": counts.tolist(),
                "width": np.diff(edges).tolist(), "marker": {"color": palette.scale[-1][1]},
                "customdata": [[_signed(a), _signed(b)] for a, b in pairwise(edges)],
                "hovertemplate": "%{y:,} rows off by %{customdata[0]} to %{customdata[1]}<extra></extra>",
            }
        ],
        "layout": figure_layout(HEIGHT)
        | {
            "bargap": 0.05,
            "shapes": [_line({"yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1})],
            "xaxis": axis | {"title": _title(f"Predicted minus actual{f', {target}' if target else ''}")},
            "yaxis": axis | {"title": _title("Rows")},
        },
    }  # fmt: skip
    alt = f"{title}. Histogram of {len(errors):,} errors from {_signed(edges[0])} to {_signed(edges[-1])}."
    figure_chart(figure, key=f"errors-{run.id}", alt=alt)


def _signed(number: float) -> str:
    return f"+{short(number)}" if number > 0 else short(number)


def _line(ends: dict[str, Any]) -> dict[str, Any]:
    return {"type": "line", "line": {"color": colors().muted, "width": 1.5, "dash": "dash"}} | ends


def _axis() -> dict[str, Any]:
    return {"gridcolor": colors().line, "zeroline": False, "automargin": True, "fixedrange": True, "nticks": 8}


def _title(text: str) -> dict[str, Any]:
    return {"text": escape(text), "standoff": 8, "font": {"size": 13}}
