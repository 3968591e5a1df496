"""Try: one input, up to four contenders, what was tried before."""

import streamlit as st

from core.services.bootstrap import shared_service
from pages.components.try_it.answers import answer_cards
from pages.components.try_it.contender_picker import contender_picker
from pages.components.try_it.kept import kept_tries
from pages.components.try_it.question import ask
from pages.components.try_it.writing import written_side_by_side
from pages.components.widgets.notices import empty_state


def page() -> None:
    """Show the page."""
    st.title("Try it on your own", anchor=False)
    chosen = contender_picker()
    if chosen is None:
        empty_state(
            "science", "Nothing to try yet", "A run can be asked as soon as it has saved a model.",
            ("Train a model", "model_training", "train.py"),
        )  # fmt: skip
        return
    if not chosen:
        return
    task = shared_service().tasks()[chosen[0].run.task]
    if task.output_kind == "text":
        written_side_by_side(chosen)
    else:
        given, said = st.columns([1, 1.3], gap="large")
        with given:
            question = ask(chosen[0].run, task, "page")
        with said:
            answer_cards(question, chosen, task, "page")
    kept_tries(chosen, task)


if __name__ == "__main__":
    page()
