"""What can only be shown on a machine with an NVIDIA or Apple GPU: `make test-gpu`."""

import os
import signal

import pytest

from core.runs import RunStatus
from core.services.run_service import Service
from tests.live import eventually, has_ended, service

__all__ = ["service"]  # a fixture
pytestmark = pytest.mark.gpu
CASES = [
    ("digits", "small-cnn", {"epochs": 10}),
    ("customer-feedback", "minilm-frozen", {"epochs": 10}),
    ("python-docs", "mini-gpt", {"epochs": 2}),
]


@pytest.mark.parametrize(("dataset", "model", "changes"), CASES)
def test_every_task_trains_on_the_gpu(service: Service, dataset: str, model: str, changes: dict[str, object]) -> None:
    config = service.make_config(service.datasets()[dataset].task, dataset, model, "quick", changes)
    run = service.start_run(config)
    eventually(lambda: has_ended(service, run))
    ended = service.run(run.id)
    assert (ended.status, ended.reason) == (RunStatus.SUCCEEDED, "")
    assert ended.device.startswith(("cuda:0 (", "mps (")), f"it ran on {ended.device}"


def test_a_killed_run_goes_on_on_the_gpu_from_its_last_checkpoint(service: Service) -> None:
    config = service.make_config("text-generation", "python-docs", "mini-gpt", "quick", {"epochs": 200})
    run = service.start_run(config)
    eventually(lambda: (service.folder(run.id) / "checkpoints" / "last").exists())
    pid = service.run(run.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: has_ended(service, run))
    steps = service.run(run.id).steps
    service.resume_run(run.id)
    eventually(lambda: service.run(run.id).steps > steps)
    service.stop_run(run.id)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.STOPPED
