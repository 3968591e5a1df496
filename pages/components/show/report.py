"""The report for a decision and the model card, to download."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.report.decision import decision_report
from core.services.report.html_page import report_html
from core.services.report.model_card import model_card


def report_downloads(run: Run) -> None:
    """Offer both; they are made when somebody asks for one."""
    st.caption(
        "One page for somebody who was not there: question, data, contenders with intervals and costs, mistakes, and "
        "how to repeat it. The browser's print makes a PDF of it. It shows examples of the test split."
    )
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download the report (HTML)", lambda: report_html(decision_report(shared_service(), run.id)),
            f"report-{run.id}.html", "text/html", icon=":material/article:", key="report-html", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Download the model card", lambda: _card(run), "README.md", "text/markdown",
            icon=":material/badge:", key="report-card", on_click="ignore", help="In Hugging Face's format",
        )  # fmt: skip


def _card(run: Run) -> str:
    return model_card(shared_service(), run, decision_report(shared_service(), run.id))
