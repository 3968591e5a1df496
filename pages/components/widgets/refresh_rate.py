"""Refresh rate of pages with running runs, low enough for many viewers.

A workshop around one machine must be served.
"""

import secrets
import time

import streamlit as st

FASTEST_S, SLOWEST_S = 2.0, 8.0
A_VIEWER_S = 0.25  # one look costs the server a few hundredths of a second: with this, a third of a core at most
_GONE_S = 3 * SLOWEST_S
_lately: dict[str, float] = {}  # of this process: who watches, and when they looked last


def refresh_s() -> float:
    """Return the seconds to the next look, and count whoever asks among the viewers.

    Curves do not wait for it: they come by a route of their own, every second.
    """
    now = time.monotonic()
    _lately[st.session_state.setdefault("viewer", secrets.token_hex(8))] = now
    for viewer, seen in list(_lately.items()):
        if now - seen > _GONE_S:
            _lately.pop(viewer, None)  # another session may have done it meanwhile
    return pace_s(len(_lately))


def pace_s(viewers: int) -> float:
    """Return the seconds between two looks of each of so many viewers."""
    return min(max(FASTEST_S, A_VIEWER_S * viewers), SLOWEST_S)
