"""Measures one way of logging: `python one_peer.py NAME FOLDER STEPS`, with the Python that has it; prints JSON.

Needs nothing but the standard library and the peer: peers live in another environment than Touchstone.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Log = Callable[[dict[str, float], int], object]
Opened = tuple[Log, Callable[[], object]]


def touchstone(folder: Path) -> Opened:
    os.environ["TOUCHSTONE_HOME"] = str(folder)
    run = import_module("core.track").init("bench")
    return run.log, run.finish


def touchstone_recorder(folder: Path) -> Opened:
    """The training loop's own."""
    os.environ["TOUCHSTONE_HOME"] = str(folder)
    settings = import_module("core.settings").Settings()
    database = import_module("core.services.bootstrap").open_database(settings)
    metrics, runs = (import_module(f"core.store.{name}") for name in ("metric_store", "run_store"))
    run = import_module("core.store.external_runs").ExternalRuns(database).create("bench")
    recorder = import_module("core.tracking.recorder").Recorder(
        run.id, runs.RunStore(database), metrics.MetricStore(database), folder
    )

    def end() -> None:
        recorder.close()
        database.settle()
        database.dispose()

    return recorder.record, end


def sqlalchemy(folder: Path) -> Opened:
    """What a good afternoon gives: a list, and an insert of all of it after every thousand points."""
    sa = import_module("sqlalchemy")
    engine = sa.create_engine(f"sqlite:///{folder / 'points.db'}")
    columns = [sa.Column(name, kind) for name, kind in (("key", sa.Text), ("step", sa.Integer), ("value", sa.Float))]
    table = sa.Table("points", sa.MetaData(), *columns, sa.Column("time", sa.Float))
    table.metadata.create_all(engine)
    waiting: list[dict[str, object]] = []

    def write() -> None:
        with engine.begin() as connection:
            connection.execute(sa.insert(table), waiting)
        waiting.clear()

    def log(metrics: dict[str, float], step: int) -> None:
        now = time.time()
        waiting.extend([{"key": key, "step": step, "value": value, "time": now} for key, value in metrics.items()])
        if len(waiting) >= 1000:
            write()

    def end() -> None:
        if waiting:
            write()
        engine.dispose()

    return log, end


def trackio(folder: Path) -> Opened:
    os.environ |= {"TRACKIO_DIR": str(folder / "trackio"), "HF_HUB_OFFLINE": "1"}
    peer = import_module("trackio")
    peer.init(project="bench")
    return lambda metrics, step: peer.log(metrics, step=step), peer.finish


def tensorboard(folder: Path) -> Opened:
    writer = import_module("tensorboard.summary").Writer(str(folder / f"events-{time.time_ns()}"))

    def log(metrics: dict[str, float], step: int) -> None:
        for key, value in metrics.items():
            writer.add_scalar(key, value, step)

    return log, writer.close


def wandb(folder: Path) -> Opened:
    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
    run = import_module("wandb").init(project="bench", dir=str(folder))
    return lambda metrics, step: run.log(metrics, step=step), run.finish


def aim(folder: Path) -> Opened:
    run = import_module("aim").Run(repo=str(folder), system_tracking_interval=None, log_system_params=False)

    def log(metrics: dict[str, float], step: int) -> None:
        for key, value in metrics.items():
            run.track(value, name=key, step=step)

    return log, run.close


def mlflow(folder: Path) -> Opened:
    peer = import_module("mlflow")
    peer.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    peer.start_run()
    return lambda metrics, step: peer.log_metrics(metrics, step=step), peer.end_run


def size_of(folder: Path) -> int:
    """Return the bytes of all files."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main(name: str, folder: Path, steps: int) -> dict[str, float]:
    """Log twice: one step, so that everything is loaded and made, and then all of them."""
    open_run: Callable[[Path], Opened] = globals()[name.replace("-", "_")]
    log, finish = open_run(folder)
    log({"loss": 1.0, "accuracy": 0.0, "lr": 0.1, "norm": 1.0}, 0)
    finish()
    before = size_of(folder)
    log, finish = open_run(folder)
    took, began = [], time.perf_counter()
    for step in range(steps):
        metrics = {"loss": 1 / (1 + step), "accuracy": step / steps, "lr": 0.1 * step, "norm": step % 7 / 7}
        called = time.perf_counter_ns()
        log(metrics, step)
        took.append(time.perf_counter_ns() - called)
    ended = time.perf_counter()
    finish()
    return {
        "us_per_call": round(statistics.median(took) / 1000, 2),
        "p99_us": round(statistics.quantiles(took, n=100)[98] / 1000, 1),
        "loop_s": round(ended - began, 2),
        "finish_s": round(time.perf_counter() - ended, 3),
        "mb": round((size_of(folder) - before) / 1e6, 2),
        "steps": steps,
    }


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
    sys.stdout.flush()
    os._exit(0)  # some peers leave threads behind that never end
