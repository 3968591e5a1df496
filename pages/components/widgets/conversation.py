"""A conversation as its turns: who speaks, and what."""

from collections.abc import Sequence

import streamlit as st

from pages.components.widgets.text import plain

SIGNS = {"User": "person", "Assistant": "smart_toy", "System": "tune", "Tool": "build"}


def conversation(turns: Sequence[tuple[str, str]], key: str) -> None:
    """Show the turns of a conversation.

    Args:
        turns: Who speaks, and what is said.
        key: Of the container.
    """
    with st.container(gap="xxsmall", key=key):
        for role, text in turns:
            if role:
                st.markdown(f":material/{SIGNS.get(role, 'chat')}: **{plain(role)}**")
            st.text(text)
