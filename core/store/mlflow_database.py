"""An MLflow tracking database (`mlflow.db`), read directly with SQL.

MLflow's client would change or refuse old databases.

The file is somebody else's and untrusted: it is only read, nothing that is defined in it is run, and no question may
take for ever. The tables: https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/dbmodels/models.py
"""

import math
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import DataError

MAGIC = b"SQLite format 3\x00"
LONGEST_S = 600.0  # of reading
LONGEST_VALUE = 8_000  # characters, as many as MLflow itself keeps of a setting
MOST_SETTINGS = 20_000  # settings, or tags, of a run
_LONGEST_IN_MEMORY = 64 << 20  # bytes of a value or of a row that SQLite may hold
_CHECKED_EVERY = 100_000  # steps of SQLite's machine
_NEEDED = ("experiments", "runs", "params", "tags", "metrics")


class NoTrackingDatabase(DataError):
    """A database that is not MLflow's, or is damaged."""


@dataclass(frozen=True)
class TrackedRun:
    """One run as MLflow keeps it."""

    id: str
    name: str
    experiment: str
    status: str
    start_ms: int | None
    end_ms: int | None
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


class TrackingDatabase:
    """A copy of a `mlflow.db`."""

    def __init__(self, path: Path, shown: str) -> None:
        self.path, self.shown = path, shown

    def runs(self) -> Iterator[TrackedRun]:
        """Yield the runs that are not in MLflow's trash.

        Raises:
            NoTrackingDatabase: It is not one, or is damaged.
        """
        query = (
            f"SELECT {_cut('r.run_uuid')}, {_cut('r.name')}, {_cut('e.name')}, {_cut('r.status')}, r.start_time, "
            "r.end_time FROM runs r "
            "LEFT JOIN experiments e ON e.experiment_id = r.experiment_id "
            "WHERE r.lifecycle_stage IS NOT 'deleted' ORDER BY r.start_time, r.run_uuid"
        )
        with self._reading() as connection:
            for run_id, name, experiment, status, start, end in connection.execute(query):
                pairs = [
                    {_text(key): _text(value) for key, value in connection.execute(of_run, (run_id,))}
                    for of_run in (
                        f"SELECT {_cut('key')}, {_cut('value')} FROM params WHERE run_uuid = ? LIMIT {MOST_SETTINGS}",
                        f"SELECT {_cut('key')}, {_cut('value')} FROM tags WHERE run_uuid = ? LIMIT {MOST_SETTINGS}",
                    )
                ]
                told = _text(run_id), _text(name), _text(experiment), _text(status)
                yield TrackedRun(*told, _whole(start), _whole(end), pairs[0], pairs[1])

    def metrics(self, run_id: str) -> Iterator[tuple[str, int, float, int]]:
        """Yield key, step, value and time (ms) of every metric point of a run.

        Raises:
            NoTrackingDatabase: It is damaged.
        """
        query = (
            f"SELECT {_cut('key')}, step, {_cut('value')}, timestamp, is_nan FROM metrics WHERE run_uuid = ? "
            "ORDER BY 1, timestamp, rowid"
        )
        with self._reading() as connection:
            for key, step, value, stamp, is_nan in connection.execute(query, (run_id,)):
                number = float(value) if isinstance(value, int | float) and not is_nan else math.nan
                if abs(number) == sys.float_info.max:  # what MLflow writes for infinity
                    number = math.copysign(math.inf, number)
                yield _text(key), _whole(step) or 0, number, _whole(stamp) or 0

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        ends = time.monotonic() + LONGEST_S
        try:
            with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
                for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_IN_MEMORY)
                connection.set_progress_handler(lambda: int(time.monotonic() > ends), _CHECKED_EVERY)
                self._check(connection)
                yield connection
        except sqlite3.DataError as error:
            raise NoTrackingDatabase(
                f"{self.shown} holds a value of more than {_LONGEST_IN_MEMORY >> 20} MB, which no setting or metric "
                "is. Remove it, then import the database again."
            ) from error
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
            raise NoTrackingDatabase(
                f"{self.shown} is a damaged or unfinished database: it cannot be read to its end. Copy it again while "
                "MLflow does not run, or repair it with: mlflow db upgrade"
            ) from error

    def _check(self, connection: sqlite3.Connection) -> None:
        """Refuse anything but MLflow's plain tables: a view could compute for ever."""
        query = "SELECT lower(name) FROM sqlite_master WHERE type = 'table' AND lower(sql) LIKE 'create table %'"
        there = {name for (name,) in connection.execute(query)}
        if missing := [name for name in _NEEDED if name not in there]:
            raise NoTrackingDatabase(
                f"{self.shown} is not a database of MLflow: it has no table '{missing[0]}'. Import the file that "
                f"MLflow "
                "writes to (usually mlflow.db), or the folder mlruns."
            )


def _cut(column: str) -> str:
    """Return a column expression truncated in the database to what is read."""
    name = ".".join(f'"{part}"' for part in column.split("."))
    kind = f"typeof({name}) IN ('text', 'blob')"
    return f"CASE WHEN {kind} THEN substr(CAST({name} AS TEXT), 1, {LONGEST_VALUE}) ELSE {name} END"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None
