"""Three mistakes of a finished model: the most confident ones, or the largest errors."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.evaluation.confusion_examples import KeptExample, kept_examples
from core.formatting import csv_cell
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.run.example_gallery import examples_in_words
from pages.components.run.regression_errors import in_words, short
from pages.components.widgets.text import plain

MOST = 3
LONGEST = 160  # characters of a text, the whole of which is among all mistakes
COLUMNS = 3  # of a row
TITLES = {1: "One mistake", 2: "Two mistakes", 3: "Three mistakes"}


def has_mistakes(report: Mapping[str, Any]) -> bool:
    """Return whether a report knows where its model is wrong."""
    return bool(report.get("confusion") or report.get("pairs"))


def can_show_mistakes(run: Run, report: Mapping[str, Any]) -> bool:
    """Return whether there are mistakes, and the run has kept some of them."""
    return bool(report.get("mistakes") if report.get("pairs") else _confident(run, report))


def three_mistakes(run: Run, report: Mapping[str, Any]) -> None:
    """Show up to three mistakes and a link to all; nothing if unavailable."""
    if not can_show_mistakes(run, report):
        return
    if report.get("pairs"):
        _largest(report["mistakes"][:MOST])
        every = "Every error"
    else:
        counts = np.array(report["confusion"], dtype=np.int64)
        _most_confident(run, _confident(run, report))
        every = f"Every mistake: {int(counts.sum() - counts.trace()):,}"
    query = {"run": run.id, "tab": "mistakes"}
    st.page_link("run.py", label=every, icon=":material/arrow_forward:", query_params=query)


def _confident(run: Run, report: Mapping[str, Any]) -> list[KeptExample]:
    """Return up to three most confident mistakes, one of each kind first."""
    if not report.get("confusion"):
        return []
    kept = [one for one in kept_examples(shared_service().folder(run.id), report) if one.truth != one.answer]
    kept.sort(key=lambda one: -one.confidence)
    firsts: dict[tuple[str, str], KeptExample] = {}
    for one in kept:
        firsts.setdefault((one.truth, one.answer), one)
    return [*firsts.values(), *(one for one in kept if firsts[one.truth, one.answer] is not one)][:MOST]


def _most_confident(run: Run, shown: Sequence[KeptExample]) -> None:
    st.header(TITLES[len(shown)], anchor=False)
    st.markdown("**Wrong, and most confident of it**")
    with st.container(key="pictures-three", gap="small"):
        examples_in_words(shared_service().folder(run.id), shown, LONGEST)


def _largest(mistakes: Sequence[Mapping[str, Any]]) -> None:
    st.header(TITLES[len(mistakes)], anchor=False)
    st.markdown("**Its largest errors**")
    for one in mistakes:
        with st.container(border=True, gap="xxsmall"):
            said = f"Predicted **{short(one['predicted'])}**, actual **{short(one['target'])}**"
            st.markdown(f"{said}: {plain(in_words(one['error']))}")
            row = list(one.get("row", {}).items())
            if row:
                facts = [f"{csv_cell(name)}: {_cell(value)}" for name, value in row[:COLUMNS]]
                st.caption(plain(" · ".join(facts) + (" …" if len(row) > COLUMNS else "")))


def _cell(value: Any) -> str:
    return "–" if value is None else short(value) if isinstance(value, float) else csv_cell(str(value))[:40]
