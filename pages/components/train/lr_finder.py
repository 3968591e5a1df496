"""Learning rate finder: a plot of rates from tiny to too large, with suggestion."""

import math
from typing import Any

import streamlit as st

from core.runs import Preflight, PreflightKind
from core.specs.config import TrainConfig
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.train.preflight import ask, known, watched
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain, value

KIND: PreflightKind = "learning-rate"
WHAT = (
    "Takes a few seconds: the learning rate rises with every step, from tiny to too large, while the loss is watched. "
    "Where the loss falls fastest, a run learns well. Nothing is kept."
)
WORST_SHOWN = 1.25  # times the first loss: beyond it the plot only shows that it breaks down


def rate_finder(config: TrainConfig) -> None:
    """Offer to find a learning rate for this configuration, and show what was found.

    Args:
        config: What is about to be trained; which learning rate it has does not matter.
    """
    preflight = known(KIND, config)
    with st.expander("Find a learning rate", icon=":material/speed:", key="rate-finder"):
        st.caption(WHAT)
        if preflight is None:
            if st.button("Try learning rates out", key="find-rate", icon=":material/speed:"):
                with shown_errors():
                    ask(KIND, config)
                    st.rerun()
            return
        watched(KIND, config, preflight, lambda found: _found(found, config), "Trying learning rates")


def _found(preflight: Preflight, config: TrainConfig) -> None:
    rates, losses = [*map(float, preflight.result["rates"])], [*map(float, preflight.result["losses"])]
    suggestion = _rounded(float(preflight.result["suggestion"]))
    st.markdown(f"**{plain(str(preflight.result.get('sentence') or f'A learning rate of {suggestion:g} suits.'))}**")
    if rates:
        alt = (
            f"Loss against learning rate from {rates[0]:.2g} to {rates[-1]:.2g}: it begins at {losses[0]:.3g}, is "
            f"lowest at {rates[losses.index(min(losses))]:.2g}; {suggestion:g} is suggested."
        )
        figure_chart(
            _figure(rates, losses, suggestion, config.learning_rate), key="rate-plot", alt=alt,
        )  # fmt: skip
    if config.learning_rate == suggestion:
        st.markdown(f":green[:material/check:] {value(suggestion)} is in use.")
        return
    st.button(
        f"Use {value(suggestion)}", key="use-rate", type="primary", icon=":material/check:", on_click=_use,
        args=(suggestion,), help=f"Instead of {value(config.learning_rate)}.",
    )  # fmt: skip


def _use(rate: float) -> None:
    st.session_state["learning_rate"] = rate


def _rounded(rate: float) -> float:
    """Return a rate in two digits: more would pretend to know."""
    return float(f"{rate:.1e}")


def _figure(rates: list[float], losses: list[float], suggestion: float, current: float) -> dict[str, Any]:
    palette = colors()
    low, high = min(losses), min(max(losses), max(losses[0] * WORST_SHOWN, min(losses) + 1e-9))
    room = 0.08 * (high - low) or 0.1
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    line = {
        "type": "scatter", "mode": "lines", "x": rates, "y": losses,
        "line": {"color": palette.scale[-1][1], "width": 2.5},
        "hovertemplate": "learning rate %{x:.2g}<br>loss %{y:.4f}<extra></extra>",
    }  # fmt: skip
    marks = [_mark(suggestion, f"suggested: {suggestion:g}", palette.accent, "solid", "right")]
    if current != suggestion and rates[0] <= current <= rates[-1]:
        marks.append(_mark(current, f"now: {current:g}", palette.muted, "dot", "left"))
    layout = figure_layout(300) | {
        "xaxis": {**axis, "type": "log", "title": _title("Learning rate"), "exponentformat": "power", "dtick": 1},
        "yaxis": {**axis, "title": _title("Loss"), "range": [low - room, high + room], "nticks": 6},
        "shapes": [shape for shape, _ in marks],
        "annotations": [note for _, note in marks],
    }
    return {"data": [line], "layout": layout}


def _mark(rate: float, text: str, color: str, dash: str, anchor: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a vertical line at a rate, and its name."""
    shape = {
        "type": "line", "x0": rate, "x1": rate, "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": color, "width": 2, "dash": dash},
    }  # fmt: skip
    note = {
        "x": math.log10(rate), "y": 1, "yref": "paper", "text": text, "showarrow": False, "xanchor": anchor,
        "xshift": 5 if anchor == "left" else -5, "font": {"size": 12, "color": colors().text},
    }  # fmt: skip
    return shape, note


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 12, "color": colors().muted}, "standoff": 8}
