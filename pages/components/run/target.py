"""The target of a run in words, and the way to another one."""

import streamlit as st

from core.evaluation.target_words import wanted
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.target_form import target_form
from pages.components.widgets.text import plain


def run_target(run: Run, task: TaskSpec) -> None:
    """Say what a run is held to, below its answer, and offer to change it: at once, without training again."""
    target, unit = shared_service().targets.of(run), shared_service().targets.unit(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="target"):
        if target is not None:
            whose = "" if run.target is not None else ", as of its data"
            st.markdown(f":small[Target: {plain(wanted(target, unit))}{whose}]", width="content")
        label = "Change target" if target is not None else "Set a target"
        with st.popover(label, icon=":material/flag:", type="tertiary", key="change-target"):
            _change(run, task, unit)


def _change(run: Run, task: TaskSpec, unit: str) -> None:
    service = shared_service()
    known = service.targets.labels(run)
    choice = target_form(task, known, f"target-of-{run.id}", service.targets.of(run), unit)
    if st.button("Save target", key="save-target", type="primary", disabled=bool(choice.problem)):
        with shown_errors():
            service.set_target(run.id, choice.target)
            st.rerun()
    if run.target is not None and (of_data := service.targets.of_data(run)) is not None:
        st.caption(f"Its data has the target {plain(wanted(of_data, unit))}: choose Not decided to use that.")
