import math

import numpy as np
import pytest
import torch
from torch import nn

from core.evaluation.evaluate import evaluate, predict_split, score
from core.specs import Predictions
from core.statistics.resampling import resamples
from core.tasks.classification import predictions_of_probabilities
from core.tasks.image_classification import TASK as IMAGES
from core.tasks.tabular_regression import TASK as TABLES
from core.tasks.tabular_regression import predictions_of_numbers
from core.tasks.text_generation import TASK as TEXT


def answers(right: int, total: int, seed: int = 0) -> Predictions:
    """A two-class method with so many right answers, at places drawn by the seed."""
    targets = np.arange(total) % 2
    wrong = np.random.default_rng(seed).permutation(total)[right:]
    predicted = targets.copy()
    predicted[wrong] = 1 - predicted[wrong]
    probabilities = np.full((total, 2), 0.1)
    probabilities[np.arange(total), predicted] = 0.9
    return Predictions(np.where(predicted == targets, 0.1, 2.3), targets, predicted, probabilities)


def characters(nll: float, total: int = 5_000, noise: float = 0.1) -> Predictions:
    values = np.random.default_rng(1).normal(nll, noise, total)
    return Predictions(values, np.zeros(total, np.int64), np.zeros(total, np.int64))


def test_the_interval_of_an_accuracy_is_about_that_of_the_binomial_distribution() -> None:
    accuracy = score(IMAGES, answers(800, 1000), seed=0)["accuracy"]
    margin = 1.96 * math.sqrt(0.8 * 0.2 / 1000)
    assert accuracy.value == 0.8
    assert (accuracy.ci_low, accuracy.ci_high) == pytest.approx((0.8 - margin, 0.8 + margin), abs=0.004)


def test_every_metric_gets_an_interval_around_its_value() -> None:
    scores = score(IMAGES, answers(80, 100), seed=0)
    assert list(scores) == ["accuracy", "precision", "recall", "f1", "loss"]
    assert all(s.ci_low < s.value < s.ci_high for s in scores.values())


def test_the_same_seed_gives_the_same_interval() -> None:
    assert score(IMAGES, answers(80, 100), seed=3) == score(IMAGES, answers(80, 100), seed=3)


def test_neighbouring_characters_are_drawn_together() -> None:
    drawn = next(resamples(1_000, 256, seed=0))
    assert len(drawn) == 1_000
    assert (np.diff(drawn) % 1_000 == 1).sum() >= 996  # four blocks: at most three seams


def test_text_whose_difficulty_comes_in_stretches_has_a_wider_interval() -> None:
    stretches = np.repeat(np.random.default_rng(0).normal(2, 1, 40), 256)
    shuffled = np.random.default_rng(0).permutation(stretches)
    nothing = np.zeros(len(stretches), np.int64)
    wide = score(TEXT, Predictions(stretches, nothing, nothing), 0)["loss"]
    narrow = score(TEXT, Predictions(shuffled, nothing, nothing), 0)["loss"]
    assert wide.ci_high - wide.ci_low > 5 * (narrow.ci_high - narrow.ci_low)


def test_a_split_without_examples_has_no_score() -> None:
    nothing = np.zeros(0, np.int64)
    assert math.isnan(score(IMAGES, Predictions(np.zeros(0), nothing, nothing), 0)["accuracy"].value)


def test_the_verdict_names_the_best_baseline_and_says_that_the_difference_is_clear() -> None:
    found = evaluate(
        IMAGES, answers(950, 1000), {"majority": answers(500, 1000), "simple": answers(900, 1000, 1)}, ("a", "b"), 0
    )
    assert found.difference is not None
    assert found.difference.baseline == "simple"
    assert found.difference.value == pytest.approx(0.05)
    assert found.verdict == "Right on 95 of 100 unseen images; simple is right on 90."


def test_the_verdict_says_when_nobody_can_tell() -> None:
    verdict = evaluate(IMAGES, answers(91, 100), {"simple": answers(90, 100, 1)}, ("a", "b"), 0).verdict
    assert verdict == "Right on 91 of 100 unseen images; simple is right on 90, too close to tell apart."


