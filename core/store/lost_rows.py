"""Rows of runs rebuilt from run folders: from their copy or the model card."""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from core.runs import VALIDATION, RunStatus, Stage
from core.specs.config import TrainConfig
from core.store.external_runs import NO_CONFIG
from core.store.run_copy import Rows, read_copy
from core.store.run_store import ALPHABET

LOST_ROW = "recovered"  # the origin of a run of which only curves are left
_FROM_COPY = ("parameters", "scores", "artifacts", "jobs")
_CHILDREN = (*_FROM_COPY, "events", "curves", "metric_blobs")
_RESTORED = "What the database said of it was lost when that was damaged; this is from the run's own folder."
_NAMELESS = (
    "What the database said of this run was lost when that was damaged: its name and its settings are not known any "
    "more. Its curves could be read."
)


def bring_back(file: Path, folder: Path, datasets: Path) -> bool:
    """Insert the rows of a run from its folder; return whether the folder suffices.

    Args:
        file: The database; nobody else uses it.
        folder: Of the run.
        datasets: The folder of data sets that were brought.
    """
    copy = read_copy(folder)
    with closing(sqlite3.connect(file)) as connection:
        if copy and copy["runs"] and copy["runs"][0].get("id") == folder.name:
            return _insert_copy(connection, copy)
        return _insert_from_card(connection, folder, datasets)


def complete(file: Path, folders: Iterable[Path]) -> tuple[int, int]:
    """Restore missing runs of orphaned rows, and every run's row in the queue's table.

    Args:
        file: The database; nobody else uses it.
        folders: Of runs, whose copies say which numbers were theirs.

    Returns:
        How many runs came back from their folders, and how many without a name.
    """
    with closing(sqlite3.connect(file)) as connection:
        return _completed(connection, folders)


def _completed(connection: sqlite3.Connection, folders: Iterable[Path]) -> tuple[int, int]:
    _name_curves(connection)
    known = {number for (number,) in connection.execute("SELECT number FROM runs")}
    orphans = set[int]()
    for table in _CHILDREN:
        orphans |= {number for (number,) in connection.execute(f"SELECT DISTINCT run_number FROM {table}")} - known
    copies = {rows["runs"][0].get("number"): rows for one in folders if (rows := read_copy(one)) and rows["runs"]}
    counts = [0, 0]
    for number in sorted(orphans):
        from_folder = number in copies and _insert_copy(connection, copies[number])
        if not from_folder:
            _insert_nameless(connection, number)
        counts[0 if from_folder else 1] += 1
    for copy in copies.values():  # a table may be gone, and its runs be there
        _insert_children(connection, copy)
    connection.execute(
        "INSERT INTO jobs (run_number, queued_at, claimed_by, attempt) SELECT number, created_at, '', 1 FROM runs "
        "WHERE number NOT IN (SELECT run_number FROM jobs)"
    )
    connection.commit()
    return counts[0], counts[1]


def _name_curves(connection: sqlite3.Connection) -> None:
    """Insert a curve for points whose curve row is lost.

    Each curve goes into a separate run, as the points' owner is unknown.
    """
    last = "SELECT coalesce(max(number), 0) FROM (SELECT number FROM runs UNION SELECT run_number FROM curves)"
    lost = connection.execute(
        "SELECT DISTINCT curve_id FROM points WHERE curve_id NOT IN (SELECT id FROM curves)"
    ).fetchall()
    for (curve,) in lost:
        name = f"curve {curve} (name lost)"
        connection.execute("INSERT OR IGNORE INTO metric_keys (name) VALUES (?)", (name,))
        connection.execute(
            f"INSERT INTO curves (id, run_number, key_id) SELECT ?, ({last}) + 1, id FROM metric_keys WHERE name = ?",
            (curve, name),
        )


def _insert_copy(connection: sqlite3.Connection, copy: Rows) -> bool:
    """Insert the copy from a run's folder, under its old number if free."""
    run = dict(copy["runs"][0])
    number = run.pop("number", None)
    taken = connection.execute("SELECT 1 FROM runs WHERE number = ?", (number,)).fetchone()
    if isinstance(number, int) and not taken:
        run["number"] = number
    if run.get("status") not in {state.value for state in RunStatus if not state.is_active}:
        run |= {"status": RunStatus.INTERRUPTED.value, "reason": f"{_RESTORED} Resume it to go on."}
    try:
        inserted = _insert(connection, "runs", run)
    except sqlite3.Error:  # a copy that somebody changed
        return False
    if not inserted:
        return False
    _note(connection, _insert_children(connection, copy), _RESTORED)
    connection.commit()
    return True


