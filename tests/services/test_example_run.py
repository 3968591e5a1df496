"""The run that ships with the project: real, whole, in nobody's list, gone for good once deleted."""

from pathlib import Path

import pytest

from core.runs import EXAMPLE, RunStatus
from core.services.bootstrap import open_service
from core.services.example_run import FILE
from core.services.run_service import Service
from core.settings import Settings
from core.store.example_runs import ExampleRuns


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return open_service(Settings(home=tmp_path))


def test_it_is_a_whole_run_in_no_list_and_in_no_count(service: Service) -> None:
    run = service.example()
    assert run is not None
    assert (run.origin, run.status, run.config) == (EXAMPLE, RunStatus.SUCCEEDED, service.demo_config(run.task))
    assert run.is_own
    assert not run.can_train_longer  # what that begins with is not shipped
    assert service.finished_folder(run.id).is_dir()
    assert service.report(run.id)["test"]["accuracy"]["value"] == run.test["accuracy"].value
    assert len(service.metrics(run.id)["train/loss"]) > 5
    assert service.runs() == []
    assert service.example() == run, "it is brought in once"


def test_it_is_better_than_the_strongest_baseline(service: Service) -> None:
    run = service.example()
    assert run is not None
    strongest = max(scores["accuracy"].value for scores in run.baselines.values())
    assert run.test["accuracy"].value > strongest


def test_deleted_it_lies_in_the_trash_and_emptied_it_never_comes_back(service: Service) -> None:
    run = service.example()
    assert run is not None
    service.delete(run.id)
    assert service.example() is None
    assert [one.id for one in service.runs(trashed=True)] == [run.id]
    service.restore(run.id)
    assert service.example() is not None
    service.delete(run.id)
    assert service.empty_trash() == 1
    assert service.example() is None


def test_one_that_was_cut_off_while_it_came_in_comes_whole(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(store: ExampleRuns, run_id: str) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(ExampleRuns, "show", killed)
        assert service.example() is None
    run = service.example()
    assert run is not None
    assert len(service.metrics(run.id)["train/loss"]) == len(set(service.metrics(run.id)["train/loss"]))


def test_it_is_small() -> None:
    assert FILE.stat().st_size < 2_000_000
