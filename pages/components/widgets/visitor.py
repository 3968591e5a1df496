"""The visitor of a page: the owner at this machine, or an unknown one."""

import secrets
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core.services.bootstrap import shared_service


def is_local() -> bool:
    """Return whether the visitor is the local owner with the token.

    Only then may paths on this machine be named.
    """
    return shared_service().is_owner(st.context.headers.to_dict())


def browser_id() -> str:
    """Return an id of this browser, common to its tabs, from Streamlit's cookie."""
    cookie = st.context.cookies.get("_streamlit_xsrf", "")
    return str(cookie) or str(st.session_state.setdefault("viewer", secrets.token_hex(8)))


def viewer_zone() -> tzinfo | None:
    """Return the browser's time zone; None, meaning this machine's, if unknown."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
