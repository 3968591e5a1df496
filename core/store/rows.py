"""From rows to the frozen values that leave this room."""

import math
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.config import TrainConfig
from core.runs import Run, RunStatus, Score, Stage
from core.store.tables import JobRow, RunRow, ScoreRow

_SAME_NAME = (
    "id", "name", "reason", "config_hash", "dataset_fingerprint", "device", "parameter_count", "created_at",
    "started_at", "finished_at", "stop_requested_at", "deleted_at", "steps", "steps_total", "examples_seen",
    "train_time_s", "time_left_s", "note", "verdict", "versions", "parent_id", "parent_kind", "finish_requested_at",
    "paused", "cause", "estimate", "origin", "project", "settings", "starred", "archived_at",
)  # fmt: skip


def nan_to_null(value: float) -> float | None:
    """Return what SQL can hold: NaN becomes NULL, infinity stays."""
    return None if math.isnan(value) else value


def null_to_nan(value: float | None) -> float:
    """Undo `nan_to_null`."""
    return math.nan if value is None else value


def to_runs(session: Session, pairs: Sequence[tuple[RunRow, JobRow]]) -> list[Run]:
    """Return the runs of these rows, with their scores read in one question."""
    numbers = [row.number for row, _ in pairs]
    scores: dict[int, list[ScoreRow]] = {}
    for start in range(0, len(numbers), 500):  # SQLite bounds the number of variables of a statement
        part = numbers[start : start + 500]
        for score in session.scalars(select(ScoreRow).where(ScoreRow.run_number.in_(part))):
            scores.setdefault(score.run_number, []).append(score)
    return [_to_run(row, job, scores.get(row.number, ())) for row, job in pairs]


def _to_run(row: RunRow, job: JobRow, scores: Iterable[ScoreRow]) -> Run:
    by_source: dict[str, dict[str, Score]] = {}
    for s in scores:
        score = Score(null_to_nan(s.value), null_to_nan(s.ci_low), null_to_nan(s.ci_high))
        by_source.setdefault(s.source, {})[s.metric] = score
    return Run(
        **{name: getattr(row, name) for name in _SAME_NAME},
        status=RunStatus(row.status),
        stage=Stage(row.stage),
        config=TrainConfig.model_validate(row.config),
        pid=job.pid,
        attempt=job.attempt,
        tags=tuple(row.tags),
        sparkline=tuple(null_to_nan(v) for v in row.sparkline),
        test=by_source.pop("model", {}),
        baselines=by_source,
    )
