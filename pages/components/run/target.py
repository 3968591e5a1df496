"""How a run stands against its target, and the way to another target."""

import streamlit as st

from core.evaluation.target_status import TargetResult, TargetStatus
from core.evaluation.target_words import interval, wanted
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.status_badge import target_badge
from pages.components.widgets.target_form import target_form
from pages.components.widgets.text import plain


def run_target(run: Run, task: TaskSpec) -> TargetResult | None:
    """Show the standing, the score with its interval, and *Change target*.

    Returns:
        The standing, for who colours more by it; None without a target.
    """
    result = shared_service().targets.result(run)
    unit = shared_service().targets.unit(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="target"):
        if result is not None:
            _standing(result, unit)
        with st.popover("Change target" if result else "Set a target", icon=":material/flag:", key="change-target"):
            _change(run, task, unit)
    if result is not None and result.note and result.status is not TargetStatus.UNKNOWN:
        st.caption(plain(result.note))
    return result


def _standing(result: TargetResult, unit: str) -> None:
    shown = target_badge(result)
    st.badge(shown.word, icon=shown.icon, color=shown.color)
    found = interval(result, unit)
    said = f"Target: {wanted(result.target, unit)}" + (f". Found: {found}." if found else ".")
    if result.status is TargetStatus.UNKNOWN and result.note:
        said += f" {result.note}"
    st.markdown(f":small[{plain(said)}]", width="content")


def _change(run: Run, task: TaskSpec, unit: str) -> None:
    """Ask for another target; it is in force at once, and nothing is trained for it."""
    service = shared_service()
    in_force = service.targets.of(run)
    choice = target_form(task, target_labels(run), f"target-of-{run.id}", in_force, unit)
    with st.container(horizontal=True):
        if st.button("Save", key="save-target", type="primary", disabled=bool(choice.problem)):
            with shown_errors():
                service.set_target(run.id, choice.target)
                st.rerun()
        if run.target is not None and (of_data := service.dataset_service.target(run.config.dataset)) is not None:
            help = f"The target of its data: {of_data.format()}"
            if st.button("Use that of the data", key="data-target", help=plain(help)):
                service.set_target(run.id, None)
                st.rerun()


def target_labels(run: Run) -> tuple[str, ...]:
    """Return the classes that a run tells apart; empty until it has been judged."""
    return tuple(shared_service().report(run.id).get("labels") or ())
