"""From a double click to exactly one import, fix or version."""

from collections.abc import Callable

import streamlit as st

_MADE = "made-once"


def once(key: str, make: Callable[[], str]) -> str:
    """Return what `make` returned for this key, and call it only where nobody has.

    A second click interrupts the page between two Streamlit calls; there is none between making and keeping.

    Args:
        key: From `one_key`.
        make: Starts something and returns its id.
    """
    made: dict[str, str] = st.session_state.setdefault(_MADE, {})
    if key not in made:
        made[key] = make()
    return made[key]
