"""Whether a database is whole, and which programs have it open."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from core.settings import Settings
from core.store.database import Database
from core.store.run_copy import read_copy
from core.store.run_store import RunStore

_ROLES = {"core.worker": "the supervisor", "streamlit": "the dashboard", "multiprocessing": "a run"}
_MOST_NAMED = 5


@dataclass(frozen=True)
class Program:
    """A process that has the database open."""

    pid: int
    name: str  # what it is, for people

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid})"


def programs_with(file: Path) -> list[Program]:
    """Return the other processes of this account that have a file open."""
    wanted, found = str(file.resolve()), []
    for process in psutil.process_iter():
        try:
            if process.pid != psutil.Process().pid and any(one.path == wanted for one in process.open_files()):
                found.append(Program(process.pid, _role(process)))
        except (psutil.Error, OSError):  # gone, or somebody else's
            continue
    return found


def folders_without_row(settings: Settings, database: Database) -> list[Path]:
    """Return run folders that have no row in the database and can be restored."""
    store = RunStore(database)
    known = {run.id for trashed in (False, True) for run in store.list(trashed=trashed)}
    return [folder for folder in run_folders(settings) if folder.name not in known and says_enough(folder)]


def run_folders(settings: Settings) -> list[Path]:
    """Return the folders of runs, in the order in which they were made."""
    return sorted((one for one in settings.runs_folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_ctime)


def says_enough(folder: Path) -> bool:
    """Return whether a run's folder says what it was."""
    return bool(read_copy(folder)) or (folder / "checkpoints" / "best" / "card.json").exists()


def named(things: list[Program] | list[Path]) -> str:
    """Return a few things in words."""
    shown = [thing.name if isinstance(thing, Path) else str(thing) for thing in things[:_MOST_NAMED]]
    more = len(things) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _role(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    return next((role for sign, role in _ROLES.items() if sign in words), process.name())
