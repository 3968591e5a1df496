"""Opening the dashboard in its owner's browser, where there is a screen."""

import logging
import os
import sys
import time
import urllib.request
import webbrowser

from core.access.token import Dashboard

OPEN_BROWSER = "TOUCHSTONE_OPEN_BROWSER"  # set by `touchstone ui` for the process that serves
_READY_S, _ASK_EVERY_S = 60.0, 0.2
log = logging.getLogger("touchstone")


def has_screen() -> bool:
    """Return whether a user has a screen here: no SSH, no CI, no container."""
    if os.environ.get("CI") or os.environ.get("SSH_CONNECTION"):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_when_ready(dashboard: Dashboard) -> None:
    """Open the address, which is printed too, with its token once the server answers."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{dashboard.url}/_stcore/health", timeout=5):
                break
        except OSError:
            time.sleep(_ASK_EVERY_S)
    try:
        webbrowser.open(dashboard.address)
    except webbrowser.Error as error:
        log.warning("No browser could be opened: %s", error)
