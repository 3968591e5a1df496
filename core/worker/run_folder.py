"""Exclusive writer of a run's folder: one process, known by pid and start time."""

import json
import os
from pathlib import Path

from filelock import FileLock, Timeout

from core.processes.identity import start_time
from core.settings import Settings

TAKEN = 75  # the exit code of a process that found another one at work (EX_TEMPFAIL of sysexits.h)
_WAIT_S = 5.0  # for a process that has said its last word and is about to go
_LOCK, _HOLDER = ".writer.lock", "process.json"


def take_folder(folder: Path) -> FileLock | None:
    """Lock a run's folder for this process's lifetime; None if another holds it."""
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=_WAIT_S)
    except Timeout:
        return None
    pid = os.getpid()
    (folder / _HOLDER).write_text(json.dumps({"pid": pid, "created": start_time(pid)}), encoding="utf-8")
    return lock


def holder_of(settings: Settings, run_id: str) -> tuple[int | None, float | None]:
    """Return pid and creation time of the folder's last holder, which may be gone."""
    try:
        said = json.loads((settings.runs_folder / run_id / _HOLDER).read_text(encoding="utf-8"))
        return int(said["pid"]), float(said["created"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
