"""Lazy expanders, drawn when opened, so that no page waits for rarely used content."""

from collections.abc import Callable

import streamlit as st

from pages.components.widgets.notices import shown_errors


def folded(label: str, draw: Callable[[], None], *, key: str, icon: str | None = None) -> None:
    """Show a closed expander whose content is drawn only when it is opened.

    Args:
        label: Its title.
        draw: Draws what is in it.
        key: Unique on the page.
        icon: Beside the title.
    """
    st.fragment(_fold, key=f"fold-{key}")(label, draw, key, icon)


def _fold(label: str, draw: Callable[[], None], key: str, icon: str | None) -> None:
    with st.expander(label, icon=icon, key=key, on_change="rerun") as part:
        if part.open:
            with shown_errors():
                draw()
