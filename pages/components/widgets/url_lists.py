"""Multiple choices kept in the URL by name, separated by commas."""

from collections.abc import Collection, Sequence

import streamlit as st


def read_list(key: str, options: Collection[str], default: Sequence[str]) -> None:
    """Set a widget's values from the URL, initially and after outside changes.

    Args:
        key: The widget's key and the parameter's name.
        options: What may be chosen; anything else is left out.
        default: What is chosen where nothing is left.
    """
    if key not in st.session_state or st.query_params.get(key) != st.session_state.get(_shown(key)):
        st.session_state[key] = [part for part in st.query_params.get(key, "").split(",") if part]
    known = [part for part in dict.fromkeys(st.session_state[key]) if part in options]
    st.session_state[key] = known or list(default)


def write_list(key: str, default: Sequence[str]) -> None:
    """Write a widget's values into the URL, or remove them if default."""
    value = list(st.session_state[key])
    if not value or value == list(default):
        st.query_params.pop(key, None)
        st.session_state[_shown(key)] = None
    else:
        st.query_params[key] = st.session_state[_shown(key)] = ",".join(value)


def _shown(key: str) -> str:
    return f"list-in-url-{key}"
