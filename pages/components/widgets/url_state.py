"""Choices kept in the URL by name, so that a link reproduces the page.

Streamlit's own `bind="query-params"` writes what an option is called on the screen; a link should hold names that stay.
"""

import math
from collections.abc import Collection, Sequence

import streamlit as st


def read_choice(key: str, options: Collection[str], default: str | None) -> None:
    """Set a widget's value from the URL, initially and after outside changes.

    Args:
        key: The widget's key and the parameter's name.
        options: What may be chosen; anything else becomes the default.
        default: What is chosen where the URL says nothing.
    """
    if was_changed(key):
        st.session_state[key] = st.query_params.get(key)
    if st.session_state[key] not in options:
        st.session_state[key] = default


def chosen_place(options: Sequence[str], key: str) -> int:
    """Return where a widget's value stands among its options.

    A browser draws a widget with its default first and with its value a moment later; a click in between would send
    the default as if somebody had chosen it. So the default is the value.
    """
    return options.index(st.session_state[key])


def was_changed(key: str) -> bool:
    """Return whether the URL is new, or was changed other than by `write_choice`."""
    return key not in st.session_state or st.query_params.get(key) != st.session_state.get(_shown(key))


def write_choice(key: str, default: str | None) -> None:
    """Write a widget's value into the URL, or remove it if default."""
    value = st.session_state[key]
    if value is None or value == default:
        st.query_params.pop(key, None)
        st.session_state[_shown(key)] = None
    else:
        st.query_params[key] = value
        st.session_state[_shown(key)] = value


def read_number(name: str, key: str, default: float, bounds: tuple[float, float]) -> None:
    """Give a widget its number from the URL at first sight.

    Args:
        name: The parameter's name.
        key: The widget's key.
        default: The number where the URL says nothing, or no number.
        bounds: Least and most; a number outside becomes the nearer one.
    """
    if key in st.session_state:
        return
    try:
        wanted = float(st.query_params.get(name, default))
    except ValueError:
        wanted = default
    low, high = bounds
    st.session_state[key] = min(max(wanted if math.isfinite(wanted) else default, low), high)


def write_number(name: str, value: float, default: float) -> None:
    """Write a number into the URL, or remove it if default."""
    if value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = f"{value:.12g}"


def _shown(key: str) -> str:
    return f"shown-in-url-{key}"
