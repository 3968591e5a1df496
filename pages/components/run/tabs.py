"""Contents of a locally trained run's tabs: overview, mistakes, curves and details."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.evaluation.verdict import Verdict
from core.runs import Run
from core.specs import TaskSpec
from pages.components.charts.curve_chart import curve_chart
from pages.components.run.mistakes import failures
from pages.components.run.overview import overview
from pages.components.run.run_details import record
from pages.components.run.sample_predictions import has_evaluation
from pages.components.run.tab_bar import show_tabs
from pages.components.run.three_mistakes import has_mistakes
from pages.components.show.panel import can_show, show_it
from pages.components.try_it.panel import can_be_tried, try_panel


def run_tabs(run: Run, task: TaskSpec, report: Mapping[str, Any], found: Verdict | None) -> None:
    """Show the tabs of a run that was trained here."""
    tabs: dict[str, Callable[[], None]] = {"Try it": partial(try_panel, run, task)} if can_be_tried(run) else {}
    tabs["Overview"] = partial(overview, run, task, report, found)
    if has_mistakes(report):
        tabs["Mistakes"] = partial(failures, run, report)
    tabs["Curves"] = partial(_curves, run, task)
    if can_show(run):
        tabs["Show it"] = partial(show_it, run)
    tabs["Details"] = partial(record, run)
    show_tabs(run, tabs, "Overview" if run.test or has_evaluation(run) else "Curves")


def _curves(run: Run, task: TaskSpec) -> None:
    st.header("Learning curves", anchor=False)
    curve_chart(run, task)
