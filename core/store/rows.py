"""From rows to the frozen values that leave this room."""

import json
import math
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, Text, cast, select
from sqlalchemy.orm import Session

from core.runs import VALIDATION, Count, Run, RunStatus, Stage, StageProgress
from core.specs import Score
from core.specs.config import TrainConfig
from core.specs.target import Target
from core.store.tables import JobRow, RunRow, ScoreRow

_SAME_NAME = (
    "id", "name", "reason", "config_hash", "dataset_fingerprint", "device", "parameter_count", "created_at",
    "started_at", "finished_at", "stop_requested_at", "deleted_at", "steps", "steps_total", "examples_seen",
    "train_time_s", "time_left_s", "note", "verdict", "parent_id", "parent_kind", "finish_requested_at", "paused",
    "cause", "origin", "project", "starred", "archived_at", "heartbeat_at",
)  # fmt: skip
# JSON as it is written, so that what was read before need not be read again: a third of the time of a thousand runs.
_WRITTEN = ("config", "versions", "estimate", "settings", "tags", "sparkline", "sessions", "target")
_OWN = RunRow.status, RunRow.stage, JobRow.pid, JobRow.attempt
_SCORE = ScoreRow.run_number, ScoreRow.source, ScoreRow.metric, ScoreRow.value, ScoreRow.ci_low, ScoreRow.ci_high


def nan_to_null(value: float) -> float | None:
    """Return what SQL can hold: NaN becomes NULL, infinity stays."""
    return None if math.isnan(value) else value


def null_to_nan(value: float | None) -> float:
    """Undo `nan_to_null`."""
    return math.nan if value is None else value


def to_runs(session: Session, query: Select[*tuple[Any, ...]]) -> list[Run]:
    """Return the runs of a `runs_with_jobs` query, with their scores in few queries."""
    rows = session.execute(query).all()
    numbers = [row[0] for row in rows]
    scores: dict[int, dict[str, dict[str, Score]]] = {}
    for start in range(0, len(numbers), 500):  # SQLite bounds the number of variables of a statement
        part = select(*_SCORE).where(ScoreRow.run_number.in_(numbers[start : start + 500]))
        for number, source, metric, *values in session.execute(part):
            scores.setdefault(number, {}).setdefault(source, {})[metric] = Score(*map(null_to_nan, values))
    return [_to_run(row, scores.get(row[0], {})) for row in rows]


def sessions_of(run: Run) -> list[list[float]]:
    """Return the working periods of a run, including the last, to keep on resume."""
    sessions = [list(session) for session in run.sessions]
    if run.started_at is not None and run.last_worked_at is not None:
        sessions.append([run.started_at.timestamp(), run.last_worked_at.timestamp()])
    return sessions


def runs_with_jobs() -> Select[*tuple[Any, ...]]:
    """Return the query for what a run consists of.

    Columns, not entities: for a thousand runs SQLAlchemy's bookkeeping of objects takes longer than all else.
    """
    same = [getattr(RunRow, name) for name in _SAME_NAME]
    written = [cast(getattr(RunRow, name), Text) for name in _WRITTEN]
    return select(RunRow.number, *_OWN, *written, *same).join(JobRow, JobRow.run_number == RunRow.number)


def _to_run(row: Row[*tuple[Any, ...]], scores: dict[str, dict[str, Score]]) -> Run:
    _, status, stage, pid, attempt, config, versions, estimate, settings, tags, sparkline, sessions, target, *same = row
    curve, expected = _read(sparkline), dict(_read(estimate))
    progress = expected.pop("progress", None)  # has no column of its own
    return Run(
        **dict(zip(_SAME_NAME, same, strict=True)),
        status=RunStatus(status),
        stage=Stage(stage),
        config=_config(config),
        versions=_read(versions),
        estimate=expected,
        progress=_progress(progress) if progress else StageProgress(),
        settings=_read(settings),
        pid=pid,
        attempt=attempt,
        tags=tuple(_read(tags)),
        target=Target.from_json(_read(target)) if target else None,
        sessions=tuple((began, ended) for began, ended in _read(sessions)),
        sparkline=tuple(map(null_to_nan, curve)) if None in curve else tuple(curve),
        test=scores.pop("model", {}),
        validation=scores.pop(VALIDATION, {}),
        baselines=scores,
    )


def _progress(known: dict[str, Any]) -> StageProgress:
    counts = tuple(Count(c["what"], c["done"], c["total"], c.get("left_s")) for c in known.get("counts", ()))
    return StageProgress(dict(known.get("spent", {})), counts)


@lru_cache(maxsize=4096)  # a table of runs is read again and again, and a configuration never changes
def _config(text: str) -> TrainConfig:
    return TrainConfig.model_validate_json(text)


@lru_cache(maxsize=8192)  # what is returned is shared, and nobody changes it: a run is frozen
def _read(text: str) -> Any:
    return json.loads(text)
