import numpy as np
import pytest
import torch

from core.specs import Predictions
from core.tasks.image_classification import TASK as IMAGES
from core.tasks.text_classification import TASK as TEXTS

# right classes 0 0 0 1 1 2; answers 0 0 1 1 1 0
SIX = Predictions(np.full(6, 0.5), np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 0]))


def computed(predictions: Predictions) -> dict[str, float]:
    return {metric.name: round(metric.compute(predictions), 4) for metric in IMAGES.metrics}


def test_metrics_of_six_examples_are_what_one_counts_by_hand() -> None:
    assert computed(SIX) == {"accuracy": 0.6667, "precision": 0.4444, "recall": 0.5556, "f1": 0.4889, "loss": 0.5}


def test_metrics_agree_with_scikit_learn() -> None:
    from sklearn.metrics import precision_recall_fscore_support

    generator = np.random.default_rng(0)
    targets, predicted = generator.integers(5, size=200), generator.integers(1, 7, size=200)
    expected = precision_recall_fscore_support(targets, predicted, average="macro", zero_division=0)
    found = computed(Predictions(np.zeros(200), targets, predicted))
    assert [found["precision"], found["recall"], found["f1"]] == pytest.approx(expected[:3], abs=1e-4)


def test_outcomes_of_logits_hold_loss_answer_and_probabilities() -> None:
    predictions = IMAGES.predictions(torch.tensor([[0.0, 0.0], [0.0, 100.0]]), torch.tensor([0, 0]))
    assert predictions.nll.tolist() == pytest.approx([np.log(2), 100.0])
    assert predictions.predicted.tolist() == [0, 1]
    assert predictions.probabilities[0].tolist() == [0.5, 0.5]


def test_label_smoothing_makes_certainty_cost() -> None:
    sure = torch.tensor([[20.0, 0.0]])
    assert float(TEXTS.loss(sure, torch.tensor([0]), 0.0)) < 1e-6
    assert float(TEXTS.loss(sure, torch.tensor([0]), 0.1)) == pytest.approx(1.0, abs=0.01)
