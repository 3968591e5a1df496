"""Looks and imports that go on in processes of their own: they take cores and memory that the pages need.

A folder each, in the cache: what was asked, how far it is, what was found. The page that started one can be left; its
address names it.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import psutil

from core.data.imports.job_exit import cause_of_job
from core.dataset_types import Guess
from core.errors import UserError
from core.exchange.curve_summary import FoundCurve
from core.exchange.import_runs import Found, FoundRun, Imported
from core.processes.identity import DYING_S, ended_with, is_alive, limited_environment, start_time
from core.processes.inspection.ends import explained
from core.processes.limits import import_limits
from core.settings import Settings

State = Literal["looking", "found", "importing", "done", "failed", "cancelled"]
WORKING = ("looking", "importing")
FORGOTTEN_AFTER_S = 2 * 86_400.0
_PROJECT = Path(__file__).resolve().parents[2]
_ASKED, _TOLD, _SIGNED, _LOG = "asked.json", "told.json", "signed.json", "log.txt"
_CANCELLED = "cancelled.json"  # there where somebody asked to end it
_STARTING_S = 10.0  # until a process has signed


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
        """Keep them in the cache of this home."""
        self.folder = settings.cache_folder / "transfers"

    def start(self, path: Path, format_name: str = "") -> str:
        """Start looking at what somebody brought; return the work's id."""
        self._sweep()
        work_id = uuid4().hex[:12]
        (self.folder / work_id).mkdir(parents=True)
        self._ask(work_id, "look", {"path": str(path.expanduser().absolute()), "format": format_name})
        return work_id

    def start_again(self, work_id: str, format_name: str) -> str:
        """Look at the same once more, as another format; return the new work's id."""
        return self.start(Path(self.get(work_id).path), format_name)

    def run_import(self, work_id: str, project: str = "", keys: Sequence[str] = ()) -> None:
        """Import what was found: all of it, or the runs of these keys."""
        found = self.get(work_id).found
        if found is None:
            raise UserError("Nothing was found to import yet. Wait until the look has ended, or choose another folder.")
        path = self.get(work_id).path
        asked = {"path": path, "format": found.format, "project": project, "keys": list(keys)}
        self._ask(work_id, "import", asked)

    def get(self, work_id: str) -> Work:
        """Return how far a work is, or how it ended.

        Raises:
            UserError: There is none of this id.
        """
        folder = self._folder(work_id)
        told = _read(folder / _TOLD)
        work = Work(
            id=work_id,
            path=str(_read(folder / _ASKED).get("path", "")),
            state=told.get("state", "failed"),
            message=told.get("message", ""),
            run=told.get("run", ""),
            points=told.get("points", 0),
            found=_found(told.get("found")),
            imported=_imported(told.get("imported")),
        )
        signed = _read(folder / _SIGNED)
        if not work.is_working or is_alive(signed.get("pid"), signed.get("created")):
            return work
        if time.time() - (folder / _ASKED).stat().st_mtime < _STARTING_S and not signed:
            return work
        again = _read(folder / _TOLD)  # its last word may have come since
        if again.get("state") not in WORKING:
            return self.get(work_id)
        if (folder / _CANCELLED).exists():  # before it could listen
            return Work(**{**_plain(work), "state": "cancelled"})
        folder = self._folder(work_id, DYING_S)
        message = _describe_exit(folder / _LOG, Path(work.path).name, _EXIT_CODES.get(work_id))
        return Work(**{**_plain(work), "state": "failed", "message": message})

    def cancel(self, work_id: str) -> None:
        """End a work; a run that is not whole is removed."""
        folder = self._folder(work_id)
        signed = _read(folder / _SIGNED)
        if is_alive(signed.get("pid"), signed.get("created")):
            _write(folder / _CANCELLED, {})
            with suppress(psutil.Error):
                psutil.Process(signed["pid"]).terminate()

    def forget(self, work_id: str) -> None:
        """Remove what is known of a work that has ended."""
        shutil.rmtree(self._folder(work_id), ignore_errors=True)

    def _ask(self, work_id: str, kind: str, asked: dict[str, Any]) -> None:
        folder = self._folder(work_id)
        for name in (_SIGNED, _CANCELLED):
            (folder / name).unlink(missing_ok=True)
        _write(folder / _ASKED, {"kind": kind, **asked})
        state = "looking" if kind == "look" else "importing"
        _write(folder / _TOLD, {**_read(folder / _TOLD), "state": state, "run": "", "points": 0})
        # A file, not a pipe: nobody may be left to drain it. A session of its own: it outlives whoever starts it.
        with (folder / _LOG).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "core.exchange", str(folder.resolve())],
                cwd=_PROJECT,
                env=limited_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        sign(folder, child.pid)
        _CHILDREN[work_id] = child

    def _folder(self, work_id: str, wait_s: float = 0.0) -> Path:
        folder = self.folder / work_id
        if not work_id.isalnum() or not folder.is_dir():
            raise UserError("This import is not known any more. Begin again with the files or the folder.")
        child = _CHILDREN.get(work_id)
        if child is not None and ended_with(child, wait_s) is not None:  # a process that has ended is seen as such
            _CHILDREN.pop(work_id, None)
            _EXIT_CODES[work_id] = child.returncode
        return folder

    def _sweep(self) -> None:
        for folder in self.folder.glob("*"):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > FORGOTTEN_AFTER_S:
                    shutil.rmtree(folder, ignore_errors=True)


_CHILDREN: dict[str, "subprocess.Popen[bytes]"] = {}
_EXIT_CODES: dict[str, int] = {}  # of those that have ended


def asked_of(folder: Path) -> dict[str, Any]:
    """Return what a work's folder asks for."""
    return _read(folder / _ASKED)


def tell(folder: Path, **told: Any) -> None:
    """Say how far a work is; what was said before and is not named stays."""
    _write(folder / _TOLD, {**_read(folder / _TOLD), **told})


def sign(folder: Path, pid: int) -> None:
    """Write down which process works."""
    created = start_time(pid)
    if created is not None:
        _write(folder / _SIGNED, {"pid": pid, "created": created})


def _describe_exit(log: Path, subject: str, exit_code: int | None) -> str:
    """Return what to say of a process that ended without a last word."""
    cause = cause_of_job(log, exit_code)
    if cause in ("memory", "stalled", "crash"):
        return explained(subject, cause, import_limits(), "What was not whole is gone", f"in {log}")
    return "It ended without a word, perhaps for want of memory. What was not whole is gone. Try it again."


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, content: dict[str, Any]) -> None:
    half = file.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(content, default=_as_json), encoding="utf-8")
    half.replace(file)


def _as_json(value: Any) -> Any:
    if isinstance(value, Found | Imported):
        return asdict(value)
    raise TypeError(type(value).__name__)


def _plain(work: Work) -> dict[str, Any]:
    return {field.name: getattr(work, field.name) for field in fields(work)}


def _found(told: dict[str, Any] | None) -> Found | None:
    if told is None:
        return None
    runs = tuple(
        FoundRun(**{**run, "remarks": tuple(run["remarks"]), "guesses": tuple(Guess(**g) for g in run["guesses"])})
        for run in told["runs"]
    )
    curves = tuple(FoundCurve(**{**curve, "course": tuple(curve["course"])}) for curve in told.get("curves", ()))
    return Found(told["format"], told["title"], tuple(told["also"]), runs, tuple(told["trouble"]), curves)


def _imported(told: dict[str, Any] | None) -> Imported | None:
    return None if told is None else Imported(**{name: tuple(ids) for name, ids in told.items()})
