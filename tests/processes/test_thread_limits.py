"""No child takes every core: its threads are bounded before it imports anything."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.processes.identity import limited_environment, thread_limits

CORE = Path(__file__).resolve().parents[2] / "core"
LIMITING = {"limited_environment", "thread_limits"}


def starts() -> list[tuple[str, ast.Call]]:
    """Return every place in which a process is started by `subprocess`."""
    found = []
    for file in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("subprocess.Popen", "subprocess.run"):
                found.append((f"{file.relative_to(CORE)}:{node.lineno}", node))
    return found


def test_whoever_starts_a_process_bounds_its_threads() -> None:
    seen = {place.split(":")[0] for place, _ in starts()}
    assert "processes/identity.py" in seen  # `start_apart`: supervisor, jobs, notifications
    # A spare inspector is started by the fork server, whose environment is bounded and is the one it gets.
    unbounded = [
        place
        for place, call in starts()
        if not place.startswith("processes/inspection/server.py")
        and not any(name in ast.unparse(k.value) for k in call.keywords if k.arg == "env" for name in LIMITING)
    ]
    assert unbounded == []


def test_a_child_has_its_limits_before_its_first_import(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in thread_limits(1, {}):
        monkeypatch.delenv(name, raising=False)
    code = "import os, numpy, threadpoolctl; print({p['num_threads'] for p in threadpoolctl.threadpool_info()})"
    environment = limited_environment(1, MORE="yes")
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=600)
    assert said.stdout.strip() == "{1}", said.stderr
    assert environment["MORE"] == "yes"
    assert os.environ.get("OMP_NUM_THREADS") is None


def test_what_somebody_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert limited_environment(1)["OMP_NUM_THREADS"] == "3"
    assert limited_environment(1)["OPENBLAS_NUM_THREADS"] == "1"
