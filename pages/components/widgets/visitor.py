"""Who looks at a page: the owner at this machine, or somebody of whom nothing is known."""

import secrets
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core.services.bootstrap import shared_service


def is_local() -> bool:
    """Return whether this is the owner, at this machine, with the token: then paths on it may be named."""
    return shared_service().is_owner(st.context.headers.to_dict())


def browser_id() -> str:
    """Return what tells this browser from others, whichever of its tabs asks: Streamlit gives each a cookie."""
    cookie = st.context.cookies.get("_streamlit_xsrf", "")
    return str(cookie) or str(st.session_state.setdefault("viewer", secrets.token_hex(8)))


def viewer_zone() -> tzinfo | None:
    """Return the time zone of the browser; None, which is this machine's own, where it does not say."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
