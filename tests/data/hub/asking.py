"""Fetches from the hub in a process of its own, since the hub's address is read once, at import."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Ask = Callable[..., dict[str, Any]]


def start_child(endpoint: str, **environment: str) -> tuple[subprocess.Popen[str], Ask]:
    """Return a process that fetches, and the function that asks it to."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.data.hub.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "HF_ENDPOINT": endpoint, **environment},
    )

    def ask(do: str, **request: Any) -> dict[str, Any]:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(
            json.dumps({"do": do, **{k: str(v) if isinstance(v, Path) else v for k, v in request.items()}}) + "\n"
        )
        child.stdin.flush()
        told: dict[str, Any] = json.loads(child.stdout.readline())
        return told

    return child, ask
