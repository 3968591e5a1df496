"""How an import or fix ended that said no last word, in a founder's words."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from core.processes.inspection.ends import explained
from core.processes.limits import Cause, cause_of_end, import_limits

_LAST_WORDS = 8_000  # bytes of the log
_BROKEN = "Fatal Python error"  # what `faulthandler` writes when compiled code breaks down


def describe_exit(request: Path, log: Path, *, started: bool, created: float, exit_code: int | None) -> str:
    """Return what is known of its end.

    Args:
        request: The file that says what was asked for.
        log: What the process wrote.
        started: Whether there was a process.
        created: When, in seconds since 1970; 0 is unknown.
        exit_code: Of the process; None where somebody else was its parent.
    """
    cause = cause_of_job(log, exit_code) if started else None
    if cause in ("memory", "stalled", "crash"):
        return (
            explained(_subject(request), cause, import_limits(), "Nothing of it was kept", f"in {log}")
            + f" The details are in {log}."
        )
    if not started:
        what = "Its process never started"
    elif created and psutil.boot_time() > created:
        what = "The machine was restarted while it was going on"
    else:
        what = "Its process was ended from outside, or the machine ran out of memory"
    return f"{what}. Nothing of it was kept. Try it again; the details are in {log}."


def cause_of_job(log: Path, exit_code: int | None) -> Cause:
    """Return why a process ended without a last word that had the limits of an import.

    Args:
        log: What it wrote.
        exit_code: None where somebody else was its parent.
    """
    words = ""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LAST_WORDS))
        words = file.read().decode("utf-8", "replace")
    cause = cause_of_end(exit_code or 0, words)
    if cause == "error" and exit_code is None and _BROKEN in words:
        return "crash"
    return "stalled" if cause == "processor" else cause


def _subject(request: Path) -> str:
    """Return what was worked on."""
    asked: dict[str, Any] = {}
    with suppress(OSError, ValueError, KeyError):
        asked = json.loads(request.read_bytes())["request"]
    return Path(asked["path"]).name if "path" in asked else str(asked.get("hub_id") or asked.get("name") or "the data")
