"""Page messages for errors and for empty states."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import TouchstoneError
from pages.components.widgets.text import plain


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show a `TouchstoneError` as its sentence; other errors propagate to the log.

    Any other error is a bug of the project.
    """
    try:
        yield
    except TouchstoneError as error:
        st.error(plain(str(error)), icon=":material/error:")


def empty_state(icon: str, title: str, text: str) -> None:
    """Say why there is nothing here and what would change that."""
    with st.container(border=True, horizontal_alignment="center", gap="xsmall"):
        st.space("small")
        st.markdown(f"## :gray[:material/{icon}:] {title}", width="content")
        st.markdown(f":gray[{text}]", width="content")
        st.space("small")
