"""Learning curves of the classes: the first, last and forgotten ones."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.evaluation.class_curves import PREFIX, ClassCurve, class_curves
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.widgets.text import plain

BRIGHT = 3  # lines that stand out: those of the classes that are found least
FITS = 8  # rows of the table beside the chart
DASHES = ("solid", "dash", "dot")


def class_learning(run: Run) -> None:
    """Show the recall of each class at each validation evaluation."""
    latest = shared_service().latest(run.id)
    rest = {key: point[0] for key, point in latest.items() if not key.startswith(PREFIX)}  # read nothing of those
    curves = class_curves(shared_service().metrics(run.id, rest)) if len(rest) < len(latest) else []
    if not curves:
        st.caption("Learning class by class was not recorded for this run. Train it again to see it.")
        return
    title = finding(curves)
    st.markdown(f"**{plain(title)}**")
    st.caption("Recall of each class (the share of it that was found) at each evaluation on the validation split.")
    chart, table = st.columns([1.6, 1], gap="large")
    with chart:
        figure_chart(
            _figure(curves), key=f"class-learning-{run.id}",
            alt=f"{title}. Recall of {len(curves)} classes over {curves[0].steps[-1]:,} steps.",
        )  # fmt: skip
    with table:
        rows = [
            {"Class": c.label, "Recall at the end": 100 * c.shares[-1], "Learnt by step": c.learnt_at} for c in curves
        ]
        columns = {"Recall at the end": st.column_config.NumberColumn(format="%.0f %%")}
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, height="content" if len(rows) <= FITS else 340, column_config=columns
        )


def finding(curves: Sequence[ClassCurve]) -> str:
    """Return what the chart shows, as its title."""
    slow, low = max(curves, key=lambda curve: curve.learnt_at), curves[0]
    end = f"{100 * low.shares[-1]:.0f} %"
    if len(low.steps) < 2:
        return f"One evaluation only: '{low.label}' was found least, {end}"
    last = f"'{slow.label}' was learnt last, by step {slow.learnt_at:,}"
    return f"{last}, and is found least, {end}" if slow is low else f"{last}; '{low.label}' is found least, {end}"


def _figure(curves: Sequence[ClassCurve]) -> dict[str, Any]:
    palette = colors()
    bright = (palette.scale[0][1], palette.scale[-1][1], palette.accent)
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    # The lowest are drawn last, above the others.
    lines = [
        {
            "type": "scatter", "mode": "lines" if len(curve.steps) > 1 else "markers", "name": _short(curve.label),
            "x": list(curve.steps), "y": [100 * share for share in curve.shares],
            "line": {"color": bright[i], "dash": DASHES[i], "width": 2.5} if i < BRIGHT
            else {"color": palette.muted, "width": 1},
            "opacity": 1 if i < BRIGHT else 0.5, "showlegend": i < BRIGHT,
            "hovertemplate": f"{_short(curve.label)}: %{{y:.0f}} % at step %{{x:,}}<extra></extra>",
        }
        for i, curve in enumerate(curves)
    ]  # fmt: skip
    return {
        "data": lines[::-1],
        "layout": figure_layout(340)
        | {
            "showlegend": True,
            "legend": {"orientation": "h", "y": 1.12, "x": 0, "traceorder": "reversed"},
            "hovermode": "closest",
            "xaxis": {**axis, "title": {"text": "Step", "standoff": 8, "font": {"size": 13}}, "nticks": 8},
            "yaxis": {
                **axis,
                "title": {"text": "Recall", "font": {"size": 13}},
                "ticksuffix": " %",
                "range": [-2, 102],
            },
        },
    }


def _short(label: str) -> str:
    from html import escape

    return escape(label[:30]).replace("%", "&#37;")
