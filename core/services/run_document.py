"""A run as one JSON document, the contract of `--json`, and its log's end."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.evaluation.target_status import TargetResult
from core.evaluation.verdict import Verdict
from core.runs import Artifact, Lineage, Run
from core.specs import Score

_SAME = (
    "id", "pid", "name", "status", "stage", "reason", "cause", "paused", "ended_early", "task", "dataset_fingerprint",
    "config_hash", "device", "parameter_count", "steps", "steps_total", "examples_seen", "train_time_s", "time_left_s",
    "attempt", "note", "versions", "parent_id", "parent_kind", "origin", "project", "settings", "tags",
    "starred",
)  # fmt: skip
_TIMES = (
    "created_at",
    "started_at",
    "finished_at",
    "stop_requested_at",
    "finish_requested_at",
    "deleted_at",
    "archived_at",
    "heartbeat_at",
)


def run_document(
    run: Run,
    artifacts: Sequence[Artifact],
    lineage: Lineage,
    target: TargetResult | None,
    verdict: str,
    answer: Verdict | None = None,
) -> dict[str, Any]:
    """Return everything known of a run.

    Args:
        run: The run.
        artifacts: The files that it left behind.
        lineage: Where it came from, and what came from it.
        target: How it stands against its target.
        verdict: What is said of it in a line.
        answer: The same in parts; None where nothing is known of it, or where many runs are listed.
    """
    baselines = {name: {m: s.value for m, s in by.items()} for name, by in run.baselines.items()}
    files = {a.name: {"path": a.path, "size_bytes": a.size_bytes, "sha256": a.sha256} for a in artifacts}
    return (
        {name: getattr(run, name) for name in _SAME}
        | {"dataset": run.config.dataset, "model": run.config.model, "config": run.config.model_dump(mode="json")}
        | {name: _iso(getattr(run, name)) for name in _TIMES}
        | {"ancestors": _named(lineage.ancestors), "children": _named(lineage.children)}
        | {"took_s": run.took_s, "expected_s": run.expected_s, "stages_s": dict(run.progress.spent)}
        | {"counts": [vars(count) for count in run.progress.counts]}
        | {
            "estimate": dict(run.estimate),
            "target": target.to_json() | {"is_own": run.target is not None} if target else None,
            "test": _scores(run.test),
            "validation": _scores(run.validation),
            "baselines": baselines,
            "artifacts": files,
            "verdict": verdict,
            "answer": None if answer is None else answer.to_json(),
        }
    )


def _scores(by_metric: Mapping[str, Score]) -> dict[str, dict[str, float]]:
    return {m: {"value": s.value, "ci_low": s.ci_low, "ci_high": s.ci_high} for m, s in by_metric.items()}


def report_in(folder: Path) -> dict[str, Any]:
    """Return the evaluation of a finished run from its folder; empty before."""
    file = folder / "report.json"
    return json.loads(file.read_text()) if file.exists() else {}


def tail_of(file: Path, size_bytes: int) -> str:
    """Return at most `size_bytes` from a text file's end; empty without a file."""
    if not file.exists():
        return ""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - size_bytes))
        return opened.read().decode(errors="replace")


def _named(runs: Sequence[Run]) -> list[dict[str, str]]:
    return [{"id": r.id, "name": r.name, "kind": r.parent_kind, "status": str(r.status)} for r in runs]


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
