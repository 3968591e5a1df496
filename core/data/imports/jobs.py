"""Imports and fixes in processes of their own: begun by a page, watched through files, ended by whoever wants.

A job is a folder: `request.json` (what to do), `process.json` (who does it), `progress.json` (how far it is), `cancel`
(nobody wants it any more), `log.txt` (for the curious) and `draft/` (what is half done).
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import psutil
from pydantic import TypeAdapter, ValidationError

from core.data.imports.job_exit import describe_exit
from core.data.staging import ImportCancelled, Unit
from core.data.store.cleanup import sweep
from core.dataset_types import ImportProgress
from core.errors import UserError
from core.processes.identity import DYING_S, ended_with, is_alive, limited_environment

Kind = Literal["import", "fix", "hub", "relabel"]
REQUEST, PROCESS, PROGRESS, CANCEL, LOG, DRAFT = (
    "request.json", "process.json", "progress.json", "cancel", "log.txt", "draft",
)  # fmt: skip
STARTING = "Starting"  # the stage of a job whose process has not spoken yet
WRITE_EVERY_S = 0.2
UNSTARTED_S = 10.0  # a job without a process for longer will never have one
KILLED_AFTER_S = 20.0  # a job that does not hear the wish to end it, such as one that waits for a dead network
_JUDGED_AFTER_S = 1.0  # of a stage: the first moments say nothing about how long it takes
_PROGRESS = TypeAdapter(ImportProgress)
_PROJECT = Path(__file__).resolve().parents[3]


class Jobs:
    """Every import and fix that goes on, or has ended and was not dismissed.

    Args:
        folder: A sub-folder a job; its parent is the library's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._exit_codes: dict[str, int] = {}
        self._lock = threading.Lock()

    def start(self, kind: Kind, request: Mapping[str, Any], title: str) -> str:
        """Start a process that does it; return the job's id.

        Args:
            kind: "import", "fix", "hub" or "relabel".
            request: The arguments, as JSON: see `core.data.__main__`.
            title: What it is called while it goes on.
        """
        job_id = uuid4().hex[:12]
        folder = self.folder.resolve() / job_id
        folder.mkdir(parents=True)
        asked = dict(request)
        if "path" in asked:  # the process has another working folder
            asked["path"] = str(Path(asked["path"]).absolute())
        begun = ImportProgress(job_id, title, "working", STARTING, 0, 0, "rows", datetime.now(UTC), None)
        write_progress(folder, begun)
        _write(folder / REQUEST, {"kind": kind, "request": asked})
        # A file, not a pipe: nobody may be left to drain it. A session of its own: it outlives whoever starts it.
        with (folder / LOG).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "core.data", str(folder)],
                cwd=_PROJECT,
                env=limited_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with suppress(psutil.Error):
            sign(folder, child.pid)
        with self._lock:
            self._children[job_id] = child
        return job_id

    def list(self) -> list[ImportProgress]:
        """Return every job, the newest first."""
        folders = self.folder.iterdir() if self.folder.is_dir() else []
        found = [self._preview(folder) for folder in folders if folder.is_dir()]
        return sorted((job for job in found if job is not None), key=lambda job: job.started_at, reverse=True)

    def progress(self, job_id: str) -> ImportProgress:
        """Return how far a job is, or how it ended.

        Raises:
            UserError: There is none of this id, or it was dismissed.
        """
        found = self._preview(self._folder(job_id))
        if found is None:
            raise _unknown()
        return found

    def cancel(self, job_id: str) -> None:
        """Ask a job to end; nothing of it stays. One that has ended stays as it is."""
        folder = self._folder(job_id)
        if self.progress(job_id).state == "working":
            (folder / CANCEL).touch()

    def forget(self, job_id: str) -> None:
        """Take a job that has ended off the list.

        Raises:
            UserError: It still goes on, or there is none.
        """
        if self.progress(job_id).state == "working":
            raise UserError("This still goes on. Cancel it first, or wait for its end.")
        shutil.rmtree(self._folder(job_id), ignore_errors=True)

    def _folder(self, job_id: str) -> Path:
        folder = self.folder / job_id
        if not job_id.isalnum() or not (folder / PROGRESS).is_file():
            raise _unknown()
        return folder

    def _preview(self, folder: Path) -> ImportProgress | None:
        """Return the truth about a job: what it says of itself, unless it cannot speak any more."""
        self._reap(folder.name)
        said = _read_progress(folder)
        if said is None or said.state != "working":
            return said
        age_s = (datetime.now(UTC) - said.started_at).total_seconds()
        pid, created = _process(folder)
        if pid is None and age_s < UNSTARTED_S:
            return said
        if pid is not None and is_alive(pid, created):
            return self._hurried(folder, said, pid, created)
        said = _read_progress(folder)  # its last word may have come between the two looks
        if said is None or said.state != "working":
            return said
        state: Literal["cancelled", "failed"] = "cancelled" if (folder / CANCEL).exists() else "failed"
        message = "" if state == "cancelled" else self._describe_exit(folder, pid, created)
        return _buried(folder, replace(said, state=state, message=message))

    def _describe_exit(self, folder: Path, pid: int | None, created: float) -> str:
        self._reap(folder.name, DYING_S)
        return describe_exit(
            folder / REQUEST, folder / LOG, started=pid is not None, created=created,
            exit_code=self._exit_codes.get(folder.name),
        )  # fmt: skip

    def _hurried(self, folder: Path, said: ImportProgress, pid: int, created: float) -> ImportProgress:
        """Return how far a living job is; end it where it was asked to end and does not."""
        with suppress(OSError, psutil.Error):
            asked_s = time.time() - (folder / CANCEL).stat().st_mtime
            said = replace(said, stage="Cancelling", time_left_s=None)
            if asked_s > KILLED_AFTER_S and is_alive(pid, created):
                process = psutil.Process(pid)
                for doomed in (*process.children(recursive=True), process):
                    doomed.kill()
                return _buried(folder, replace(said, state="cancelled", message=""))
        return said

    def _reap(self, job_id: str, wait_s: float = 0.0) -> None:
        with self._lock:
            child = self._children.get(job_id)
            if child is not None and ended_with(child, wait_s) is not None:
                self._exit_codes[job_id] = child.returncode
                del self._children[job_id]


