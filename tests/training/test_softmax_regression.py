"""The last step of a linear classifier: computed to the end, chosen by the training examples, and kept."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from core import catalog
from core.modules.frozen_head import FrozenHead
from core.modules.linear_classifier import LinearClassifier
from core.modules.minilm_frozen import DescribedBag
from core.modules.ngram_linear import WeightedBag
from core.specs.config import TrainConfig
from core.training.softmax_regression import most_careful, solve_classifier
from core.training.solver import is_solvable
from core.training.step import balanced_weights
from core.training.trainer import Trainer
from tests.training.test_closed_form import Solved
from tests.training.tiny import CPU, Split

TASK = catalog.find_task("text-classification")
WEIGHTS = (0.0, *np.linspace(1, 3, 19))


def texts(count: int, seed: int = 0) -> Split:
    """Return rows of six of nineteen tokens, padded at the end, and which of three classes they are of."""
    chance = np.random.default_rng(seed)
    ids = np.zeros((count, 8), dtype=np.int64)
    for row in ids:
        row[:6] = chance.permutation(19)[:6] + 1
    class_of = chance.integers(0, 3, 20)
    said = np.array([np.bincount(class_of[row[:6]], minlength=3) for row in ids]) + chance.normal(0, 0.5, (count, 3))
    return torch.from_numpy(ids), torch.from_numpy(said.argmax(1))


def described(count: int) -> Split:
    """Return four numbers that describe a text beside its tokens, and its class."""
    ids, targets = texts(count)
    noise = torch.randn(count, 4, generator=torch.Generator().manual_seed(0))
    noise[:, 0] = 7 + targets + noise[:, 0]
    return torch.cat([noise, ids.float()], dim=1), targets


def expected(module: LinearClassifier, split: Split, penalty: float, **settings: str) -> NDArray[np.float64]:
    """Return the probabilities that scikit-learn's logistic regression gives on the same features."""
    features = np.hstack(
        [block if isinstance(block, np.ndarray) else block.toarray() for block in module.design(split[0])]
    )
    model = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=5_000, **settings).fit(features, split[1].numpy())
    return np.asarray(model.predict_proba(features))


def answers(module: LinearClassifier, inputs: torch.Tensor) -> NDArray[np.float64]:
    with torch.inference_mode():
        return np.asarray(module.eval()(inputs).softmax(1).numpy())


@pytest.mark.parametrize(
    ("module", "split"),
    [
        (WeightedBag(WEIGHTS, 3), texts(300)),
        (DescribedBag(4, WEIGHTS, 3), described(300)),
        (FrozenHead(12, 3), described(300)),
    ],
    ids=["tokens", "features and tokens", "features"],
)
def test_it_answers_as_logistic_regression_does(module: LinearClassifier, split: Split) -> None:
    solution = solve_classifier(module, split, None, seed=0)
    wanted = expected(module, split, solution.penalty)
    np.testing.assert_allclose(answers(module, split[0]), wanted, atol=0.005)
    right = wanted[np.arange(300), split[1].numpy()]
    assert solution.loss == pytest.approx(-np.log(right).mean(), abs=0.002)


def test_the_most_careful_of_those_that_are_about_as_often_right_is_taken() -> None:
    best = np.arange(100) < 90
    clearly_worse, about_as_good = np.arange(100) < 70, (np.arange(100) >= 6) & (np.arange(100) < 95)
    assert most_careful([clearly_worse, about_as_good, best], 1) == 1  # 1 of 11 that differ
    assert most_careful([clearly_worse, about_as_good, best], 0) == 2
    assert most_careful([best, best], 0) == 0


def test_rare_classes_count_more_where_that_is_chosen() -> None:
    ids, targets = texts(300)
    kept = (targets != 2) | (torch.arange(300) % 6 == 0)
    split = ids[kept], targets[kept]
    module = WeightedBag(WEIGHTS, 3)
    solution = solve_classifier(module, split, balanced_weights(split[1]), seed=0)
    wanted = expected(module, split, solution.penalty, class_weight="balanced")
    np.testing.assert_allclose(answers(module, split[0]), wanted, atol=0.005)


def test_a_class_without_an_example_is_never_answered() -> None:
    ids, targets = texts(200)
    module = WeightedBag(WEIGHTS, 4)
    solve_classifier(module, (ids, targets), None, seed=0)
    assert answers(module, ids)[:, 3].max() < 0.01


def test_few_examples_or_one_class_are_no_reason_to_break() -> None:
    ids, targets = texts(5)
    for some in (targets, torch.zeros_like(targets)):
        module = WeightedBag(WEIGHTS, 3)
        assert np.isfinite(solve_classifier(module, (ids, some), None, seed=0).loss)
        assert np.isfinite(answers(module, ids)).all()


def test_the_solution_is_what_a_run_keeps() -> None:
    listener, module = Solved(), WeightedBag(WEIGHTS, 3)
    trainer = Trainer(module, TASK, texts(200), texts(60, 1), config(), CPU, [listener])
    trainer.fit()
    assert listener.solution is not None
    assert trainer.kept is not None
    assert listener.solution[0] == trainer.kept.step == trainer.steps_total
    again = WeightedBag(WEIGHTS, 3)
    solve_classifier(again, texts(200), None, seed=0)
    np.testing.assert_array_equal(answers(module, texts(60, 1)[0]), answers(again, texts(60, 1)[0]))


@pytest.mark.parametrize(
    "settings", [{"weight_decay": 0.01}, {"l1": 0.1}, {"label_smoothing": 0.1}, {"augment_token_dropout": 0.2}]
)
def test_who_chooses_a_penalty_of_gradient_descent_gets_gradient_descent(settings: dict[str, float]) -> None:
    module = WeightedBag(WEIGHTS, 3)
    assert is_solvable(module, config(), texts(20))
    assert not is_solvable(module, config(**settings), texts(20))


def test_with_dropout_or_a_hidden_layer_there_is_no_best_to_compute() -> None:
    for solved in (DescribedBag(4, WEIGHTS, 3), FrozenHead(12, 3)):
        assert is_solvable(solved, config(), described(20))
    hiding = (DescribedBag(4, WEIGHTS, 3, dropout=0.1), FrozenHead(12, 3, dropout=0.1))
    for module in (*hiding, DescribedBag(4, WEIGHTS, 3, hidden=2)):
        assert not is_solvable(module, config(), described(20))
        assert module(described(20)[0]).shape == (20, 3)


def config(**settings: float) -> TrainConfig:
    values = {"epochs": 2, "batch_size": 16, "learning_rate": 1e-2, "weight_decay": 0.0} | settings
    return TrainConfig.model_validate({"task": TASK.name, "dataset": "any", "model": "ngram-linear"} | values)
