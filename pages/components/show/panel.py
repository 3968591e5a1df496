"""Tab "Show it": what one can put in front of a person."""

import streamlit as st

from core.errors import RunNotReady
from core.runs import Run, RunStatus
from core.services.bootstrap import shared_service
from pages.components.show.demo_form import demo_form
from pages.components.show.demo_list import open_pages
from pages.components.show.offline_page import offline_page
from pages.components.show.report import report_downloads


def can_show(run: Run) -> bool:
    """Return whether a run has a result and a model to show."""
    if run.status is not RunStatus.SUCCEEDED:
        return False
    try:
        shared_service().finished_folder(run.id)
    except RunNotReady:
        return False
    return True


def show_it(run: Run) -> None:
    """Offer the demo page, the page to take along and the report."""
    st.header("Demo page", anchor=False)
    st.caption(
        "A page on which others try the model, at an address that nobody can guess. It shows neither this run nor its "
        "data, apart from the examples that you see here, and ends by itself."
    )
    open_pages(run)
    demo_form(run)
    st.header("To take along", anchor=False)
    offline_page(run)
    st.header("Report for a decision", anchor=False)
    report_downloads(run)