def test_the_difference_is_judged_on_the_same_resamples() -> None:
    """Two methods that fail on the same hard examples differ clearly even where their own intervals overlap."""
    model, simple = answers(900, 1000), answers(880, 1000)  # the same seed: the same mistakes, and 20 more
    found = evaluate(IMAGES, model, {"simple": simple}, ("a", "b"), 0)
    assert found.test["accuracy"].ci_low < found.baselines["simple"]["accuracy"].ci_high
    assert found.difference is not None
    assert found.difference.is_clear


def test_for_a_loss_lower_is_better() -> None:
    found = evaluate(TEXT, characters(1.5), {"bigram": characters(2.5), "trigram": characters(2.0)}, (), 0)
    assert found.difference is not None
    assert (found.difference.baseline, round(found.difference.value, 2)) == ("trigram", 0.5)
    assert found.verdict == (
        "Guesses the next character of unseen text as if choosing among 4.48 characters; the strongest n-gram model "
        "among 7.38."
    )
    assert (found.confusion, found.per_class, found.worst_mistakes) == ((), (), ())


def test_methods_that_began_with_more_of_a_text_are_compared_on_what_all_judged() -> None:
    easy_at_first = characters(2.0)
    easy_at_first.nll[:5] = -1e6
    found = evaluate(TEXT, characters(1.5, total=4_995), {"trigram": easy_at_first}, (), 0)
    assert found.baselines["trigram"]["loss"].value == pytest.approx(2.0, abs=0.01)


def test_a_class_that_is_never_the_answer_is_mentioned() -> None:
    targets = np.array([0, 1, 2] * 10)
    predictions = Predictions(np.ones(30), targets, np.where(targets == 2, 0, targets), np.full((30, 3), 1 / 3))
    found = evaluate(IMAGES, predictions, {}, ("bad", "fine", "mixed"), 0)
    assert found.notes == ("It never answers 'mixed'.",)
    assert found.confusion == ((10, 0, 0), (0, 10, 0), (10, 0, 0))
    rows = [(r["label"], r["precision"], r["recall"], round(r["f1"], 3), r["support"]) for r in found.per_class]
    assert rows == [("bad", 0.5, 1.0, 0.667, 10), ("fine", 1.0, 1.0, 1.0, 10), ("mixed", 0.0, 0.0, 0.0, 10)]


def test_the_worst_mistakes_are_the_surest_wrong_answers() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.01, 0.99]])
    predictions = Predictions(np.ones(4), np.array([0, 1, 0, 0]), np.array([0, 0, 1, 1]), probabilities)
    assert evaluate(IMAGES, predictions, {}, ("a", "b"), 0).worst_mistakes == (3, 2, 1)


# --- running a model ---


