"""Whether a classifier is as often right as it says."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.evaluation.cached_predictions import cached_predictions
from core.evaluation.calibration import Calibration, calibration
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import Predictions
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.widgets.notices import empty_state
from pages.components.widgets.text import plain

HEIGHT = 400
LEANS = {"too sure": "Overconfident", "too modest": "Underconfident"}


def certainty(run: Run, report: Mapping[str, Any]) -> None:
    """Show how confidence and accuracy go together."""
    del report
    predictions = cached_predictions(shared_service().folder(run.id))
    if predictions is None:
        not_kept()
        return
    sure = predictions.probabilities[np.arange(len(predictions.predicted)), predictions.predicted]
    found = calibration(sure, predictions.targets == predictions.predicted)
    if found is None:
        empty_state("straighten", "Nothing to judge", "The test split has no example.")
        return
    chart, words = st.columns([1.6, 1], gap="large")
    with chart:
        _chart(run, found, len(sure))
    with words:
        _words(found, predictions)


def not_kept() -> None:
    """Say that a run has kept no probabilities, and what to do."""
    empty_state(
        "history", "Not kept for this run",
        "It ended before probabilities were kept, or had too many to keep. Train it again to see this.",
    )  # fmt: skip


def finding(found: Calibration) -> str:
    """Return what the chart shows, as its title."""
    off = f"{100 * found.ece:.1f} points"
    if found.verdict == "honest":
        return f"It is as often right as it is confident: {off} apart, no more than chance"
    if found.verdict == "uneven":
        return f"Overconfident in places and underconfident in others: {off} apart on average"
    said, right = (float(np.average(values, weights=[b.count for b in found.bins])) for values in _two(found))
    return f"{LEANS[found.verdict]}: {100 * said:.0f} % confident on average, but right in {100 * right:.0f} %"


def _two(found: Calibration) -> tuple[list[float], list[float]]:
    return [b.confidence for b in found.bins], [b.right.value for b in found.bins]


def _chart(run: Run, found: Calibration, examples: int) -> None:
    title = finding(found)
    st.markdown(f"**{plain(title)}**")
    st.caption(
        f"Each dot is about {examples // len(found.bins):,} predictions of similar confidence, with its 95 % interval. "
        "On the line confidence is honest; below it the model is overconfident, above underconfident."
    )
    palette = colors()
    low = max(0.0, 100 * min(min(b.confidence, b.right.ci_low) for b in found.bins) - 3)
    axis = {
        "gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True, "ticksuffix": " %",
        "range": [low, 102], "nticks": 8,
    }  # fmt: skip
    line = {
        "type": "scatter", "mode": "lines", "x": [0, 100], "y": [0, 100], "hoverinfo": "skip",
        "line": {"color": palette.muted, "width": 2, "dash": "dash"},
    }  # fmt: skip
    figure = {
        "data": [line, _dots(found)],
        "layout": figure_layout(HEIGHT)
        | {
            "xaxis": {**axis, "title": {"text": "Confidence", "standoff": 8, "font": {"size": 13}}},
            "yaxis": {**axis, "title": {"text": "How often right", "standoff": 8, "font": {"size": 13}}},
        },
    }
    alt = f"{title}. Calibration of {examples:,} predictions in {len(found.bins)} groups of equal size."
    figure_chart(figure, key=f"certainty-{run.id}", alt=alt)


def _dots(found: Calibration) -> dict[str, Any]:
    palette, (said, right) = colors(), ([100 * value for value in values] for values in _two(found))
    return {
        "type": "scatter", "mode": "markers", "x": said, "y": right, "cliponaxis": False,
        "customdata": [[b.count, 100 * b.right.ci_low, 100 * b.right.ci_high] for b in found.bins],
        "marker": {"size": 9, "color": palette.scale[-1][1]},
        "error_y": {
            "type": "data", "array": [100 * (b.right.ci_high - b.right.value) for b in found.bins],
            "arrayminus": [100 * (b.right.value - b.right.ci_low) for b in found.bins], "thickness": 1.5, "width": 4,
            "color": palette.muted,
        },
        "hovertemplate": (
            "%{x:.1f} % confident, %{y:.1f} % right<br>%{customdata[1]:.0f} to %{customdata[2]:.0f} %, "
            "of %{customdata[0]:,}<extra></extra>"
        ),
    }  # fmt: skip


def _words(found: Calibration, predictions: Predictions) -> None:
    st.markdown("**Can its confidence be trusted?**")
    st.metric(
        "Confidence and accuracy are apart by", f"{100 * found.ece:.1f} points", border=True,
        delta=f"chance alone: up to {100 * found.by_chance:.1f}", delta_color="off", delta_arrow="off",
        help=(
            f"Expected calibration error over {len(found.bins)} groups of equally many predictions (Naeini et al. "
            "2015). Below it: what 95 of 100 models that are exactly as confident as they are right would stay "
            "below, with so many examples."
        ),
    )  # fmt: skip
    side = "overconfident" if found.lean > 0 else "underconfident"
    st.metric("Overall", f"{100 * abs(found.lean):.1f} points {side}", border=True)
    sure = predictions.probabilities.max(1) >= 0.9
    if sure.any():
        right = (predictions.targets == predictions.predicted)[sure].mean()
        st.metric(
            "Where it is 90 % confident or more",
            f"{100 * right:.1f} % right",
            border=True,
            help=f"{int(sure.sum()):,} predictions.",
        )
