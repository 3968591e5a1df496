"""Calls commands as a terminal does, in this process, through the entry point alone."""

import contextlib
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from core.cli import main

PLAIN = {"COLUMNS": "100", "LINES": "40", "TERM": "dumb", "NO_COLOR": "1", "TOUCHSTONE_BASELINES_WITHIN_S": "0"}
PATIENCE_S = 300.0


def touchstone(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, stdout and stderr."""
    out, err, mask = io.StringIO(), io.StringIO(), os.umask(0o077)
    code = 0
    try:
        with (
            patch.dict(os.environ, PLAIN),
            patch.object(sys, "argv", ["touchstone", *arguments]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        os.umask(mask)
    return code, out.getvalue(), err.getvalue()


def answer(*arguments: str) -> Any:
    """Run a command with --json; return what it printed."""
    code, out, err = touchstone(*arguments, "--json")
    assert code == 0, f"touchstone {' '.join(arguments)}: {err or out}"
    return json.loads(out)


def doctor() -> Any:
    """Return what the doctor says, also where something is wrong with this machine."""
    return json.loads(touchstone("doctor", "--json")[1])


def eventually(done: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, f"{what} never happened"
        time.sleep(0.3)


@contextlib.contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Let the commands work in a home folder; at the end its supervisor is told to go, and is waited for."""
    with patch.dict(os.environ, {"TOUCHSTONE_HOME": str(home), "TOUCHSTONE_THREADS": "1"}):
        try:
            yield
        finally:
            worker = doctor()["worker"]
            if worker["alive"]:
                os.kill(worker["pid"], signal.SIGTERM)
                eventually(lambda: not doctor()["worker"]["alive"], "the supervisor's end")
