"""Chart of contenders: score against the cost of an answer, or scores alone."""

import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

from core.evaluation.amounts import amount
from core.services.comparison.contenders import Contender
from core.specs import MetricSpec, Score
from pages.components.charts.colors import colors, figure_layout
from pages.components.contenders.words import SIGNS, thousand_title
from pages.components.widgets.text import interval, number

ROW_HEIGHT, HEIGHT = 56, 360  # pixels of one contender in the chart of scores alone; of the other one
ROOM = 0.35  # of a factor of ten, beside the outermost signs
FEWEST_PRICED = 2  # contenders whose answers' cost is known; of fewer the chart shows scores alone
LONGEST = 34  # characters of a name beside its sign


def contender_chart(shown: Sequence[Contender], metric: MetricSpec, currency: str) -> dict[str, Any]:
    """Return a figure of contenders by score and, where known, cost."""
    priced = _priced(shown)
    if len(priced) < FEWEST_PRICED:
        return _scores(shown, metric)
    palette, scale = colors(), 100 if metric.unit == "percent" else 1
    logs = [math.log10(one.takes.thousand or 1) for one in priced]
    low, high = min(logs) - ROOM, max(logs) + ROOM
    front = [(one.takes.thousand, one.scores[metric.name].value * scale) for one in priced if one.on_front]
    steps = _steps(sorted((float(cost or 0), score) for cost, score in front))
    line = {
        "type": "scatter", "mode": "lines", "x": [x for x, _ in steps], "y": [y for _, y in steps],
        "line": {"color": palette.muted, "width": 2, "dash": "dash"}, "hoverinfo": "skip",
    }  # fmt: skip
    dots = [
        _point(one, metric, currency, _side(log, low, high)) for one, log in zip(priced, logs, strict=True)
    ]  # fmt: skip
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    title = f"Cost of {thousand_title(priced[0].takes)} ({currency})"
    return {
        "data": [line, *dots],
        "layout": figure_layout(HEIGHT)
        | {
            "xaxis": {
                **axis, "type": "log", "range": [low, high], "dtick": 1, "exponentformat": "power",
                "title": _title(title),
            },
            "yaxis": {
                **axis, "range": _range(priced, metric, scale), "nticks": 8, "title": _title(metric.title),
                "ticksuffix": " %" if metric.unit == "percent" else "",
            },
        },
    }  # fmt: skip


def without_place(shown: Sequence[Contender]) -> list[Contender]:
    """Return who is not in a chart of costs, as theirs are unknown."""
    priced = _priced(shown)
    return [one for one in shown if one not in priced] if len(priced) >= FEWEST_PRICED else []


def _priced(shown: Sequence[Contender]) -> list[Contender]:
    return [one for one in shown if one.takes.thousand]


def _point(one: Contender, metric: MetricSpec, currency: str, side: str) -> dict[str, Any]:
    palette, score, scale = colors(), one.scores[metric.name], 100 if metric.unit == "percent" else 1
    own, height = one.standing == "reference", "top" if one.on_front else "bottom"
    name = one.short if len(one.short) <= LONGEST else f"{one.short[: LONGEST - 1]}…"
    return {
        "type": "scatter", "mode": "markers+text", "x": [one.takes.thousand], "y": [score.value * scale],
        "text": escape(name), "textposition": f"{height} {side}", "textfont": {"size": 12}, "cliponaxis": False,
        "marker": {
            "size": 13 if own else 10, "color": palette.accent if own else palette.muted, "symbol": SIGNS[one.kind],
        },
        "error_y": _bars(score, scale),
        "hovertemplate": f"{escape(one.name)}<br>{number(metric, score.value)} ({interval(metric, score)})<br>"
        f"{amount(one.takes.thousand or 0, 2)} {escape(currency)}<extra></extra>",
    }  # fmt: skip


def _bars(score: Score, scale: float) -> dict[str, Any]:
    if math.isnan(score.ci_low) or math.isnan(score.ci_high):
        return {}
    above, below = (score.ci_high - score.value) * scale, (score.value - score.ci_low) * scale
    return {"type": "data", "array": [above], "arrayminus": [below], "thickness": 2, "width": 6}


def _side(log: float, low: float, high: float) -> str:
    share = (log - low) / (high - low)
    return "right" if share < 0.4 else "left" if share > 0.6 else "center"


def _range(shown: Sequence[Contender], metric: MetricSpec, scale: float) -> list[float]:
    ends = [end * scale for one in shown for end in vars(one.scores[metric.name]).values() if not math.isnan(end)]
    room = max((max(ends) - min(ends)) * 0.12, 1e-9)
    return [min(ends) - room, max(ends) + room]


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the front as stairs: between two on it nothing better is known."""
    steps = [*points[:1]]
    for (_, before), (x, y) in pairwise(points):
        steps += [(x, before), (x, y)]
    return steps


def _scores(shown: Sequence[Contender], metric: MetricSpec) -> dict[str, Any]:
    palette, scale = colors(), 100 if metric.unit == "percent" else 1
    names = [
        {
            "text": f"{escape(one.short)}  <b>{number(metric, one.scores[metric.name].value)}</b>", "x": 0,
            "xref": "paper", "xanchor": "left", "y": row, "yshift": 20, "showarrow": False, "font": {"size": 13},
        }
        for row, one in enumerate(shown)
    ]  # fmt: skip
    dots = []
    for row, one in enumerate(shown):
        score, own = one.scores[metric.name], one.standing == "reference"
        dots.append(
            {
                "type": "scatter", "x": [score.value * scale], "y": [row], "mode": "markers", "cliponaxis": False,
                "marker": {
                    "size": 13 if own else 10, "color": palette.accent if own else palette.muted,
                    "symbol": SIGNS[one.kind],
                },
                "error_x": _bars(score, scale),
                "hovertemplate": f"{number(metric, score.value)}<br>{interval(metric, score)}<extra></extra>",
            }
        )  # fmt: skip
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    return {
        "data": dots,
        "layout": figure_layout(70 + ROW_HEIGHT * len(shown))
        | {
            "annotations": names,  # above their row, so that they take no width from it
            "xaxis": {**axis, "ticksuffix": " %" if metric.unit == "percent" else "", "nticks": 8},
            "yaxis": {**axis, "range": [len(shown) - 0.6, -0.9], "showticklabels": False, "showgrid": False},
        },
    }


def _title(text: str) -> dict[str, Any]:
    return {"text": escape(text), "standoff": 8, "font": {"size": 13}}
