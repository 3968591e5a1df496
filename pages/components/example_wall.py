"""Examples of the test split as a model answered them: pictures side by side, texts one below the other."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.results.kept_examples import KeptExample, picture_of
from pages.components.text import plain

WIDTH = 96  # pixels of a picture


def example_wall(folder: Path, examples: Sequence[KeptExample], *, shows_classes: bool) -> None:
    """Show examples.

    Args:
        folder: Of the run.
        examples: In the order in which they are shown.
        shows_classes: Whether each says what it is and what was answered; where all are alike, the place says it.
    """
    pictures = [(one, content) for one in examples if (content := picture_of(folder, one))]
    if pictures:
        with st.container(horizontal=True, gap="medium"):
            for one, content in pictures:
                with st.container(width=WIDTH + 16, gap="xxsmall"):
                    st.image(content, width=WIDTH, alt=f"{one.truth} taken for {one.answer}")
                    st.caption(_words(one, shows_classes))
    for one in examples:
        if one.text:
            with st.container(border=True, gap="xxsmall"):
                st.text(one.text)
                st.caption(_words(one, shows_classes))


def _words(one: KeptExample, shows_classes: bool) -> str:
    sure = f"{one.confidence:.0%} sure"
    if not shows_classes:
        return sure
    if one.text:
        return f"Answered **{plain(one.answer)}** ({sure}), is **{plain(one.truth)}**"
    return f"Said **{plain(one.answer)}**, is **{plain(one.truth)}** ({sure})"
