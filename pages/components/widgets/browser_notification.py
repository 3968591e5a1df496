"""Browser notification of ended runs: a button, a notification and the tab title."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.runs import Run
from pages.components.widgets.addresses import base_url

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "touchstone_tell_me",
    css=(_HERE / "browser_notification.css").read_text(),
    js=(_HERE / "browser_notification.js").read_text(),
)


def notify_button(runs: Sequence[Run]) -> None:
    """Offer a notification when these runs end; nothing for runs all final.

    The wish is kept in the browser, and any open page of Touchstone there watches for it.

    Args:
        runs: Those that the page is about.
    """
    active = [run for run in runs if run.status.is_active and run.is_own]
    if not active:
        return
    data = {
        "base": base_url(),
        "runs": [{"id": run.id, "name": run.name} for run in active],
    }
    _component(key="tell-me", data=data)
