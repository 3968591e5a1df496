"""Where a model fails: for a classifier the confusion matrix, each class, and the worst mistakes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.bootstrap import shared_service
from core.runs import Run
from pages.components.colors import colors, figure_layout
from pages.components.number_errors import number_errors
from pages.components.text import plain

MOST_MISTAKES = 12
NUMBERS_FIT = 25  # classes; with more, the squares are too small to write in


def failures(run: Run, report: Mapping[str, Any]) -> None:
    """Show where the model is wrong."""
    if report.get("pairs"):
        number_errors(run, report)
    if not report.get("confusion"):  # a model that writes has none, nor has one that answers with numbers
        return
    st.subheader("Where it fails", anchor=False)
    matrix, classes = st.columns(2, gap="large")
    with matrix:
        _confusion(run, report["labels"], report["confusion"])
    with classes:
        _per_class(report["per_class"])
    _mistakes(run, report.get("mistakes", []))


def _confusion(run: Run, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
    st.markdown("**What it took for what**")
    st.caption("Each row is one true class; the diagonal is right.")
    palette = colors()
    # Right answers go one way from zero and wrong ones the other, so that a mistake is never a faint "right".
    shares = [[(1 if i == j else -1) * n / max(1, sum(row)) for j, n in enumerate(row)] for i, row in enumerate(counts)]
    axis = {"type": "category", "fixedrange": True, "automargin": True, "showgrid": False, "ticks": ""}
    figure = {
        "data": [
            {
                "type": "heatmap",
                "z": shares,
                "x": list(labels),
                "y": list(labels),
                "text": [[str(n) if n else "" for n in row] for row in counts],
                "texttemplate": "%{text}" if len(labels) <= NUMBERS_FIT else "",
                "customdata": counts,
                "colorscale": palette.scale,
                "zmin": -0.5,
                "zmax": 1,
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
                "hovertemplate": "%{y} taken for %{x}: %{customdata}<extra></extra>",
            }
        ],
        "layout": figure_layout(max(280, min(520, 90 + 34 * len(labels))))
        | {
            "xaxis": {**axis, "title": {"text": "Answered", "standoff": 8, "font": {"size": 13}}},
            "yaxis": {**axis, "autorange": "reversed", "title": {"text": "True", "standoff": 8, "font": {"size": 13}}},
        },
    }
    right = sum(counts[i][i] for i in range(len(labels)))
    total = sum(sum(row) for row in counts)
    alt = f"Confusion matrix of {len(labels)} classes: {right} of {total} right."
    st.plotly_chart(figure, theme=None, key=f"confusion-{run.id}", config={"displayModeBar": False}, alt=alt)


def _per_class(rows: Sequence[Mapping[str, Any]]) -> None:
    st.markdown("**Class by class, in percent**")
    st.caption("Precision: right when it names the class. Recall: found of the class.")
    table = pd.DataFrame(rows)[["label", "f1", "precision", "recall", "support"]]
    table[["f1", "precision", "recall"]] *= 100
    st.dataframe(
        table,
        hide_index=True,
        height="content" if len(rows) <= NUMBERS_FIT else 520,
        column_config={
            "label": st.column_config.TextColumn("Class"),
            "f1": st.column_config.ProgressColumn("F1", min_value=0.0, max_value=100.0, format="%.1f", width="small"),
            "precision": st.column_config.NumberColumn("Precision", format="%.1f", width=80),
            "recall": st.column_config.NumberColumn("Recall", format="%.1f", width=70),
            "support": st.column_config.NumberColumn("Examples", width=75),
        },
    )


def _mistakes(run: Run, mistakes: Sequence[Mapping[str, Any]]) -> None:
    if not mistakes:
        return
    st.markdown("**Its worst mistakes**")
    st.caption("Wrong, and most sure of it: look here for wrong labels, hard cases, and what the data lacks.")
    pictures = [m for m in mistakes if "image" in m][:MOST_MISTAKES]
    folder = shared_service().folder(run.id)
    if pictures:
        with st.container(horizontal=True, gap="medium", key="pictures-wrong"):
            for m in pictures:
                with st.container(width=112, gap="xxsmall"):
                    st.image(str(folder / m["image"]), width=96, alt=f"{m['target']} taken for {m['predicted']}")
                    answer, truth = plain(str(m["predicted"])), plain(str(m["target"]))
                    st.caption(f"Said **{answer}**, is **{truth}** ({m['confidence']:.0%} sure)")
    for m in [m for m in mistakes if "text" in m][:MOST_MISTAKES]:
        with st.container(border=True, gap="xxsmall"):
            st.text(str(m["text"]))
            answer, truth = plain(str(m["predicted"])), plain(str(m["target"]))
            st.caption(f"Answered **{answer}** ({m['confidence']:.0%} sure), is **{truth}**")
