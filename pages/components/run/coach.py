"""The coach: observations on a run, with their numbers and one suggested action."""

import streamlit as st

from core.evaluation.verdict import Verdict
from core.runs import Run
from core.services.advice.rules_on_run import advice_on
from core.services.bootstrap import shared_service
from pages.components.run.next_step import StepButton, step_button
from pages.components.widgets.text import plain

ICONS = {
    "problem": ":orange[:material/warning:]",
    "chance": ":primary[:material/tips_and_updates:]",
    "note": ":gray[:material/info:]",
}
MOST = 3  # pieces of advice: who is told more does nothing


def coach(run: Run, found: Verdict | None) -> None:
    """Show needed advice on a run, unless its end or next step gives it."""
    if run.cause == "diverged":
        return
    service = shared_service()
    said = found.step.covers if found is not None else ()
    advice = [one for one in advice_on(service, run.id) if one.code not in said][:MOST]
    if not advice:
        return
    st.header("Coach", anchor=False)
    for one in advice:
        with st.container(border=True, gap="xsmall", key=f"advice-{one.code}"):
            st.markdown(f"{ICONS[one.severity]} **{plain(one.finding)}**")
            st.caption(plain(one.evidence))
            step_button(run, StepButton(one.action, one.page, one.changes, one.more_epochs, f"coach-{one.code}"))
