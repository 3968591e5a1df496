"""The target of a run, below its answer."""

from functools import partial

import streamlit as st

from core.evaluation.target_words import wanted
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from core.specs.target import UNDECIDED, Target
from pages.components.widgets.target_line import target_line
from pages.components.widgets.text import plain


def run_target(run: Run, task: TaskSpec) -> None:
    """Show a run's target, and offer to change it at once, without retraining."""
    service = shared_service()
    targets, whose = service.targets, "" if run.target is not None else ", as of its data"
    if run.target == UNDECIDED and (of_data := targets.of_data(run)) is not None:
        st.markdown(f":small[No target for this run. Its data asks for {plain(wanted(of_data, targets.unit(run)))}.]")
    target_line(
        task, targets.labels(run), f"target-of-{run.id}", targets.of(run), targets.unit(run), partial(_save, run), whose
    )  # fmt: skip


def _save(run: Run, chosen: Target | None) -> None:
    """Hold a run to what was chosen, or to its data set's target again."""
    service = shared_service()
    of_data = service.targets.of_data(run)
    service.set_target(run.id, None if chosen == of_data else chosen or UNDECIDED)
