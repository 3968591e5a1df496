"""The worst mistakes of a classifier: wrong, and most confident of it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.evaluation.confusion_examples import KeptExample, kept_examples
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.explanation.mistakes import why_mistaken
from pages.components.run.example_gallery import example_gallery
from pages.components.widgets.text import plain

EXPLAINED, LONGEST = 60, 40  # mistakes among which one is chosen; characters of its text


def mistake_gallery(run: Run, report: Mapping[str, Any]) -> None:
    """Show the most confident mistakes, of all classes or around one."""
    folder = shared_service().folder(run.id)
    wrong = [one for one in kept_examples(folder, report) if one.truth != one.answer]
    if not wrong:
        return
    wrong.sort(key=lambda one: -one.confidence)
    st.markdown(f"**{plain(_finding(wrong[0].truth, wrong[0].answer, wrong[0].confidence))}**")
    st.caption("Wrong, and most confident of it: look here for wrong labels, hard cases, and what the data lacks.")
    around = [label for label in report["labels"] if any(label in (one.truth, one.answer) for one in wrong)]
    chosen = st.selectbox("Mistakes around", around, None, key=f"around-{run.id}", placeholder="Every class", width=260)
    shown = [one for one in wrong if chosen in (None, one.truth, one.answer)]
    with st.container(key="pictures-wrong"):
        example_gallery(folder, shown, f"mistakes-page-{run.id}-{chosen}", shows_classes=True)
    known = [one for one in shown if one.place >= 0][:EXPLAINED]
    why_mistaken(run, [_name(one) for one in known], [one.place for one in known], f"{run.id}-{chosen}")


def _name(one: KeptExample) -> str:
    said = f"'{one.truth}' as '{one.answer}', {100 * one.confidence:.0f} % confident"
    return f"{said}: {one.text[:LONGEST]}" if one.text else f"{said}, image {one.place + 1:,}"


def _finding(truth: str, answer: str, confidence: float) -> str:
    return f"Its worst mistakes: it was {100 * confidence:.0f} % confident that '{truth}' is '{answer}'"
