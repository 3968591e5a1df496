"""What a run writes down of the same few examples while it learns."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.evaluation.sample_predictions import image_of, read_evaluation_passes, read_examples
from core.specs import Examples, Predictions
from core.tasks.classification import predictions_of_probabilities
from core.training.callbacks import Callback
from core.training.trainer import Trainer
from core.worker import sample_predictions
from core.worker.sample_predictions import SamplePredictions, answers, choose
from tests.training.tiny import config, images, trainer


def labelled(count: int, classes: int) -> Examples:
    return Examples(("a text",) * count, np.arange(count) % classes, tuple(f"class {i}" for i in range(classes)))


@pytest.fixture
def split() -> Examples:
    """The validation split of the tiny pictures, as people see it."""
    inputs, targets = images(20, seed=1)
    return Examples(inputs.permute(0, 2, 3, 1).numpy(), targets.numpy(), ("dark", "bright"))


def steps_of(folder: Path) -> list[int]:
    return [look["step"] for look in read_evaluation_passes(folder)[1]]


@pytest.mark.parametrize(("classes", "shown"), [(2, 16), (3, 15), (5, 15), (9, 12), (10, 12), (14, 14), (77, 16)])
def test_every_class_hangs_on_the_wall_as_often_as_another(classes: int, shown: int) -> None:
    examples = labelled(400, classes)
    counts = np.bincount(examples.targets[choose(examples, seed=3)], minlength=classes)
    assert counts.sum() == shown
    assert counts.max() - counts.min() <= 1


def test_a_class_that_is_nearly_missing_is_there_and_the_wall_is_full_all_the_same() -> None:
    examples = Examples(("x",) * 50, np.array([1, *[0] * 49]), ("common", "rare"))
    assert np.bincount(examples.targets[choose(examples, seed=0)]).tolist() == [15, 1]


def test_the_seed_chooses_and_a_small_split_hangs_whole() -> None:
    examples = labelled(400, 4)
    assert choose(examples, 1).tolist() == choose(examples, 1).tolist() != choose(examples, 2).tolist()
    assert sorted(choose(labelled(3, 2), 1).tolist()) == [0, 1, 2]


def test_numbers_are_spread_from_the_lowest_to_the_highest() -> None:
    examples = Examples(pd.DataFrame({"size": range(120)}), np.arange(120.0)[::-1].copy())
    numbers = examples.targets[choose(examples, seed=0)]
    assert [int(number // 10) for number in numbers] == list(range(12))


def test_an_answer_is_a_label_how_sure_it_is_and_what_the_right_one_got() -> None:
    predictions = predictions_of_probabilities(np.array([[0.8, 0.2], [0.3, 0.7]]), np.array([1, 1]))
    found = answers(predictions, np.array([1, 0]))
    assert found == {"predicted": [1, 0], "confidence": [0.7, 0.8], "right": [0.7, 0.2]}
    numbers = Predictions(np.zeros(2), np.array([1.0, 2.0]), np.array([0.123456789, 2e9]))
    assert answers(numbers, np.array([0, 1])) == {"predicted": [0.123457, 2e9]}


def test_a_run_leaves_its_examples_and_a_look_for_each_look_at_the_validation_split(
    tmp_path: Path, split: Examples
) -> None:
    trainer(config(epochs=4), SamplePredictions(tmp_path, split, seed=0)).fit()
    document = read_examples(tmp_path)
    assert document is not None
    assert document["kind"] == "label"
    assert document["labels"] == ["dark", "bright"]
    assert len(document["examples"]) == 16
    assert document["examples"][0] == {"target": "dark", "image": "wall/0.png"}
    assert image_of(tmp_path, 15).is_file()
    assert steps_of(tmp_path) == [1, 5, 10, 15, 20]
    assert [len(look["predicted"]) for look in read_evaluation_passes(tmp_path)[1]] == [16] * 5


def test_what_hangs_there_is_what_the_metrics_were_made_of(tmp_path: Path, split: Examples) -> None:
    class Heard(Callback):
        """Writes down what the model said of the whole split."""

        said: Mapping[int, list[int]] = {}

        def on_evaluation(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
            assert trainer.predictions is not None
            self.said = {**self.said, trainer.progress.step: trainer.predictions.predicted.tolist()}

    heard, chosen = Heard(), choose(split, 0)
    trained = trainer(config(epochs=2), SamplePredictions(tmp_path, split, seed=0), heard)
    trained.fit()
    for look in read_evaluation_passes(tmp_path)[1]:
        assert look["predicted"] == [heard.said[look["step"]][i] for i in chosen]
    assert trained.predictions is None  # nothing as large as a split is kept


def test_a_resumed_run_forgets_what_it_will_see_again(tmp_path: Path, split: Examples) -> None:
    first = trainer(config(epochs=4), SamplePredictions(tmp_path, split, seed=0))
    first.fit()
    generation = read_evaluation_passes(tmp_path)[0]
    state = trainer(config(epochs=4), _Stop(at=12))
    state.fit()
    trainer(config(epochs=4), SamplePredictions(tmp_path, split, seed=0)).fit(state.state())
    assert steps_of(tmp_path) == [1, 5, 10, 15, 20]
    assert read_evaluation_passes(tmp_path)[0] != generation


def test_a_line_that_a_kill_cut_short_is_no_look(tmp_path: Path, split: Examples) -> None:
    trainer(config(epochs=4), SamplePredictions(tmp_path, split, seed=0)).fit()
    with (tmp_path / "wall" / "looks.jsonl").open("a") as file:
        file.write('{"step": 21, "predi')
    assert steps_of(tmp_path) == [1, 5, 10, 15, 20]


def test_of_very_many_looks_some_are_kept_evenly_and_the_last_one(
    tmp_path: Path, split: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_predictions, "MOST_LOOKS", 10)
    monkeypatch.setattr(sample_predictions, "LARGEST_SHARE", 1.0)  # however slow the disk is today
    trainer(config(epochs=35, batch_size=40), SamplePredictions(tmp_path, split, seed=0)).fit()
    assert steps_of(tmp_path) == [1, 5, 9, 13, 17, 21, 25, 29, 33, 35]


def test_a_disk_that_takes_nothing_ends_the_wall_and_not_the_run(tmp_path: Path, split: Examples) -> None:
    first = SamplePredictions(tmp_path, split, seed=0)
    (tmp_path / "wall" / "looks.jsonl").mkdir()
    assert trainer(config(epochs=2), first).fit().steps == 10
    (tmp_path / "file").write_text("")
    assert trainer(config(epochs=2), SamplePredictions(tmp_path / "file", split, seed=0)).fit().steps == 10


def test_an_older_run_has_no_wall(tmp_path: Path) -> None:
    assert read_examples(tmp_path) is None
    assert read_evaluation_passes(tmp_path) == ("", [])
    (tmp_path / "wall").mkdir()
    (tmp_path / "wall" / "examples.json").write_text(json.dumps(["damaged"]))
    (tmp_path / "wall" / "looks.jsonl").write_text("")
    assert read_examples(tmp_path) is None
    assert read_evaluation_passes(tmp_path) == ("", [])


class _Stop(Callback):
    def __init__(self, at: int) -> None:
        self._at = at

    def on_step_end(self, trainer: Trainer) -> None:
        if trainer.progress.step == self._at:
            trainer.request_stop()