class FileProgress:
    """How far a job is, written into its folder; ends it where nobody wants it any more.

    Args:
        folder: The job's.
        went_on: Called when the work got further.
    """

    def __init__(self, folder: Path, went_on: Callable[[], None] | None = None) -> None:
        begun = _read_progress(folder)
        if begun is None:
            raise FileNotFoundError(folder / PROGRESS)
        self._folder, self._now, self._went_on = folder, begun, went_on
        self._stage_at = self._written_at = time.monotonic()
        self._cancelled = False

    def cancel(self) -> None:
        """End the work at its next word; may be called by a signal."""
        self._cancelled = True

    def stage(self, name: str, total: int, unit: Unit) -> None:
        """Begin a part of the work."""
        self._stage_at = time.monotonic()
        self._now = replace(self._now, stage=name, done=0, total=total, unit=unit, time_left_s=None)
        self._speak()

    def advance(self, done: int) -> None:
        """Say how much of the stage is done."""
        now = time.monotonic()
        if not self._cancelled and now - self._written_at < WRITE_EVERY_S:
            return
        spent_s, total = now - self._stage_at, self._now.total
        left_s = spent_s * (total - done) / done if spent_s > _JUDGED_AFTER_S and 0 < done <= total else None
        self._now = replace(self._now, done=done, time_left_s=left_s)
        self._speak()

    def end(
        self, state: Literal["done", "failed", "cancelled"], message: str = "", dataset: str = "", fingerprint: str = ""
    ) -> None:
        """Say the last word."""
        self._now = replace(
            self._now, state=state, message=message, dataset=dataset, fingerprint=fingerprint, time_left_s=None
        )
        write_progress(self._folder, self._now)

    def _speak(self) -> None:
        if self._cancelled or (self._folder / CANCEL).exists():
            raise ImportCancelled
        self._written_at = time.monotonic()
        if self._went_on is not None:
            self._went_on()
        with suppress(OSError):  # a full disk stops the work itself, which then says so
            write_progress(self._folder, self._now)


def sign(folder: Path, pid: int) -> None:
    """Write who does a job.

    Raises:
        psutil.Error: There is no such process (any more).
    """
    _write(folder / PROCESS, {"pid": pid, "created": psutil.Process(pid).create_time()})


def write_progress(folder: Path, progress: ImportProgress) -> None:
    """Write how far a job is."""
    _write(folder / PROGRESS, _PROGRESS.dump_python(progress, mode="json"))


def _write(file: Path, document: Mapping[str, Any]) -> None:
    """Write a file so that whoever reads it finds a whole one."""
    staged = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        staged.write_text(json.dumps(document), encoding="utf-8")
        staged.replace(file)
    finally:
        staged.unlink(missing_ok=True)


def _read_progress(folder: Path) -> ImportProgress | None:
    try:
        return _PROGRESS.validate_json((folder / PROGRESS).read_bytes())
    except (OSError, ValidationError):  # just being made or dismissed
        return None


def _process(folder: Path) -> tuple[int | None, float]:
    try:
        known = json.loads((folder / PROCESS).read_bytes())
    except (OSError, ValueError):
        return None, 0.0
    return int(known["pid"]), float(known["created"])


def _buried(folder: Path, last: ImportProgress) -> ImportProgress:
    """Keep the truth about a dead job, and remove what it left half done."""
    shutil.rmtree(folder / DRAFT, ignore_errors=True)
    sweep(folder.parent.parent)
    with suppress(OSError):
        write_progress(folder, last)
    return last


def _unknown() -> UserError:
    return UserError("There is no such import any more. It may have been dismissed on another page.")
