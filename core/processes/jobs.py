"""Background jobs: one process each, started by a page and followed through files.

A job is a folder: `request.json` (what to do), `process.json` (who does it), `progress.json` (how far it is), `cancel`
(nobody wants it any more) and `log.txt` (for the curious).
"""

import faulthandler
import json
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from core.errors import UserError
from core.files import write_json
from core.processes.identity import DYING_S, ended_with, is_alive, start_apart, start_time
from core.processes.limits import Cause, cause_of_end, limit_import

REQUEST, PROCESS, PROGRESS, CANCEL, LOG = "request.json", "process.json", "progress.json", "cancel", "log.txt"
NICENESS = 5  # pages and trainings come first
UNSTARTED_S = 10.0  # a job without a process for longer will never have one
_LAST_WORDS = 8_000  # bytes of the log
_BROKEN = "Fatal Python error"  # what `faulthandler` writes when compiled code breaks down
_CHILDREN: dict[Path, "subprocess.Popen[bytes]"] = {}  # by the job's folder
_EXIT_CODES: dict[Path, int] = {}  # of those that have ended
_LOCK = threading.Lock()

Document = TypeVar("Document")


class JobFolders(Generic[Document]):
    """Every job of one kind, a sub-folder each.

    Args:
        folder: Of them all.
        module: What `python -m` runs, with the job's folder as its argument.
        document: The type of what a job says of itself.
        unknown: What to say where there is no such job.
    """

    def __init__(self, folder: Path, module: str, document: type[Document], unknown: str) -> None:
        self.folder, self._module, self._unknown = folder, module, unknown
        self._document = TypeAdapter(document)

    def create(self) -> str:
        """Make the folder of a new job; return its id."""
        job_id = uuid4().hex[:12]
        (self.folder / job_id).mkdir(parents=True)
        return job_id

    def start(self, job_id: str, request: Mapping[str, Any], begun: Document) -> None:
        """Start a job's process, again if an earlier one had its turn."""
        folder = self.folder.resolve() / job_id
        for name in (PROCESS, CANCEL):
            (folder / name).unlink(missing_ok=True)
        self.write(folder, begun)
        write_json(folder / REQUEST, request)
        child = start_apart(self._module, str(folder), log=folder / LOG)
        sign(folder, child.pid)
        with _LOCK:
            _CHILDREN[folder] = child

    def of(self, job_id: str) -> Path:
        """Return the folder of a job.

        Raises:
            UserError: There is none of this id, or it was dismissed.
        """
        if not job_id.isalnum() or not (self.folder / job_id / PROGRESS).is_file():
            raise self.unknown()
        return self.folder / job_id

    def unknown(self) -> UserError:
        """Return what to say where there is no such job."""
        return UserError(self._unknown)

    def read(self, folder: Path) -> Document | None:
        """Return a job's state; None while it is being made or dismissed."""
        try:
            return self._document.validate_json((folder / PROGRESS).read_bytes())
        except (OSError, ValidationError):
            return None

    def write(self, folder: Path, document: Document) -> None:
        """Write how far a job is."""
        write_json(folder / PROGRESS, self._document.dump_python(document, mode="json"))


def remove(folder: Path) -> None:
    """Remove a job and all that is known of it."""
    shutil.rmtree(folder, ignore_errors=True)


def request_of(folder: Path) -> dict[str, Any]:
    """Return what a job was asked to do; nothing where that cannot be read."""
    return _read(folder / REQUEST)


def sign(folder: Path, pid: int) -> None:
    """Write who does a job, if there is such a process."""
    if (created := start_time(pid)) is not None:
        write_json(folder / PROCESS, {"pid": pid, "created": created})


def process_of(folder: Path) -> tuple[int | None, float]:
    """Return the pid and creation time of a job's process, or None and 0."""
    known = _read(folder / PROCESS)
    return known.get("pid"), known.get("created", 0.0)


def may_speak(folder: Path, age_s: float) -> bool:
    """Return whether a job's process lives, or may still begin.

    Args:
        folder: The job's.
        age_s: Seconds since it was asked for.
    """
    exit_code(folder)
    pid, created = process_of(folder)
    return is_alive(pid, created) if pid is not None else age_s < UNSTARTED_S


def exit_code(folder: Path, wait_s: float = 0.0) -> int | None:
    """Return a job's exit code, negative for a signal; None if alive or unknown."""
    with _LOCK:
        folder = folder.resolve()
        child = _CHILDREN.get(folder)
        if child is not None and ended_with(child, wait_s) is not None:
            _EXIT_CODES[folder] = child.returncode
            del _CHILDREN[folder]
        return _EXIT_CODES.get(folder)


def cause_of_death(folder: Path) -> Cause:
    """Return why a process with an import's limits ended without a last message."""
    code, words = exit_code(folder, DYING_S), ""
    with suppress(OSError), (folder / LOG).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LAST_WORDS))
        words = file.read().decode("utf-8", "replace")
    cause = cause_of_end(code or 0, words)
    if cause == "error" and code is None and _BROKEN in words:
        return "crash"
    return "stalled" if cause == "processor" else cause


def begin(folder: Path, cancel: Callable[[], None]) -> None:
    """Make this process the one that does a job: signed, nice, limited.

    Args:
        folder: The job's.
        cancel: Called where somebody asks this process to end.
    """
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    sign(folder, os.getpid())
    signal.signal(signal.SIGTERM, lambda _number, _frame: cancel())
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    limit_import()


def asked_since_s(folder: Path) -> float:
    """Return for how many seconds a job has been asked for."""
    with suppress(OSError):
        return time.time() - (folder / REQUEST).stat().st_mtime
    return 0.0


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
