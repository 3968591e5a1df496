"""A store with runs to lose, and the ways in which its file gets damaged."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from core.configure import make_config
from core.runs import Metric, RunStatus
from core.services.bootstrap import open_database
from core.settings import Settings
from core.specs import Score
from core.store.metric_store import MetricStore
from core.store.run_copy import write_copy
from core.store.run_store import RunStore

POINTS = 700  # of each run
Damage = Callable[[Path], None]


def fill(settings: Settings, count: int = 4) -> list[str]:
    """Make runs that ended, with curves, scores and folders; the last one's points are packed. Return their ids."""
    database = open_database(settings)
    runs, metrics = RunStore(database), MetricStore(database)
    ids = []
    for number in range(count):
        config = make_config("image-classification", "digits", "logistic-regression", "quick", {"epochs": number + 1})
        run = runs.create(config, f"Run {number}", f"key-{number}")
        runs.update(run.id, status=RunStatus.RUNNING)
        metrics.append(run.id, [Metric("train/loss", step, 1 / step, 1e9 + step) for step in range(1, POINTS + 1)])
        runs.set_scores(run.id, "model", {"accuracy": Score(0.9, 0.8, 1.0)})
        runs.add_event(run.id, "note", "A note " * 40)
        runs.finish(run.id, RunStatus.SUCCEEDED)
        folder = settings.runs_folder / run.id
        folder.mkdir()
        write_copy(database, run.id, folder)
        ids.append(run.id)
    metrics.pack(ids[-1])
    database.dispose()
    return ids


def roots(file: Path) -> dict[str, int]:
    """Return the first page of each table and index, by name."""
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT name, rootpage FROM sqlite_master").fetchall())


def overwrite_page(file: Path, number: int, content: bytes) -> None:
    """Put something else into the place of a page."""
    with file.open("r+b") as opened:
        opened.seek((number - 1) * 4096)
        opened.write(content[:4096].ljust(4096, b"\0"))


def rows_in_json(settings: Settings, run_id: str) -> dict[str, object]:
    """Return what a run's folder says of it."""
    said: dict[str, object] = json.loads((settings.runs_folder / run_id / "run.json").read_text())
    return said
