"""The finished run that ships with the project: in everybody's home, in nobody's statistics."""

import json
import logging
import shutil
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from core.data.samples import SAMPLES
from core.errors import DatabaseUnavailable, RunNotFound
from core.runs import Metric, Run
from core.settings import Settings
from core.store.database import Database
from core.store.example_runs import ExampleRuns
from core.store.metric_store import MetricStore
from core.store.run_copy import write_copy
from core.store.run_store import RunStore

FILE = SAMPLES / "example-run.zip"
_log = logging.getLogger(__name__)
_ROWS, _CURVES, _FILES = "rows.json", "curves.json", "files/"
_KEPT = ("report.json", "log.txt", "*.npz", "examples.zip", "wall/*", "mistakes/*", "checkpoints/best/*")
_DAY = (1980, 1, 1, 0, 0, 0)  # of every member, so that the same run gives the same file


def pack_example(settings: Settings, database: Database, run_id: str, file: Path = FILE) -> None:
    """Write a finished run, with its model, into one file.

    Args:
        settings: Where its files are.
        database: Where its rows are.
        run_id: The run.
        file: What to write.
    """
    folder, store = settings.runs_folder / run_id, MetricStore(database)
    curves = {key: [tuple(point) for point in points] for key, points in store.read(run_id).items()}
    members = {
        _ROWS: json.dumps(ExampleRuns(database).pack(run_id), indent=1).encode(),
        _CURVES: json.dumps(curves).encode(),
    }
    for pattern in _KEPT:
        members |= {_FILES + found.relative_to(folder).as_posix(): found.read_bytes() for found in folder.glob(pattern)}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name, _DAY), members[name], zipfile.ZIP_DEFLATED)


def example_run(settings: Settings, database: Database, file: Path = FILE) -> Run | None:
    """Return the example of this home; None once somebody deleted it.

    The first call brings it in.

    Args:
        settings: Where its files go.
        database: Where its rows go.
        file: What `pack_example` wrote; nothing is brought in where there is none.
    """
    examples = ExampleRuns(database)
    try:
        known = examples.seen()
        if known is None and file.is_file():
            known = _bring_in(settings, database, file)
            examples.show(known)
            write_copy(database, known, settings.runs_folder / known)
        run = RunStore(database).get(known or "")
    except RunNotFound:
        return None
    except (OSError, DatabaseUnavailable):  # a full disk, say: what else is on the page says so
        _log.warning("The example could not be imported.", exc_info=True)
        return None
    return None if run.deleted_at else run


def _bring_in(settings: Settings, database: Database, file: Path) -> str:
    with zipfile.ZipFile(file) as archive:
        rows = json.loads(archive.read(_ROWS))
        run_id = str(rows["runs"][0]["id"])
        with TemporaryDirectory(dir=settings.cache_folder) as draft:
            archive.extractall(draft, [name for name in archive.namelist() if name.startswith(_FILES)])
            target = settings.runs_folder / run_id
            shutil.rmtree(target, ignore_errors=True)  # of a try that was cut off
            (Path(draft) / _FILES).rename(target)
        curves = json.loads(archive.read(_CURVES))
    ExampleRuns(database).insert(rows)
    store = MetricStore(database)
    store.append(run_id, [Metric(key, *point) for key, points in curves.items() for point in points])
    store.pack(run_id)
    return run_id
