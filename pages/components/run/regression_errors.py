"""Errors of a regression model: predictions against true values, and the largest errors."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.formatting import csv_cell
from core.runs import Run
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.explanation.mistakes import why_mistaken
from pages.components.run.residuals import residuals
from pages.components.widgets.text import plain

MOST_ERRORS = 12
LONGEST_NAME = 40  # characters of a column's


def number_errors(run: Run, report: Mapping[str, Any]) -> None:
    """Show how near the answers are to the truth."""
    right, answers = np.array(report["pairs"], dtype=np.float64).T  # (N,) each
    target = str(report.get("target", ""))[:LONGEST_NAME]
    st.header("Where it is off", anchor=False)
    if scale := str(report.get("scale", "")):
        st.caption(plain(scale))
    dots, words = st.columns([1.6, 1], gap="large")
    with dots:
        _scatter(run, right, answers, target)
    with words:
        _sizes(answers - right, target)
    residuals(run, right, answers, target)
    _largest(report.get("mistakes", []))
    why_mistaken(run, *_explained(report.get("mistakes", [])), run.id)


def _explained(mistakes: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[Mapping[str, Any]]]:
    """Return the largest errors' names and rows."""
    shown = [one for one in mistakes[:MOST_ERRORS] if one.get("row")]
    said = [(in_words(one["error"]), short(one["target"]), short(one["predicted"])) for one in shown]
    return [f"{off}: actual {right}, predicted {answer}" for off, right, answer in said], [one["row"] for one in shown]


def _finding(run: Run, off: float) -> str:
    """Return what the picture shows, as its title."""
    own = f"Its predictions are off by {short(run.test['mae'].value if 'mae' in run.test else off)} on average"
    mean = run.baselines.get("mean", {}).get("mae")
    return f"{own}; always predicting the mean is off by {short(mean.value)}" if mean else own


def _scatter(run: Run, right: np.ndarray, answers: np.ndarray, target: str) -> None:
    off = float(np.abs(answers - right).mean())
    finding = _finding(run, off)
    st.markdown(f"**{plain(finding)}**")
    st.caption(
        "Each dot is one unseen row. On the line it is right; above it the prediction is too high, below too low."
    )
    palette = colors()
    ends = [float(min(right.min(), answers.min())), float(max(right.max(), answers.max()))]
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True, "nticks": 8}
    line = {
        "type": "scatter", "mode": "lines", "x": ends, "y": ends, "hoverinfo": "skip",
        "line": {"color": palette.muted, "width": 2, "dash": "dash"},
    }  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": right.tolist(), "y": answers.tolist(),
        "text": [in_words(error) for error in answers - right],
        "marker": {
            "size": 7, "color": palette.scale[-1][1], "opacity": 0.75, "line": {"width": 0.5, "color": palette.text},
        },
        "hovertemplate": "Actual %{x:,.5~g}, predicted %{y:,.5~g}<br><b>%{text}</b><extra></extra>",
    }  # fmt: skip
    figure = {
        "data": [line, dots],
        "layout": figure_layout(400)
        | {
            "xaxis": {
                **axis,
                "title": {"text": escape(f"Actual {target}".rstrip()), "standoff": 8, "font": {"size": 13}},
            },
            "yaxis": {**axis, "title": {"text": "Predicted", "standoff": 8, "font": {"size": 13}}},
        },
    }
    alt = (
        f"{finding}. Predictions against the actual {target or 'numbers'} of {len(right):,} unseen rows, from "
        f"{short(ends[0])} to {short(ends[1])}; {np.mean(answers > right):.0%} of them are too high."
    )
    figure_chart(figure, key=f"answers-{run.id}", alt=alt)


def _sizes(errors: np.ndarray, target: str) -> None:
    """Show how large the errors are, and whether they are biased."""
    sizes = np.abs(errors)
    st.markdown("**How far off**")
    st.caption(f"In the units of {plain(target) or 'what is predicted'}, on unseen rows.")
    half, nine_in_ten = np.quantile(sizes, (0.5, 0.9))
    st.metric("Half are off by less than", short(float(half)), border=True)
    st.metric("Nine in ten are off by less than", short(float(nine_in_ten)), border=True)
    lean = float(errors.mean())
    side = f"{short(abs(lean))} too {'high' if lean > 0 else 'low'} on average"
    st.metric("Bias", side if short(abs(lean)) != "0" else "none, up or down", border=True)


def _largest(mistakes: Sequence[Mapping[str, Any]]) -> None:
    if not mistakes:
        return
    st.markdown("**Its largest errors**")
    st.caption("Look here for wrong entries, rare cases, and what the columns do not say.")
    shown = mistakes[:MOST_ERRORS]
    table = pd.DataFrame(
        [
            {"Off by": in_words(m["error"]), "Actual": short(m["target"]), "Predicted": short(m["predicted"])}
            | {
                f"{csv_cell(name)} ": _cell(value) for name, value in m.get("row", {}).items()
            }  # the space keeps ours apart
            for m in shown
        ]
    )
    alt = f"The {len(shown)} rows with the largest errors."
    widths = {"Off by": st.column_config.TextColumn(width=125)}
    st.dataframe(table, hide_index=True, height="content", alt=alt, column_config=widths)


def in_words(error: float) -> str:
    """Return an error (prediction minus actual value) as people say it."""
    if error == 0:
        return "exactly right"
    return f"{short(abs(error))} too {'high' if error > 0 else 'low'}"


def short(number: float) -> str:
    """Return a number of any size with about three digits."""
    return f"{number:,.0f}" if 100 <= abs(number) < 1e12 else f"{number:.3g}"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.6g}" if isinstance(value, float) else csv_cell(str(value))
