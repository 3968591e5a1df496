"""`touchstone doctor --repair`: a new database with the readable rows of the damaged one.

The damaged database is kept aside.
"""

import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.errors import DatabaseDamaged, DatabaseTooNew, DiskFull, UserError
from core.runs import Metric
from core.settings import Settings
from core.store.database import Database
from core.store.lost_rows import bring_back, complete
from core.store.metric_store import MetricStore
from core.store.raw_pages import RawDatabase
from core.store.repair.examination import folders_without_row, named, programs_with, run_folders
from core.store.reserve import Reserve
from core.store.run_store import RunStore
from core.store.salvage import Salvage, revision_of, salvage

UNSAVED = "unsaved-metrics.jsonl"  # points that no database took, in a run's folder
_MARGIN = 10 * 2**20  # bytes of disk beside the new database
_WORDS = {
    "runs": "run",
    "points": "point",
    "metrics": "point",
    "metric_blobs": "packed curve",
    "scores": "score",
    "events": "event",
}


@dataclass
class Repaired:
    """What a repair has done."""

    damage: str = ""  # what was wrong with the database; empty where it is whole
    kept_aside: Path | None = None  # where the damaged file is now
    rows: Counter[str] = field(default_factory=Counter)  # brought back from it, by table
    lost_rows: int = 0
    lost_pages: int = 0
    pages: int = 0
    from_folders: int = 0  # runs
    nameless: int = 0  # runs of which only curves are left
    silent_folders: int = 0  # of runs, that say nothing of them
    points: int = 0  # that had waited in run folders

    def sentences(self) -> list[str]:
        """Return what to say of it."""
        said = [f"The database was damaged: {self.damage}."] if self.damage else ["The database itself is whole."]
        if self.kept_aside is not None:
            said.append(f"The damaged file is kept as {self.kept_aside}.")
        if self.damage:
            found = [_counted(self.rows[table], word) for table, word in _WORDS.items() if self.rows[table]]
            said.append(f"Recovered from it: {', '.join(found) or 'nothing'}.")
        if self.lost_pages or self.lost_rows:
            pages, rows = _counted(self.lost_pages, "page"), _counted(self.lost_rows, "row")
            said.append(f"Not to be read any more: {pages} of {self.pages:,}, and {rows} beside them.")
        if self.from_folders:
            said.append(f"From their own folders: {_counted(self.from_folders, 'run')}.")
        if self.nameless:
            said.append(f"Without their names and settings, since these are lost: {_counted(self.nameless, 'run')}.")
        if self.points:
            said.append(f"{_counted(self.points, 'point')} that had waited in run folders came in.")
        if self.silent_folders:
            said.append(
                f"{_counted(self.silent_folders, 'folder')} of runs had saved nothing that says what they were."
            )
        return said if len(said) > 1 else [*said, "There was nothing to recover."]


def repair(settings: Settings) -> Repaired:
    """Make the database whole again; run folders without a row get one.

    Raises:
        UserError: The database is on a server, or programs have it open.
        DatabaseTooNew: A newer Touchstone wrote it.
        DiskFull: There is no room for a second database.
    """
    settings.prepare()
    file = Database(settings.url).file
    if file is None:
        raise UserError("This database is on a server: restore it with that server's own backups.")
    if programs := programs_with(file):
        pids = " ".join(str(program.pid) for program in programs)
        raise UserError(
            f"The database is open in {named(programs)}. Nothing was changed. End them first: stop the dashboard, let "
            f"runs end or pause them, then `kill {pids}` for what is left."
        )
    result = Repaired(damage=damage_of(settings, file))
    if result.damage:
        _replace(settings, file, result)
    _from_folders(settings, file, result)
    return result


def damage_of(settings: Settings, file: Path) -> str:
    """Return what is wrong with a database; empty where it is whole."""
    database = Database(settings.url)
    try:
        is_there = file.exists() and (file.stat().st_size > 0 or _log_of(file).exists())
        if not is_there:
            return "it was empty, or gone"
        database.migrate(is_known=True)
        database.check_whole()
    except DatabaseDamaged as error:
        return error.why
    finally:
        database.dispose()
    return ""


