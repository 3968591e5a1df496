"""From a click to exactly one run, however often the mouse clicks."""

from typing import NoReturn
from uuid import uuid4

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.config import TrainConfig
from core.specs.target import Target


def one_key(slot: str, clicked: bool) -> str:
    """Return the idempotency key of a start button.

    A double click may run the page twice, and both runs see the button pressed: both get the same key, so the second
    starts nothing. The page shown without a click, after a run was started, gets the next key.

    Args:
        slot: Which button.
        clicked: Whether the page runs because of it.
    """
    name = f"start-key-{slot}"
    key, used = st.session_state.get(name, ("", True))
    if not key or (used and not clicked):
        key, used = uuid4().hex, False
    st.session_state[name] = (key, used or clicked)
    return str(key)


def start(
    config: TrainConfig, key: str, name: str = "", cloned_from: str = "", target: Target | None = None
) -> NoReturn:
    """Start a run and go to its page."""
    run = shared_service().start_run(config, name, key, cloned_from, target)
    st.switch_page("run.py", query_params={"run": run.id})
