"""Test examples with a model's predictions: images side by side, texts in a column."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.evaluation.confusion_examples import KeptExample, image_of
from pages.components.widgets.text import plain

WIDTH = 96  # pixels of a picture
IMAGES, TEXTS = 12, 4  # on one page


def example_gallery(folder: Path, examples: Sequence[KeptExample], key: str, *, shows_classes: bool) -> None:
    """Show examples, a page at a time.

    Args:
        folder: Of the run.
        examples: In the order in which they are shown.
        key: Of the widget that turns pages.
        shows_classes: Whether each says what it is and what was answered; where all are alike, the place says it.
    """
    per_page = IMAGES if any(one.image for one in examples) else TEXTS
    pages = -(-len(examples) // per_page)
    shown = st.container(gap="small")
    at = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            at = min(st.pagination(pages, key=key), pages)
    with shown:
        _page(folder, examples[(at - 1) * per_page : at * per_page], shows_classes)


def examples_in_words(folder: Path, examples: Sequence[KeptExample], longest: int) -> None:
    """Show a few examples with prediction and truth; long texts are cut."""
    _page(folder, examples, True, longest)


def _page(folder: Path, examples: Sequence[KeptExample], shows_classes: bool, longest: int | None = None) -> None:
    images = [(one, content) for one in examples if (content := image_of(folder, one))]
    if images:
        with st.container(horizontal=True, gap="medium"):
            for one, content in images:
                with st.container(width=WIDTH + 16, gap="xxsmall"):
                    st.image(content, width=WIDTH, alt=f"{one.truth} predicted as {one.answer}")
                    st.caption(_words(one, shows_classes))
    for one in examples:
        if one.text:
            with st.container(border=True, gap="xxsmall"):
                st.text(one.text if longest is None or len(one.text) <= longest else f"{one.text[:longest]}…")
                st.caption(_words(one, shows_classes))


def _words(one: KeptExample, shows_classes: bool) -> str:
    confident = f"{100 * one.confidence:.0f} % confident"
    if not shows_classes:
        return confident
    return f"Predicted **{plain(one.answer)}** ({confident}), actual **{plain(one.truth)}**"
