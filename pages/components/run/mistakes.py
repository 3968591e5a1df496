"""Errors of a model in one place: mistakes, classes, confidence and decision threshold."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.runs import Run
from pages.components.run.calibration import certainty
from pages.components.run.class_learning import class_learning
from pages.components.run.class_table import class_table
from pages.components.run.confusion import confusion
from pages.components.run.label_issues import label_repair
from pages.components.run.mistake_gallery import mistake_gallery
from pages.components.run.regression_errors import number_errors
from pages.components.run.threshold_choice import alarm_threshold
from pages.components.widgets.url_state import read_choice, write_choice

View = Callable[[Run, Mapping[str, Any]], None]


def failures(run: Run, report: Mapping[str, Any]) -> None:
    """Show where the model is wrong."""
    if report.get("pairs"):
        number_errors(run, report)
    if not report.get("confusion"):  # a model that writes has none, nor has one that answers with numbers
        return
    st.header("Where it fails", anchor=False)
    st.fragment(_chosen_view, key="failures")(run, report)


def _chosen_view(run: Run, report: Mapping[str, Any]) -> None:
    views: dict[str, tuple[str, View]] = {
        "mistakes": ("Mistakes", _mistakes),
        "classes": ("Class by class", _classes),
        "certainty": ("Confidence (calibration)", certainty),
        "threshold": ("Decision threshold", alarm_threshold),
    }
    read_choice("results", views, "mistakes")
    chosen = st.segmented_control(
        "What to look at", list(views), key="results", required=True, format_func=lambda name: views[name][0],
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    write_choice("results", "mistakes")
    views[chosen or "mistakes"][1](run, report)


def _mistakes(run: Run, report: Mapping[str, Any]) -> None:
    confusion(run, report)
    mistake_gallery(run, report)
    label_repair(run)


def _classes(run: Run, report: Mapping[str, Any]) -> None:
    class_table(report)
    class_learning(run)
