"""What becomes of a value between the loop and the store, and of the small curve over a long run."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from core.runs import RunStatus
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from core.tracking.recorder import Recorder
from core.tracking.sparkline import Sparkline
from core.tracking.values import kept, numbers


def test_plain_numbers_are_only_copied() -> None:
    metrics = {"loss": 0.5, "step": 3}
    copy = kept(metrics)
    metrics["loss"] = 9.0
    assert copy == {"loss": 0.5, "step": 3}


def test_dictionaries_become_names_with_slashes() -> None:
    refused: list[tuple[str, str]] = []
    metrics = kept({"train": {"loss": 1, "by": {"a": 2}}, 7: 3, "bad": "x"})  # type: ignore[dict-item]
    found = list(numbers(metrics, lambda name, why: refused.append((name, why))))
    assert found == [("train/loss", 1.0), ("train/by/a", 2.0), ("7", 3.0)]
    assert refused == [("bad", "it is a str, not a number")]


def test_a_million_points_leave_a_small_curve_and_little_in_memory() -> None:
    line = Sparkline()
    for step in range(1_000_000):
        line.add("train/loss", float(step))
        line.add("validation/loss", math.nan)
    values = [value for value in line.values() if value is not None]
    assert (len(values), values[0], values[-1]) == (40, 0.0, 999_999.0)
    assert values == sorted(values)
    assert len(line._kept) <= 4096


def test_a_run_of_ours_has_no_small_curve_but_of_its_training_loss() -> None:
    line = Sparkline()
    line.add("validation/loss", 1.0)
    assert line.values() == []


def test_the_recorder_of_a_run_that_is_removed_gives_up_and_lives(
    runs: RunStore, database: Database, quick_config: Callable[..., TrainConfig], tmp_path: Path
) -> None:
    run = runs.create(quick_config(), "", "key")
    runs.update(run.id, status=RunStatus.RUNNING, deleted_at=now())
    record = Recorder(run.id, runs, MetricStore(database), tmp_path)
    assert runs.remove([run.id]) == [run.id]
    record.record({"train/loss": 1.0}, 1)
    assert record.stop_requested.wait(60)
    assert record.close()


@pytest.mark.gpu
def test_a_number_on_a_gpu_is_read_when_it_is_there_and_as_it_was() -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("needs CUDA")
    side, total = torch.cuda.Stream(), torch.zeros(1, device="cuda")  # type: ignore[no-untyped-call]
    with torch.cuda.stream(side):
        for _ in range(50):
            big = torch.randn(2000, 2000, device="cuda")
            total += (big @ big).isfinite().all()
            last = kept({"total": total})
            total += 1
    assert list(numbers(last, lambda name, why: None)) == [("total", 99.0)]
