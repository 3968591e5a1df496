"""The coach: observations on a run, with their numbers and one suggested action."""

import streamlit as st

from core.runs import Run
from core.services.advice.evidence import Advice
from core.services.advice.rules_on_run import advice_on
from core.services.bootstrap import shared_service
from pages.components.run.next_runs import go_on_from
from pages.components.run.run_again import again_link
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import plain, value

ICONS = {
    "problem": ":orange[:material/warning:]",
    "chance": ":primary[:material/tips_and_updates:]",
    "note": ":gray[:material/info:]",
}
MOST = 3  # pieces of advice: who is told more does nothing


def coach(run: Run) -> None:
    """Show advice on a run; nothing if unneeded or given by its end."""
    if run.cause == "diverged":
        return
    advice = advice_on(shared_service(), run.id)[:MOST]
    if not advice:
        return
    st.header("Coach", anchor=False)
    for one in advice:
        with st.container(border=True, gap="xsmall", key=f"advice-{one.code}"):
            st.markdown(f"{ICONS[one.severity]} **{plain(one.finding)}**")
            st.caption(plain(one.evidence))
            _action(run, one)


def _action(run: Run, advice: Advice) -> None:
    if advice.page:
        st.page_link(advice.page, label=advice.action, icon=":material/arrow_forward:")
    elif advice.more_epochs:
        if not run.can_train_longer:
            return
        key_name = f"coach-{advice.code}"
        clicked = st.button(advice.action, key=key_name, icon=":material/resume:")
        key = one_key(f"{key_name}-{run.id}", clicked)
        if clicked:
            with shown_errors():
                go_on_from(run, advice.more_epochs, None, key)
    else:
        again_link(run, advice.action, {name: value(chosen) for name, chosen in advice.changes.items()})
