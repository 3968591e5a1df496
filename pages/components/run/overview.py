"""Overview tab of a run: scores beside baselines, the next step, and its provenance."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.evaluation.verdict import Verdict
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.contest.panel import contest_panel
from pages.components.explanation.what_matters import what_matters
from pages.components.run.alone import alone
from pages.components.run.coach import coach
from pages.components.run.contenders import contenders
from pages.components.run.dataset import run_data
from pages.components.run.labels import against_baseline_run
from pages.components.run.labels_curve import labels_curve
from pages.components.run.next_runs import lineage, next_steps
from pages.components.run.scores import score_cards
from pages.components.train.estimate import expected_and_true
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.refresh_rate import refresh_s

ADVICE_LOOKS = 3  # of the progress, for one of the coach: what it says changes seldom


def overview(run: Run, task: TaskSpec, report: Mapping[str, Any], found: Verdict | None) -> None:
    """Show what a run reached, what helps, and what it was made of."""
    if run.test:
        st.header("Scores", anchor=False)
        score_cards(run, task)
        contenders(run, task, report)
        contest_panel(run.config.dataset, run.task, run)
        what_matters(run)
        alone(run, report)
        labels_curve(run, task)
    if run.status.is_active:
        st.fragment(_advice, run_every=ADVICE_LOOKS * refresh_s(), key="advice")(run.id)
    else:
        coach(run, found)
    st.header("About this run", anchor=False)
    with st.container(gap="xsmall", key="about"):
        run_data(run)
        expected_and_true(run)
        against_baseline_run(run)
        lineage(run)
        if run.status.is_active:  # of an ended one they stand beside its name
            next_steps(run)


def _advice(run_id: str) -> None:
    with shown_errors():
        coach(shared_service().run(run_id), None)
