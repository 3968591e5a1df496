"""Guesses about a source, a line each: value, reason and where to change it."""

from collections.abc import Sequence

import streamlit as st

from core.specs.dataset_types import Guess
from pages.components.widgets.text import plain


def guess_list(guesses: Sequence[Guess], otherwise: str, key: str) -> None:
    """Show every guess; nothing where nothing was guessed.

    Args:
        guesses: To show.
        otherwise: Where to choose otherwise, as a sentence.
        key: Of the container.
    """
    if not guesses:
        return
    with st.container(gap="xxsmall", key=key):
        for guess in guesses:
            why = f" :small[:gray[({plain(guess.why)})]]" if guess.why else ""
            st.markdown(f":material/lightbulb: {plain(guess.about)}: **{plain(guess.value)}**{why}")
        if any(guess.option for guess in guesses):
            st.caption(otherwise)
