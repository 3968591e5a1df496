"""What is found of each class, recorded at every look of a real training."""

from collections.abc import Mapping

import numpy as np

from core import catalog
from core.specs import Predictions
from core.training.trainer import Trainer
from core.worker.class_learning import ClassLearning
from tests.training.tiny import CPU, config, images, module

TASK = catalog.find_task("image-classification")


def test_the_share_found_of_each_class_is_recorded_at_every_look() -> None:
    taken: list[tuple[int, dict[str, float]]] = []

    def record(metrics: Mapping[str, float], step: int) -> None:
        taken.append((step, dict(metrics)))

    learning = ClassLearning(record, ("dark", "bright"))
    settings = config()
    trainer = Trainer(module(), TASK, images(64), images(32, 1), settings, CPU, [learning], judge=learning)
    trainer.fit()
    steps = [step for step, _ in taken]
    assert steps == sorted(set(steps))
    assert steps[-1] == trainer.steps_total
    assert taken[-1][1] == {"validation/recall/dark": 1.0, "validation/recall/bright": 1.0}


def test_counting_changes_no_outcome_and_a_class_without_examples_has_no_curve() -> None:
    taken: dict[str, float] = {}
    learning = ClassLearning(lambda metrics, _: taken.update(metrics), ("a", "b", "nobody"))
    predictions = Predictions(np.zeros(3), np.array([0, 0, 1]), np.array([0, 1, 1]))
    assert learning(predictions) is predictions
    trainer = Trainer(module(), TASK, images(8), images(8), config(), CPU)
    learning.on_evaluation(trainer, {})
    assert taken == {"validation/recall/a": 0.5, "validation/recall/b": 1.0}


def test_of_very_many_classes_the_thirty_largest_are_followed() -> None:
    taken: dict[str, float] = {}
    labels = tuple(f"class {number}" for number in range(40))
    learning = ClassLearning(lambda metrics, _: taken.update(metrics), labels)
    targets = np.repeat(np.arange(40), np.arange(40) + 1)  # one example of the first, 40 of the last
    learning(Predictions(np.zeros(len(targets)), targets, targets))
    learning.on_evaluation(Trainer(module(), TASK, images(8), images(8), config(), CPU), {})
    assert len(taken) == 30
    assert "validation/recall/class 39" in taken
    assert "validation/recall/class 9" not in taken
