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


def empty_state(icon: str, title: str, text: str, action: tuple[str, str, str] | None = None) -> None:
    """Say why there is nothing here and what would change that.

    Args:
        icon: The picture above it.
        title: What is not here.
        text: What would change that.
        action: The button that does: its label, icon and page.
    """
    with st.container(border=True, horizontal_alignment="center", gap="xsmall"):
        st.space("small")
        with st.container(key=f"sign-of-{icon}", width="content"):
            st.markdown(f":material/{icon}:", width="content")
        st.markdown(f"## {title}", width="content")
        st.markdown(f":gray[{text}]", width="content", text_alignment="center")
        if action is not None:
            label, sign, page = action
            if st.button(label, key=f"nothing-do-{icon}", type="primary", icon=f":material/{sign}:"):
                st.switch_page(page)
        st.space("small")