class NextCharacter(nn.Module):
    """Is nearly sure that id + 1 comes next, and remembers what it was shown."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.shown: list[list[int]] = []

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        self.shown += ids.tolist()
        return 50.0 * nn.functional.one_hot((ids + 1) % self.vocabulary, self.vocabulary).float()


def test_every_character_but_the_first_is_predicted_once_in_order_and_from_half_a_window_or_more() -> None:
    module, ids = NextCharacter(20), np.arange(11)
    predictions = predict_split(TEXT, module, ids, np.zeros(0, np.int64), "cpu", batch_size=2, context=4)
    assert predictions.targets.tolist() == predictions.predicted.tolist() == list(range(1, 11))
    assert module.shown == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7], [6, 7, 8, 9]]
    assert predictions.nll.max() < 1e-6


@pytest.mark.parametrize("context", range(1, 8))
@pytest.mark.parametrize("size", range(2, 20))
def test_windows_of_any_length_cover_a_text_of_any_length(size: int, context: int) -> None:
    predictions = predict_split(TEXT, NextCharacter(20), np.arange(size), np.zeros(0, np.int64), "cpu", 3, context)
    assert predictions.targets.tolist() == predictions.predicted.tolist() == list(range(1, size))


def test_a_text_shorter_than_the_context_is_one_short_window() -> None:
    predictions = predict_split(TEXT, NextCharacter(9), np.arange(3), np.zeros(0, np.int64), "cpu", 2, context=100)
    assert predictions.targets.tolist() == [1, 2]


def test_batches_are_joined_and_the_mode_is_put_back() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Dropout(0.5)).train()
    inputs, targets = np.eye(3, dtype=np.float32)[[0, 1, 2, 1, 0]], np.array([0, 1, 2, 2, 0])
    counts: list[tuple[int, int]] = []
    predictions = predict_split(
        IMAGES, module, inputs, targets, "cpu", batch_size=2, count=lambda done, total: counts.append((done, total))
    )
    assert counts == [(0, 5), (2, 5), (4, 5), (5, 5)]
    assert predictions.predicted.tolist() == [0, 1, 2, 1, 0]
    assert predictions.probabilities.shape == (5, 3)
    assert module.training


# --- numbers ---


def prices(noise: float, rows: int = 400, seed: int = 0) -> Predictions:
    """Answers that are off by this noise, for targets with a spread of 100."""
    chance = np.random.default_rng(9)
    right = chance.normal(1_000, 100, rows)
    answers = right + np.random.default_rng(seed).normal(0, noise, rows)
    return predictions_of_numbers(answers, right, spread=100.0)


def test_the_verdict_about_numbers_says_how_far_off_it_is_in_the_unit_of_what_is_predicted() -> None:
    found = evaluate(TABLES, prices(50), {"mean": prices(100, seed=1), "ridge": prices(75, seed=2)}, (), 0, "Price")
    assert found.verdict == "Off by 39.9 on average in 'Price' of unseen rows; a simple linear model by 61.5."
    assert found.target == "Price"
    verdict = evaluate(TABLES, prices(50), {"ridge": prices(50, seed=1)}, (), 0).verdict
    assert verdict.endswith(", too close to tell apart.")


def test_a_share_of_a_handful_of_rows_is_not_believed() -> None:
    verdict = evaluate(TABLES, predictions_of_numbers(np.array([12.5]), np.array([9.0]), 1.0), {}, (), 0).verdict
    assert verdict == ("Only 1 row was left to judge it by, which says next to nothing: it was off by 3.5 on average.")


def test_rows_that_are_all_the_same_have_no_share_to_explain() -> None:
    same = np.full(30, 5.0)
    found = evaluate(TABLES, predictions_of_numbers(same + 0.5, same, 1.0), {"mean": prices(30)}, (), 0, target="price")
    assert np.isnan(found.test["r2"].value)
    assert found.verdict == (
        "All unseen rows have the same 'price', so how good it is cannot be told; it is off by 0.5."
    )


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (
            [0, 1, 0, 1, 0, 1, 0],
            "Only 7 images were left to judge it by, which says next to nothing: it was right on 4 of 7. "
            "It never answers 'good'.",
        ),
        (
            [0] * 30,
            "Right on all 30 unseen images. Every test example is 'bad': how it does on 'good' is not known.",
        ),
    ],
)
def test_too_few_examples_or_one_class_is_said_and_has_no_interval_of_classes(targets: list[int], said: str) -> None:
    right = np.array(targets)
    probabilities = np.tile([0.9, 0.1], (len(right), 1))
    found = evaluate(IMAGES, predictions_of_probabilities(probabilities, right), {}, ("bad", "good"), 0)
    assert " ".join([found.verdict, *found.notes]) == said
    assert np.isnan(found.test["f1"].ci_low)
    assert found.test["accuracy"].ci_low > 0  # Wilson's interval holds for any number of them


def test_what_is_absurdly_wrong_is_not_said_in_fifteen_digits() -> None:
    right = np.arange(20.0)
    found = evaluate(TABLES, predictions_of_numbers(right + 1e9, right, 1.0), {"mean": prices(1, 20)}, (), 0)
    assert found.verdict == (
        "Nothing here beats always giving the average: it is off by 1,000,000,000 on average on unseen rows, that by "
        "0.681."
    )


def test_for_numbers_the_worst_mistakes_are_the_largest_errors() -> None:
    predictions = predictions_of_numbers(np.array([1.0, 9.0, 3.0, -6.0]), np.array([1.0, 2.0, 4.0, 4.0]), 1.0)
    found = evaluate(TABLES, predictions, {}, (), 0)
    assert found.worst_mistakes == (3, 1, 2)  # and not the one that was right
    assert found.pairs == ((1.0, 1.0), (2.0, 9.0), (4.0, 3.0), (4.0, -6.0))
    assert (found.labels, found.confusion, found.per_class) == ((), (), ())


def test_of_very_many_pairs_some_are_kept_to_be_drawn() -> None:
    found = evaluate(TABLES, prices(50, rows=2_500), {}, (), 0)
    assert len(found.pairs) == 2_000
    assert len(evaluate(IMAGES, answers(8, 10), {}, ("a", "b"), 0).pairs) == 0
