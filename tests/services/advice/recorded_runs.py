"""The recorded curves of real runs, as the coach is shown them; see `tests/services/advice/record.py`."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core import catalog
from core.runs import Run, RunStatus, Stage
from core.services.advice.evidence import Evidence, Line
from core.specs.config import TrainConfig

FOLDER = Path(__file__).parent / "recorded"
NAMES = tuple(sorted(file.stem.replace("-", " ") for file in FOLDER.glob("*.json")))
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)


@cache
def recorded(name: str) -> Evidence:
    """Return what is known of a recorded run."""
    document = json.loads((FOLDER / f"{name.replace(' ', '-')}.json").read_text(encoding="utf-8"))
    config, task = TrainConfig(**document["config"]), catalog.find_task(document["config"]["task"])
    return Evidence(
        run=run_of(config, **document["run"]),
        primary=task.metric(task.primary_metric),
        lines={key: Line(np.array(steps), np.array(values)) for key, (steps, values) in document["lines"].items()},
        report=document["report"],
        settings={**config.params, **config.model_dump()},
        steps_per_epoch=document["run"]["steps_total"] // config.epochs,
    )


def run_of(config: TrainConfig, status: str, **known: Any) -> Run:
    """Return a run of which little is known."""
    return Run(
        id="recorded", name="Recorded", status=RunStatus(status), stage=Stage.DONE, reason="", config=config,
        config_hash="", dataset_fingerprint="", device="cpu", created_at=MOMENT, started_at=MOMENT, finished_at=MOMENT,
        stop_requested_at=None, deleted_at=None, pid=None, examples_seen=0, train_time_s=0.0, time_left_s=None,
        sparkline=(), attempt=1, note="", verdict="", **known,
    )  # fmt: skip


def changed(evidence: Evidence, **lines: Line) -> Evidence:
    """Return evidence with other curves; `train__loss` is `train/loss`."""
    return replace(evidence, lines={**evidence.lines, **{key.replace("__", "/"): line for key, line in lines.items()}})
