"""Try on a run's page: its own answer alone."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.contender_choice import choices_of_run
from core.specs import TaskSpec
from pages.components.try_it.answers import answer_cards
from pages.components.try_it.kept import kept_tries
from pages.components.try_it.question import ask
from pages.components.try_it.writing import written_side_by_side


def can_be_tried(run: Run) -> bool:
    """Return whether a run has a model to ask."""
    return bool(choices_of_run(shared_service(), run))


def try_panel(run: Run, task: TaskSpec) -> None:
    """Show the input and the run's answer."""
    chosen = choices_of_run(shared_service(), run)[:1]
    shared_service().inference.warm([run.id])
    st.page_link(
        "try_it.py", label="Put others beside it", icon=":material/compare_arrows:", query_params={"run": run.id}
    )
    if task.output_kind == "text":
        written_side_by_side(chosen)
    else:
        given, said = st.columns([1, 1.3], gap="large")
        with given:
            question = ask(run, task, "run")
        with said:
            answer_cards(question, chosen, task, "run")
    kept_tries(chosen, task)
