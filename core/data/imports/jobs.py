"""Imports and fixes as separate processes, started by pages, watched and cancelled through files."""

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psutil

from core.data.staging import ImportCancelled, Unit
from core.data.store.cleanup import sweep
from core.errors import UserError
from core.processes import jobs
from core.processes.identity import is_alive
from core.processes.inspection.ends import explained
from core.processes.jobs import CANCEL, LOG, PROGRESS
from core.processes.limits import import_limits
from core.specs.dataset_types import ImportProgress

Kind = Literal["import", "fix", "hub", "relabel", "append"]
DRAFT = "draft"
STARTING = "Starting"  # the stage of a job whose process has not spoken yet
WRITE_EVERY_S = 0.2
KILLED_AFTER_S = 20.0  # a job that does not hear the wish to end it, such as one that waits for a dead network
_JUDGED_AFTER_S = 1.0  # of a stage: the first moments say nothing about how long it takes


class Jobs:
    """Every import and fix that goes on, or has ended and was not dismissed.

    Args:
        folder: A sub-folder a job; its parent is the library's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folders = _folders(folder)

    def start(self, kind: Kind, request: Mapping[str, Any], title: str) -> str:
        """Start a process that does it; return the job's id.

        Args:
            kind: "import", "fix", "hub", "relabel" or "append".
            request: The arguments, as JSON: see `core.data.__main__`.
            title: What it is called while it goes on.
        """
        job_id = self._folders.create()
        asked = dict(request)
        if "path" in asked:  # the process has another working folder
            asked["path"] = str(Path(asked["path"]).absolute())
        begun = ImportProgress(job_id, title, "working", STARTING, 0, 0, "rows", datetime.now(UTC), None)
        self._folders.start(job_id, {"kind": kind, "request": asked}, begun)
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
        found = self._preview(self._folders.of(job_id))
        if found is None:
            raise self._folders.unknown()
        return found

    def cancel(self, job_id: str) -> None:
        """Ask a job to end and leave nothing; an ended job stays unchanged."""
        if self.progress(job_id).state == "working":
            (self._folders.of(job_id) / CANCEL).touch()

    def forget(self, job_id: str) -> None:
        """Take a job that has ended off the list.

        Raises:
            UserError: It still goes on, or there is none.
        """
        if self.progress(job_id).state == "working":
            raise UserError("This still goes on. Cancel it first, or wait for its end.")
        jobs.remove(self._folders.of(job_id))

    def _preview(self, folder: Path) -> ImportProgress | None:
        """Return a job's true state: its own report, unless the process is gone."""
        said = self._folders.read(folder)
        if said is None or said.state != "working":
            return said
        if jobs.may_speak(folder, (datetime.now(UTC) - said.started_at).total_seconds()):
            return _hurried(folder, said)
        said = self._folders.read(folder)  # its last word may have come between the two looks
        if said is None or said.state != "working":
            return said
        if (folder / CANCEL).exists():
            return _buried(folder, replace(said, state="cancelled", message=""))
        return _buried(folder, replace(said, state="failed", message=_describe_exit(folder)))


class FileProgress:
    """A job's progress, written into its folder; ends the job when it is cancelled.

    Args:
        folder: The job's.
        went_on: Called when the work got further.
    """

    def __init__(self, folder: Path, went_on: Callable[[], None] | None = None) -> None:
        begun = _folders(folder.parent).read(folder)
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


def write_progress(folder: Path, progress: ImportProgress) -> None:
    """Write how far a job is."""
    _folders(folder.parent).write(folder, progress)


def _folders(folder: Path) -> jobs.JobFolders[ImportProgress]:
    unknown = "There is no such import any more. It may have been dismissed on another page."
    return jobs.JobFolders(folder, "core.data", ImportProgress, unknown)


def _hurried(folder: Path, said: ImportProgress) -> ImportProgress:
    """Return a living job's progress; end it if it ignores a cancellation."""
    pid, created = jobs.process_of(folder)
    with suppress(OSError, psutil.Error):
        asked_s = time.time() - (folder / CANCEL).stat().st_mtime
        said = replace(said, stage="Cancelling", time_left_s=None)
        if asked_s > KILLED_AFTER_S and is_alive(pid, created):
            process = psutil.Process(pid)
            for doomed in (*process.children(recursive=True), process):
                doomed.kill()
            return _buried(folder, replace(said, state="cancelled", message=""))
    return said


def _buried(folder: Path, last: ImportProgress) -> ImportProgress:
    """Keep the truth about a dead job, and remove what it left half done."""
    shutil.rmtree(folder / DRAFT, ignore_errors=True)
    sweep(folder.parent.parent)
    with suppress(OSError):
        write_progress(folder, last)
    return last


def _describe_exit(folder: Path) -> str:
    """Return what is known of a job that ended without a last message."""
    (pid, created), log = jobs.process_of(folder), folder / LOG
    cause = jobs.cause_of_death(folder) if pid is not None else None
    if cause in ("memory", "stalled", "crash"):
        told = explained(_subject(folder), cause, import_limits(), "Nothing of it was kept", f"in {log}")
        return f"{told} The details are in {log}."
    if pid is None:
        what = "Its process never started"
    elif created and psutil.boot_time() > created:
        what = "The machine was restarted while it was going on"
    else:
        what = "Its process was ended from outside, or the machine ran out of memory"
    return f"{what}. Nothing of it was kept. Try it again; the details are in {log}."


def _subject(folder: Path) -> str:
    asked = jobs.request_of(folder).get("request", {})
    return Path(asked["path"]).name if "path" in asked else str(asked.get("hub_id") or asked.get("name") or "the data")
