"""Previews and imports in separate processes, since pages need CPU cores and memory too.

The page that started one can be left; its address names it.
"""

import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from core.errors import UserError
from core.exchange.import_runs import Found, Imported
from core.processes import jobs
from core.processes.identity import is_alive
from core.processes.inspection.ends import explained
from core.processes.limits import import_limits
from core.settings import Settings

State = Literal["looking", "found", "importing", "done", "failed", "cancelled"]
WORKING = ("looking", "importing")
FORGOTTEN_AFTER_S = 2 * 86_400.0


@dataclass(frozen=True)
class Work:
    """One look, and the import that may follow it."""

    id: str
    path: str
    state: State
    message: str = ""  # why it failed, for a founder
    run: str = ""  # the name of the run that is worked on
    points: int = 0  # so far
    found: Found | None = None
    imported: Imported | None = None

    @property
    def is_working(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in WORKING


class Works:
    """Every look and import that was begun in the last days."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.cache_folder / "transfers"
        self._folders = _folders(self.folder)

    def start(self, path: Path, format_name: str = "") -> str:
        """Start looking at what somebody brought; return the work's id."""
        self._sweep()
        asked = {"kind": "look", "path": str(path.expanduser().absolute()), "format": format_name}
        work_id = self._folders.create()
        self._folders.start(work_id, asked, Work(work_id, asked["path"], "looking"))
        return work_id

    def start_again(self, work_id: str, format_name: str) -> str:
        """Look at the same once more, as another format; return the new work's id."""
        return self.start(Path(self.get(work_id).path), format_name)

    def run_import(self, work_id: str, project: str = "", keys: Sequence[str] = ()) -> None:
        """Import what was found: all of it, or the runs of these keys."""
        work = self.get(work_id)
        if work.found is None:
            raise UserError("Nothing was found to import yet. Wait until the look has ended, or choose another folder.")
        asked = {
            "kind": "import", "path": work.path, "format": work.found.format, "project": project, "keys": list(keys),
        }  # fmt: skip
        self._folders.start(work_id, asked, replace(work, state="importing", run="", points=0))

    def get(self, work_id: str) -> Work:
        """Return how far a work is, or how it ended.

        Raises:
            UserError: There is none of this id.
        """
        folder = self._folders.of(work_id)
        work = self._folders.read(folder)
        if work is None:
            raise self._folders.unknown()
        if not work.is_working or jobs.may_speak(folder, jobs.asked_since_s(folder)):
            return work
        again = self._folders.read(folder)  # its last word may have come since
        if again is None or not again.is_working:
            return self.get(work_id)
        if (folder / jobs.CANCEL).exists():  # before it could listen
            return replace(work, state="cancelled")
        return replace(work, state="failed", message=_describe_exit(folder, Path(work.path).name))

    def cancel(self, work_id: str) -> None:
        """End a work; a run that is not whole is removed."""
        folder = self._folders.of(work_id)
        pid, created = jobs.process_of(folder)
        if is_alive(pid, created):
            (folder / jobs.CANCEL).touch()
            with suppress(psutil.Error):
                psutil.Process(pid).terminate()

    def forget(self, work_id: str) -> None:
        """Remove what is known of a work that has ended."""
        jobs.remove(self._folders.of(work_id))

    def _sweep(self) -> None:
        for folder in self.folder.glob("*"):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > FORGOTTEN_AFTER_S:
                    shutil.rmtree(folder, ignore_errors=True)


def tell(folder: Path, **told: Any) -> None:
    """Update a job's progress; fields not given keep their value."""
    folders = _folders(folder.parent)
    if said := folders.read(folder):
        folders.write(folder, replace(said, **told))


def _folders(folder: Path) -> jobs.JobFolders[Work]:
    unknown = "This import is not known any more. Begin again with the files or the folder."
    return jobs.JobFolders(folder, "core.exchange", Work, unknown)


def _describe_exit(folder: Path, subject: str) -> str:
    """Return what to say of a process that ended without a last word."""
    cause = jobs.cause_of_death(folder)
    if cause in ("memory", "stalled", "crash"):
        return explained(subject, cause, import_limits(), "What was not whole is gone", f"in {folder / jobs.LOG}")
    return "It ended without a word, perhaps for want of memory. What was not whole is gone. Try it again."