def _replace(settings: Settings, file: Path, result: Repaired) -> None:
    """Replace the damaged database by a new one with all readable rows."""
    size = file.stat().st_size if file.exists() else 0
    if (free := shutil.disk_usage(settings.home).free) < size + _MARGIN:
        raise DiskFull(
            f"A second database beside the damaged one needs {(size + _MARGIN) / 1e6:,.0f} MB, and {free / 1e6:,.0f} "
            "MB are free. Nothing was changed. Free some space, then try again."
        )
    work = settings.home / f".repair-{os.getpid()}"
    work.mkdir(mode=0o700)
    try:
        draft = work / file.name
        found = _salvaged(file, draft)
        result.rows, result.lost_rows = found.rows, found.lost_rows
        result.lost_pages, result.pages = found.lost_pages, found.pages
        result.from_folders, result.nameless = complete(draft, run_folders(settings))
        if file.exists():
            result.kept_aside = _set_aside(file)
        draft.replace(file)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _salvaged(file: Path, draft: Path) -> Salvage:
    raw = RawDatabase(file)
    database = Database(f"sqlite:///{draft}")
    try:
        database.migrate(_known_revision(raw, database))
        found = salvage(raw, draft)
        database.migrate()
    finally:
        database.dispose()
    return found


def _known_revision(raw: RawDatabase, database: Database) -> str:
    """Return the schema revision of the damaged database; the newest if it is unreadable.

    Raises:
        DatabaseTooNew: It is not known here.
    """
    if (revision := revision_of(raw)) is None:
        return "head"
    if not database.knows(revision):
        raise DatabaseTooNew(revision)
    return revision


def _set_aside(file: Path) -> Path:
    stem = f"{file.stem}.damaged-{datetime.now():%Y%m%d-%H%M%S}"
    aside, number = file.with_name(f"{stem}{file.suffix}"), 1
    while aside.exists():
        number += 1
        aside = file.with_name(f"{stem}-{number}{file.suffix}")
    for ending in ("-wal", "-shm", ""):
        one = file.with_name(file.name + ending)
        if one.exists():
            one.replace(aside.with_name(aside.name + ending))
    return aside


def _from_folders(settings: Settings, file: Path, result: Repaired) -> None:
    """Restore rows of run folders that have none, and import points left in folders."""
    database = Database(settings.url)
    try:
        database.migrate()
        missing = folders_without_row(settings, database)
        result.from_folders += sum(bring_back(file, one, settings.datasets_folder) for one in missing)
        known = {run.id for trashed in (False, True) for run in RunStore(database).list(trashed=trashed)}
        for folder in run_folders(settings):
            if folder.name in known:
                result.points += _take_points(database, folder)
            else:
                result.silent_folders += 1
    finally:
        database.dispose()
    Reserve(settings.home).put_aside()


def _take_points(database: Database, folder: Path) -> int:
    """Write the points left in a run's folder; return their number."""
    waiting, points = folder / UNSAVED, list[Metric]()
    if not waiting.exists():
        return 0
    for line in waiting.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            points.append(_point(*json.loads(line)))
        except (ValueError, TypeError):  # the last line may have been cut off
            continue
    MetricStore(database).append(folder.name, points)
    waiting.replace(waiting.with_name(f"taken-{UNSAVED}"))  # kept, and not taken twice
    return len(points)


def _point(
    key: str, step: float, value: float, wall_time: float, arrival: int = 0, global_step: float | None = None
) -> Metric:
    """Return a point as `Recorder` left it; older ones are shorter."""
    above = None if global_step is None else float(global_step)
    return Metric(str(key), step, float(value), float(wall_time), int(arrival), above)


def _log_of(file: Path) -> Path:
    return file.with_name(file.name + "-wal")


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
