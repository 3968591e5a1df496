"""First screen of a run: progress or verdict, live examples, and curve or mistakes.

What takes the place of something else has the same place and height, so that nothing jumps when a run ends: until the
script has run to its end, the browser still holds what it replaces, and `style.css` hides that.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.evaluation.verdict import Verdict
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.charts.curve_chart import curve_chart
from pages.components.run.next_runs import next_steps
from pages.components.run.progress import run_progress
from pages.components.run.sample_predictions import has_evaluation, sample_predictions
from pages.components.run.scores import verdict
from pages.components.run.target import run_target
from pages.components.run.temperature_samples import has_temperature_samples, temperature_samples
from pages.components.run.three_mistakes import can_show_mistakes, three_mistakes
from pages.components.widgets.browser_notification import notify_button
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.refresh_rate import refresh_s


def run_story(run: Run, task: TaskSpec, report: Mapping[str, Any], found: Verdict | None) -> None:
    """Show a run's progress or its result, and its live examples."""
    with st.container(key="answer", gap=None):
        live, result = st.container(key="live"), st.container(key="result")
        if run.status.is_active:
            with live:
                st.fragment(_live, run_every=refresh_s(), key="live")(run.id, task)
        with result:
            verdict(run, report, found)
            run_target(run, task)
    _examples(run, task, report)
    with st.container(key="afterwards"):
        if run.status.is_active:
            notify_button([run])
        else:
            next_steps(run)


def _examples(run: Run, task: TaskSpec, report: Mapping[str, Any]) -> None:
    """Show live examples beside the curve, which the result replaces once there is one."""
    if not has_evaluation(run):  # a run from before there were any; its curves are a tab
        if can_show_mistakes(run, report) or has_temperature_samples(report):
            _beside(run, task, report)
        return
    with st.container(key="live-examples"):
        left, right = st.columns([1.25, 1], gap="medium")
    with left:
        sample_predictions(run, task)
    with right:
        _beside(run, task, report)


def _beside(run: Run, task: TaskSpec, report: Mapping[str, Any]) -> None:
    is_known = can_show_mistakes(run, report) or has_temperature_samples(report)
    with st.container(key="beside"):
        curve, mistakes = st.container(key="live-curve"), st.container(key="found-mistakes")
        if run.status.is_active or not is_known:
            with curve:
                st.header("Learning curve", anchor=False)
                curve_chart(run, task, is_small=True)
            return
        with mistakes:
            three_mistakes(run, report)
            temperature_samples(run, report)


def _live(run_id: str, task: TaskSpec) -> None:
    """Refresh the progress; when the run has ended, rerun the page for its result."""
    with shown_errors():
        refresh_s()
        shared_service().watch()
        run = shared_service().run(run_id)
        if not run.status.is_active:
            st.rerun()
        run_progress(run, task)
