"""A few images of each class, before anything is imported."""

import base64
from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from core.specs.dataset_types import Thumbnail
from pages.components.widgets.dataset_words import many, shortened
from pages.components.widgets.text import plain

WIDTH = 64  # pixels
CELL_WIDTH = 150  # pixels of one class: two images beside each other


def class_thumbnails(thumbnails: Sequence[Thumbnail], classes: int) -> None:
    """Show the images under the names of their classes.

    Args:
        thumbnails: Those of a class one after the other.
        classes: How many there are.
    """
    if not thumbnails:
        return
    shown = [(label, list(found)) for label, found in groupby(thumbnails, key=lambda thumbnail: thumbnail.label)]
    with st.container(key="class-thumbnails"), st.grid(4, min_column_width=CELL_WIDTH, gap="small"):
        for label, found in shown:
            with st.container(gap="xxsmall"):
                st.markdown(f":small[**{plain(shortened(label, 24))}**]")
                with st.container(horizontal=True, gap="xsmall"):
                    for thumbnail in found:
                        alt = f"{label}: {thumbnail.name.rpartition('/')[2]}"
                        st.image(base64.b64decode(thumbnail.data), width=WIDTH, caption=None, alt=alt)
    if len(shown) < classes:
        st.caption(f"A few images of {many(len(shown), 'class', 'classes')}; the other classes are not shown here.")
