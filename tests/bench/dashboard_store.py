"""A store as a busy house fills it in a year, and a process that logs a run while others watch.

`python -m tests.bench.dashboard_store RUN_ID SECONDS` logs one: four metrics, once a second, with the real recorder.
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from core.configure import make_config
from core.runs import RunStatus, Stage
from core.services.bootstrap import open_database
from core.settings import Settings
from core.specs import Score
from core.store.curve import Curve
from core.store.database import Database
from core.store.job_queue import JobQueue
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from core.tracking.recorder import Recorder

KEYS = ("train/loss", "validation/loss", "train/accuracy", "validation/accuracy")
MODELS = ("small-cnn", "mlp", "logistic-regression")
FIRST_TIME = 1.79e9  # seconds since 1970


@dataclass(frozen=True)
class Filled:
    """What `fill` left in the store."""

    ordinary: list[str]  # runs of the usual length
    long: str  # the run of very many points


def fill(home: Path, runs: int, points: int, long_points: int) -> Filled:
    """Write so many ended runs of so many points each, and one that is far longer; a store that is there stays."""
    known = home / "filled.json"
    if not known.exists():
        database = open_database(Settings(home=home))
        store, metrics, chance = RunStore(database), MetricStore(database), np.random.default_rng(0)
        ordinary = [_ended(store, metrics, chance, points, number) for number in range(runs)]
        long = _ended(store, metrics, chance, long_points, runs)
        database.dispose()
        known.write_text(json.dumps({"ordinary": ordinary, "long": long}))
    return Filled(**json.loads(known.read_text()))


def _ended(store: RunStore, metrics: MetricStore, chance: np.random.Generator, points: int, number: int) -> str:
    config = make_config("image-classification", "digits", MODELS[number % len(MODELS)], "quick", {"seed": number})
    run = store.create(config, "", f"bench-{number}")
    steps = np.arange(points // len(KEYS), dtype=np.float64)
    falling = np.exp(-3 * steps / max(len(steps), 1))
    times = FIRST_TIME + 0.01 * steps + 0.001 * chance.random(len(steps))
    metrics.append_curves(
        run.id, {k: Curve(steps, falling + 0.05 * chance.normal(size=len(steps)), times) for k in KEYS}
    )
    accuracy = float(chance.uniform(0.5, 0.99))
    store.set_scores(run.id, "model", {"accuracy": Score(accuracy, accuracy - 0.02, accuracy + 0.02)})
    store.update(
        run.id, status=RunStatus.SUCCEEDED, stage=Stage.DONE, started_at=now(), finished_at=now(), steps=len(steps),
        steps_total=len(steps), sparkline=falling[:: max(len(steps) // 40, 1)][:40].tolist(),
    )  # fmt: skip
    return run.id


def begin_live(home: Path) -> str:
    """Make a run that works, so that no supervisor takes it, and return its id."""
    database = open_database(Settings(home=home))
    store = RunStore(database)
    for before in store.list():
        if before.name == "live":  # of an earlier measurement
            store.update(before.id, deleted_at=now())
    config = make_config("image-classification", "digits", "small-cnn", "quick")
    run = store.create(config, "live", f"bench-live-{time.time()}")
    if JobQueue(database).claim("bench") is None:
        raise RuntimeError("nobody could take the run")
    store.update(run.id, steps_total=100_000, stage=Stage.TRAINING)
    database.dispose()
    return run.id


def log(run_id: str, seconds: float) -> None:
    """Log the run as a training loop would: a step a second."""
    database = Database(Settings().url)
    process = psutil.Process()
    JobQueue(database).set_process(run_id, process.pid, process.create_time())
    runs, folder = RunStore(database), Settings().runs_folder / run_id
    folder.mkdir(parents=True, exist_ok=True)
    recorder = Recorder(run_id, runs, MetricStore(database), folder)
    began = time.monotonic()
    for step in range(1, int(seconds) + 1):
        recorder.record(dict.fromkeys(KEYS, 1.0 / step), step)
        recorder.progress(steps=step)
        time.sleep(max(0.0, began + step - time.monotonic()))
    recorder.close()


if __name__ == "__main__":
    log(sys.argv[1], float(sys.argv[2]))
