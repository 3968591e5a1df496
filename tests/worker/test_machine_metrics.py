"""What a run takes of the machine, as points beside its curves."""

import subprocess
import sys
import time
from collections.abc import Mapping

import pytest
import torch

from core.training.callbacks import Callback
from core.training.trainer import Trainer
from core.worker import machine_metrics
from core.worker.machine_metrics import MachineMetrics
from tests.live import eventually
from tests.training.tiny import CPU, config, trainer

Points = list[tuple[int, Mapping[str, float]]]


class Patient(Callback):
    """Lets a run wait for three samples, however fast its steps are."""

    def __init__(self, points: Points) -> None:
        self._points = points

    def on_step_end(self, trainer: Trainer) -> None:
        if trainer.progress.step == 100:
            eventually(lambda: len(self._points) >= 3)


def test_even_a_short_run_says_what_it_took_and_on_a_processor_there_is_no_gpu() -> None:
    points: Points = []
    trainer(config(epochs=4), MachineMetrics(lambda values, step: points.append((step, values)), CPU)).fit()
    step, last = points[-1]
    assert step == 20
    assert set(last) == {"system/cpu_percent", "system/memory_mb"}
    assert 0 < last["system/memory_mb"] < 100_000


def test_it_samples_while_the_run_works_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_metrics, "EVERY_S", 0.02)
    points: Points = []
    metrics = MachineMetrics(lambda values, step: points.append((step, values)), CPU)
    trainer(config(epochs=30), metrics, Patient(points)).fit()
    steps = [step for step, _ in points]
    assert len(steps) > 3
    assert steps == sorted(steps)
    assert steps[-1] == 150
    time.sleep(0.05)
    assert len(points) == len(steps)


def test_a_busy_process_is_seen_and_the_whole_machine_is_a_hundred() -> None:
    metrics = MachineMetrics(lambda values, step: None, CPU)
    metrics.sample()
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    assert 0 < metrics.sample()["system/cpu_percent"] <= 110


def test_memory_of_processes_that_it_started_counts() -> None:
    alone = MachineMetrics(lambda values, step: None, CPU).sample()["system/memory_mb"]
    code = "block = bytearray(150_000_000); print(flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        both = MachineMetrics(lambda values, step: None, CPU).sample()["system/memory_mb"]
    finally:
        child.communicate(b"\n")
    assert both > alone + 140


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_of_a_gpu_its_memory_is_told() -> None:
    device = torch.device("cuda", 0)
    block = torch.zeros(100_000_000, dtype=torch.uint8, device=device)
    found = MachineMetrics(lambda values, step: None, device).sample()
    assert found["system/gpu_memory_mb"] > block.numel() / 1e6
    assert 0 <= found.get("system/gpu_percent", 0) <= 100
