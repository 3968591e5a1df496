"""A disk that is really full, while a run trains: a small file system of its own, which only root may mount."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs import RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from tests.live import eventually, has_ended, kill_supervisor


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def service(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(small_disk))
    monkeypatch.setenv("TOUCHSTONE_THREADS", "1")
    opened = open_service(Settings())
    yield opened
    kill_supervisor(opened)


def test_a_full_disk_is_said_and_costs_nothing_that_was_saved(
    service: Service, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = service.make_config("image-classification", "digits", "small-cnn", "quick")
    with monkeypatch.context() as patch:  # nobody begins before its log lies where there is room
        patch.setattr(service.worker, "ensure", lambda: None)
        run = service.start_run(config)
    log = tmp_path / "log.txt"
    service.folder(run.id).mkdir(parents=True, exist_ok=True)
    (service.folder(run.id) / "log.txt").symlink_to(log)
    service.worker.ensure()
    last = service.folder(run.id) / "checkpoints" / "last"
    eventually(last.exists)
    learnt = service.metrics(run.id)["train/loss"]

    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    # No run can end well here; where nothing can be written, only its log can say so, which lies elsewhere.
    eventually(lambda: "The run failed." in log.read_text(encoding="utf-8"))
    filler.unlink()

    eventually(lambda: has_ended(service, run))
    failed = service.run(run.id)
    assert failed.status is RunStatus.FAILED
    assert failed.reason.startswith("The disk is full. Free some space, then resume the run")
    assert service.metrics(run.id)["train/loss"][: len(learnt)] == learnt

    service.resume_run(run.id)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.SUCCEEDED
