"""Parallel coordinates of settings and score, one axis a row for narrow screens."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from core.runs import Run
from core.services.comparison.parallel_coordinates import Axis, axes_of, axis
from core.services.comparison.settings_table import SettingRow
from core.services.comparison.significance import Ranking
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.compare.sentences import Looks, called
from pages.components.widgets.text import number, plain

FEWEST = 3  # runs; two are read from the table
ROW_HEIGHT, LEGEND_ROW_HEIGHT = 66, 24  # pixels
LEGEND_RUN_WIDTH = 230
NAMED = 3  # settings in the title
LONGEST_LABEL = 44  # characters


def parallel(rows: Sequence[SettingRow], standing: Ranking, styles: Looks) -> None:
    """Show every run as a line through its settings to its score.

    Args:
        rows: From `core.services.comparison.settings_table`.
        standing: Runs of one group.
        styles: Their names.
    """
    runs = [one.run for one in standing.results]
    axes, metric = axes_of(rows, runs), standing.metric
    if len(runs) < FEWEST or not axes:
        return
    st.header("Settings and score", anchor=False)
    score = number(metric, runs[0].test[metric.name].value)
    said = f"The best score, {score} by {styles[runs[0].id].name}, was reached with {_settings(axes[:NAMED], 0)}."
    st.markdown(f"**{plain(said)}**")
    st.caption(
        "Each line is a run: it passes every setting at its value and ends at its score. Click a name below to hide "
        "its line, click it twice to see it alone."
    )
    alt = " ".join(
        f"{styles[run.id].name}: {_settings(axes, i)}; {called(metric)} {number(metric, run.test[metric.name].value)}."
        for i, run in enumerate(runs)
    )
    figure_chart(
        _figure([*axes, _score_axis(standing, runs)], runs, styles), key="parallel", alt=f"{said} {alt}",
    )  # fmt: skip


def _settings(axes: Sequence[Axis], run: int) -> str:
    return ", ".join(f"{_lower(one.label)} {one.values[run]}" for one in axes)


def _lower(label: str) -> str:
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _score_axis(standing: Ranking, runs: Sequence[Run]) -> Axis:
    """Return the score, with its ends written on it."""
    metric = standing.metric
    values = [run.test[metric.name].value for run in runs]
    words = tuple(number(metric, value) for value in values)
    ends = sorted({min(values), max(values)})
    return Axis(
        axis(metric.title, values).label, tuple(values), words, tuple(ends), tuple(number(metric, v) for v in ends)
    )


def _figure(axes: Sequence[Axis], runs: Sequence[Run], styles: Looks) -> dict[str, Any]:
    palette, last = colors(), len(axes) - 1
    places = [_shares(one, one.places) for one in axes]
    rails = [
        {"type": "line", "x0": 0, "x1": 1, "y0": row, "y1": row, "line": {"color": palette.line, "width": 2}}
        for row in range(len(axes))
    ]
    legend_rows = -(-len(runs) // 2) if len(runs) > 2 else 1
    below = legend_rows * LEGEND_ROW_HEIGHT + 16
    return {
        "data": [_line(run, [at[i] for at in places], [one.values[i] for one in axes], axes, styles)
                 for i, run in enumerate(runs)],
        "layout": figure_layout(ROW_HEIGHT * len(axes) + 30 + below)
        | {
            "shapes": rails, "annotations": [words for row, one in enumerate(axes) for words in _words(one, row)],
            "margin": {"l": 16, "r": 16, "t": 30, "b": below}, "showlegend": True, "hovermode": "closest",
            "legend": {"orientation": "h", "x": 0, "y": -0.02, "yanchor": "top", "entrywidth": LEGEND_RUN_WIDTH,
                       "font": {"size": 12}},
            "xaxis": {"range": [-0.04, 1.04], "visible": False, "fixedrange": True},
            "yaxis": {"range": [last + 0.45, -0.5], "visible": False, "fixedrange": True},
        },
    }  # fmt: skip


def _line(run: Run, x: Sequence[float], values: Sequence[str], axes: Sequence[Axis], styles: Looks) -> dict[str, Any]:
    style = styles[run.id]
    said = "<br>".join(f"{escape(one.label)}: {escape(value)}" for one, value in zip(axes, values, strict=True))
    return {
        "type": "scatter", "mode": "lines+markers", "name": escape(style.name), "x": list(x), "y": list(range(len(x))),
        "line": {"color": style.color, "width": 2, "dash": style.dash},
        "marker": {"size": 9, "symbol": style.symbol, "color": style.color}, "cliponaxis": False,
        "hovertemplate": f"<b>{escape(style.name)}</b><br>{said}<extra></extra>",
    }  # fmt: skip


def _words(one: Axis, row: int) -> list[dict[str, Any]]:
    """Return what is written at an axis: its name above it, its values below."""
    palette = colors()
    paper = "rgba(20,18,16,0.8)" if st.context.theme.type == "dark" else "rgba(255,255,255,0.8)"
    label = one.label.partition(",")[0]
    label = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    common = {"y": row, "showarrow": False, "bgcolor": paper, "borderpad": 1}
    name = {
        **common, "x": 0, "xanchor": "left", "xshift": -8, "yshift": 19, "text": f"<b>{escape(label)}</b>",
        "font": {"size": 12},
    }  # fmt: skip
    shares = _shares(one, one.ticks)
    return [name] + [
        {
            **common, "x": share, "text": escape(word), "yshift": -15,
            "xanchor": "left" if share < 0.1 else "right" if share > 0.9 else "center",
            "xshift": -8 if share < 0.1 else 8 if share > 0.9 else 0, "font": {"size": 11, "color": palette.muted},
        }
        for share, word in zip(shares, one.words, strict=True)
    ]  # fmt: skip


def _shares(one: Axis, places: Sequence[float]) -> list[float]:
    """Return positions as fractions of the axis; the middle for a single one."""
    low, high = min(one.places), max(one.places)
    return [(place - low) / (high - low) if high > low else 0.5 for place in places]
