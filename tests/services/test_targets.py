from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.evaluation.predictions_file import write_predictions
from core.evaluation.target_status import TargetStatus
from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs import DatasetVersion, Predictions, Score
from core.specs.config import TrainConfig
from core.specs.target import UNDECIDED, Target
from core.store.run_store import RunStore

Config = Callable[..., TrainConfig]
GOOD, WEAK = Score(0.95, 0.92, 0.97), Score(0.7, 0.65, 0.75)
DIGITS = tuple("0123456789")


@pytest.fixture
def service(settings: Settings) -> Service:
    return open_service(settings)


def finished(service: Service, config: TrainConfig, score: Score, key: str, target: Target | None = None) -> Run:
    """Return a run that has succeeded with this accuracy, without training it."""
    runs = RunStore(service.database)
    run = runs.create(config, "", key, target=target)
    sizes = {"train": 700, "validation": 150, "test": 200}
    runs.add_dataset_version(DatasetVersion("digits", "f" * 64, config.task, DIGITS, sizes, 0, "", ""))
    runs.update(run.id, status=RunStatus.SUCCEEDED, dataset_fingerprint="f" * 64)
    runs.set_scores(run.id, "model", {"accuracy": score})
    runs.set_scores(run.id, "majority", {"accuracy": Score(0.1, 0.07, 0.15)})
    return runs.get(run.id)


def standing(service: Service, run: Run) -> TargetStatus | None:
    result = service.targets.result(service.run(run.id))
    return None if result is None else result.status


def test_the_target_of_a_run_comes_before_that_of_its_data(service: Service, quick_config: Config) -> None:
    run = finished(service, quick_config(), GOOD, "1")
    assert standing(service, run) is None
    service.dataset_service.set_target("digits", Target("accuracy", 0.9))
    assert standing(service, run) is TargetStatus.REACHED
    service.set_target(run.id, Target("accuracy", 0.96))
    assert standing(service, run) is TargetStatus.NOT_YET
    assert service.document(run.id)["target"]["status"] == "Not yet"
    assert service.document(run.id)["target"]["is_own"]
    service.set_target(run.id, None)
    service.dataset_service.set_target("digits", None)
    assert standing(service, run) is None
    assert service.document(run.id)["target"] is None
    assert len(service.runs()) == 1  # nothing was trained for it
    assert [event.message for event in service.events(run.id, "note")] == [
        "Target: accuracy 96%.", "No target of its own any more.",
    ]  # fmt: skip


def test_a_run_is_held_to_nothing_although_its_data_has_a_target(service: Service, quick_config: Config) -> None:
    service.dataset_service.set_target("digits", Target("accuracy", 0.9))
    run = finished(service, quick_config(), GOOD, "1")
    service.set_target(run.id, UNDECIDED)
    assert (standing(service, run), service.document(run.id)["target"]) == (None, None)
    assert service.events(run.id, "note")[-1].message == "Target: none."
    service.set_target(run.id, None)
    assert standing(service, run) is TargetStatus.REACHED


def test_out_of_reach_takes_another_model_on_the_same_version(service: Service, quick_config: Config) -> None:
    target = Target("accuracy", 0.9)
    first = finished(service, quick_config(), WEAK, "1", target)
    spoilt = finished(service, quick_config().model_copy(update={"model": "resnet"}), Score(0.05, 0.03, 0.08), "4")
    same_model = finished(service, quick_config(epochs=9), WEAK, "2")
    assert standing(service, first) is TargetStatus.NOT_YET
    other = finished(service, quick_config().model_copy(update={"model": "small-cnn"}), WEAK, "3")
    assert standing(service, first) is TargetStatus.OUT_OF_REACH
    found = service.targets.results(service.runs())
    assert set(found) == {first.id}  # the others have none
    assert standing(service, spoilt) is None
    service.delete(other.id)
    assert standing(service, first) is TargetStatus.NOT_YET  # the one that was tried beside it is below its baseline
    assert standing(service, same_model) is None


def test_a_target_that_does_not_fit_is_refused_and_nothing_changes(service: Service, quick_config: Config) -> None:
    run = finished(service, quick_config(), GOOD, "1")
    for wrong in (Target("mae", 3), Target("accuracy", 1.5), Target("recall", 0.9, "cat"), Target("accuracy", -1)):
        with pytest.raises(UserError):
            service.set_target(run.id, wrong)
        with pytest.raises(UserError):
            service.dataset_service.set_target("digits", wrong)
        with pytest.raises(UserError):
            service.start_run(quick_config(), target=wrong)
    assert standing(service, run) is None
    assert len(service.runs()) == 1


def test_who_begins_with_the_settings_of_a_run_is_held_to_its_target(service: Service, quick_config: Config) -> None:
    run = finished(service, quick_config(), GOOD, "1", Target("accuracy", 0.9))
    clone = RunStore(service.database).create(quick_config(), "", "2", (run.id, "clone"), target=run.target)
    assert clone.target == Target("accuracy", 0.9)


def test_the_recall_of_a_class_is_judged_from_the_answers_that_were_kept(
    service: Service, quick_config: Config
) -> None:
    run = finished(service, quick_config(), GOOD, "1", Target("recall", 0.8, "3", 0.9))
    assert standing(service, run) is TargetStatus.UNKNOWN
    folder = service.folder(run.id)
    folder.mkdir(parents=True)
    for split, sure in (("validation", 0.9), ("test", 0.9)):
        write(folder, split, sure)
    result = service.targets.result(run)
    assert result is not None
    assert (result.status, result.score) == (TargetStatus.REACHED, 1.0)
    assert result.threshold is not None


def write(folder: Path, split: str, sure: float) -> None:
    """Write the answers of a model that is right on everything."""
    targets = np.repeat(np.arange(10), 60)
    chances = np.full((len(targets), 10), (1 - sure) / 9)
    chances[np.arange(len(targets)), targets] = sure
    write_predictions(folder, "f" * 64, Predictions(np.zeros(len(targets)), targets, targets, chances),
                      "test" if split == "test" else "validation")  # fmt: skip


def test_too_few_test_rows_say_nothing(service: Service, quick_config: Config) -> None:
    run = finished(service, quick_config(), GOOD, "1", Target("accuracy", 0.9))
    few = DatasetVersion("digits", "f" * 64, run.task, DIGITS, {"train": 20, "validation": 4, "test": 9}, 0, "", "")
    RunStore(service.database).add_dataset_version(few)
    assert standing(service, run) is TargetStatus.UNKNOWN