def _insert_children(connection: sqlite3.Connection, copy: Rows) -> int:
    """Insert missing child rows of a copied run; return its number, 0 if absent."""
    found = connection.execute("SELECT number FROM runs WHERE id = ?", (copy["runs"][0].get("id"),)).fetchone()
    for table in _FROM_COPY if found else ():
        for row in copy[table]:
            free = {name: value for name, value in row.items() if name not in ("position", "pid", "pid_created")}
            _insert(connection, table, free | {"run_number": found[0]})
    return found[0] if found else 0


def _insert_from_card(connection: sqlite3.Connection, folder: Path, datasets: Path) -> bool:
    """Insert a run from its card and report, which lack the training settings."""
    try:
        card = json.loads((folder / "checkpoints" / "best" / "card.json").read_text(encoding="utf-8"))
        imported = (datasets / str(card["dataset"])).is_dir()
        config = TrainConfig(
            task=card["task"], dataset=card["dataset"], model=card["model"], params=card["params"],
            dataset_version=card["dataset_fingerprint"] if imported else "",
        )  # fmt: skip
        fingerprint, step = str(card["dataset_fingerprint"]), int(card.get("step", 0))
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return False
    report = _report(folder)
    made = datetime.fromtimestamp(folder.stat().st_mtime, UTC).replace(tzinfo=None).isoformat(" ")
    status = RunStatus.SUCCEEDED if report else RunStatus.INTERRUPTED
    row = _row(folder.name, f"{config.dataset}, {config.model} (restored)", status, made) | {
        "config": json.dumps(config.model_dump(mode="json")), "config_hash": config.config_hash(),
        "dataset_fingerprint": fingerprint, "steps": step, "steps_total": step,
        "verdict": str(report.get("verdict", "")), "stage": (Stage.DONE if report else Stage.TRAINING).value,
        "reason": "" if report else _RESTORED,
    }  # fmt: skip
    if not _insert(connection, "runs", row):
        return False
    (number,) = connection.execute("SELECT number FROM runs WHERE id = ?", (folder.name,)).fetchone()
    for source, scores in _scores(report):
        for metric, score in scores.items():
            _insert(connection, "scores", {"run_number": number, "source": source, "metric": metric, **score})
    note = f"{_RESTORED} The settings of its training are not known any more, nor are its curves."
    _note(connection, number, note)
    connection.commit()
    return True


def _insert_nameless(connection: sqlite3.Connection, number: int) -> None:
    name = "".join(secrets.choice(ALPHABET) for _ in range(8))
    made = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    row = _row(name, f"Run {number} (name lost)", RunStatus.INTERRUPTED, made)
    row |= {"config": json.dumps(NO_CONFIG.model_dump(mode="json")), "origin": LOST_ROW, "reason": _NAMELESS}
    _insert(connection, "runs", row | {"number": number, "stage": Stage.TRAINING.value})


def _row(run_id: str, name: str, status: RunStatus, made: str) -> dict[str, Any]:
    """Return the columns that every run has, with nothing in them."""
    empty = ("reason", "config_hash", "dataset_fingerprint", "device", "note", "verdict")
    zero = ("parameter_count", "steps", "steps_total", "examples_seen", "train_time_s")
    return (
        dict.fromkeys(empty, "")
        | dict.fromkeys(zero, 0)
        | {"id": run_id, "idempotency_key": uuid4().hex, "name": name, "status": status.value}
        | {"created_at": made, "finished_at": made, "sparkline": "[]", "versions": "{}"}
    )


def _insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> bool:
    """Insert a row, without values of unknown columns; return whether it was new."""
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name in row]
    marks, names = ", ".join("?" * len(columns)), ", ".join(f'"{name}"' for name in columns)
    values = [row[name] for name in columns]
    return connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", values).rowcount > 0


def _note(connection: sqlite3.Connection, number: int, message: str) -> None:
    moment = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    row = {"run_number": number, "time": moment, "kind": "note", "message": message, "data": "{}"}
    _insert(connection, "events", row)


def _report(folder: Path) -> dict[str, Any]:
    try:
        said = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _scores(report: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, dict[str, float | None]]]]:
    """Yield the complete scores of a report by source and metric, NaN as stored."""
    sources = {"model": report.get("test"), VALIDATION: report.get("validation")}
    sources |= dict(report.get("baselines") or {})
    for source, scores in sources.items():
        if isinstance(scores, dict):
            yield (
                source,
                {
                    str(metric): {part: _number(score.get(part)) for part in ("value", "ci_low", "ci_high")}
                    for metric, score in scores.items()
                    if isinstance(score, dict)
                },
            )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value == value else None
