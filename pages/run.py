"""Run page: the answer first, then its evidence in tabs; live during training.

Every run, and every tab of it, has a separate link.
"""

import streamlit as st

from core.errors import RunNotFound
from core.services.bootstrap import shared_service
from core.services.verdict import verdict_of
from pages.components.run.ended import ended_notice
from pages.components.run.external_run import external_run
from pages.components.run.head import run_head
from pages.components.run.story import run_story
from pages.components.run.tabs import run_tabs
from pages.components.widgets.notices import empty_state
from pages.components.widgets.text import plain
from pages.components.widgets.undo import undo_notice


def page() -> None:
    """Show the page."""
    run_id = st.query_params.get("run", "")
    try:
        run = shared_service().run(run_id)
    except RunNotFound:
        _nothing(run_id)
        return
    task = shared_service().tasks().get(run.task)
    undo_notice()
    run_head(run)
    ended_notice(run)
    if task is None:  # it was not trained here
        external_run(run)
        return
    report = shared_service().report(run.id)
    found = verdict_of(shared_service(), run)
    run_story(run, task, report, found)
    run_tabs(run, task, report, found)


def _nothing(run_id: str) -> None:
    st.title("Run", anchor=False)
    if run_id:
        empty_state("search_off", "No such run", f"There is no run {plain(run_id[:40])}. It may have been removed.")
    else:
        empty_state("show_chart", "Which run?", "Pick one from the list of runs, or start a new one.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link("runs.py", label="All runs", icon=":material/list:")
        st.page_link("train.py", label="Train a model", icon=":material/model_training:")


if __name__ == "__main__":
    page()
