"""Precision, recall and F1 of each class, with confidence intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluation.class_metrics import ClassScore, class_scores, weakest
from core.specs import Score
from pages.components.widgets.text import plain

FITS = 25  # classes; a longer table scrolls


def class_table(report: Mapping[str, Any]) -> None:
    """Show how well each class is recognised."""
    scores = class_scores(np.array(report["confusion"], dtype=np.int64), report["labels"])
    st.markdown(f"**{plain(finding(scores))}**")
    st.caption(
        "In percent. Precision: right when it names the class. Recall: found of the class. F1: both in one. In "
        "brackets where each would fall with other test examples: 95 % intervals, Wilson's for precision and recall, "
        "by bootstrap for F1."
    )
    rows = [
        {
            "Class": score.label,
            "F1": 100 * score.f1.value,
            "F1 between": _between(score.f1),
            "Precision": 100 * score.precision.value,
            "Precision between": _between(score.precision),
            "Recall": 100 * score.recall.value,
            "Recall between": _between(score.recall),
            "Examples": score.support,
        }
        for score in scores
    ]
    percent = {name: st.column_config.NumberColumn(name, format="%.1f", width=80) for name in ("Precision", "Recall")}
    between = {f"{name} between": st.column_config.TextColumn("", width=95) for name in ("F1", "Precision", "Recall")}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content" if len(rows) <= FITS else 520,
        column_config={
            "F1": st.column_config.ProgressColumn("F1", min_value=0.0, max_value=100.0, format="%.1f", width="small"),
            **percent,
            **between,
        },
    )


def finding(scores: Sequence[ClassScore]) -> str:
    """Return what the table shows, as its title."""
    weak = weakest(scores)
    if weak is None:
        return "No class has an example in the test split"
    rivals = [s for s in scores if s.support and s.label != weak.label and s.recall.ci_low <= weak.recall.ci_high]
    said = f"'{weak.label}' is found least: {100 * weak.recall.value:.0f} % of {weak.support:,}"
    return f"{said}; too few examples to tell it from {_others(len(rivals))}" if rivals else f"{said}, clearly"


def _others(count: int) -> str:
    return "one other" if count == 1 else f"{count} others"


def _between(score: Score) -> str:
    return f"({100 * score.ci_low:.0f} to {100 * score.ci_high:.0f})"
