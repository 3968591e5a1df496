"""How far doubts can be trusted: flipped labels that a judge finds."""

import numpy as np
from numpy.typing import NDArray

from core.data.label_issue_precision import Judge, Setting, label_flip_test
from core.data.label_issues import expected_precision
from core.specs.dataset_types import LabelFlipTest

TRUTH = np.arange(600) % 3
SETTING = Setting(3, "a judge", "training", seed=0)


def knowing(truth: NDArray[np.int64]) -> Judge:
    """Return a judge that knows the truth, whatever it is taught."""
    return lambda _learnt, _labels, held: np.where(np.arange(3) == truth[held, None], 0.9, 0.05)


def test_a_judge_that_knows_the_truth_doubts_all_flipped_labels_and_no_other() -> None:
    assert label_flip_test(TRUTH, knowing(TRUTH), SETTING) == LabelFlipTest("a judge", "training", 600, 1, 30, 30, 30)


def test_labels_that_were_wrong_before_count_against_the_precision() -> None:
    given = TRUTH.copy()
    given[:30] = (given[:30] + 1) % 3
    trial = label_flip_test(given, knowing(TRUTH), SETTING)
    assert trial is not None
    assert trial.flipped == 30
    assert 45 <= trial.doubted <= 60
    assert trial.found <= 30


def test_the_judge_never_learns_from_what_it_judges_and_sees_the_flipped_labels() -> None:
    seen: list[int] = []

    def judge(learnt: NDArray[np.int64], labels: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.float64]:
        assert not set(learnt) & set(held)
        seen.append(int((labels != TRUTH[learnt]).sum()))
        return knowing(TRUTH)(learnt, labels, held)

    counts: list[tuple[int, int]] = []
    label_flip_test(TRUTH, judge, SETTING, lambda done, total: counts.append((done, total)))
    assert counts == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert sum(seen) == 60  # each of the 30 in two of three folds


def test_a_judge_at_chance_finds_nothing_and_few_examples_say_nothing() -> None:
    guessing = knowing(np.zeros(600, dtype=np.int64))
    trial = label_flip_test(TRUTH, guessing, SETTING)
    assert trial is not None
    assert (trial.doubted, trial.precision) == (0, 0.0)
    assert label_flip_test(TRUTH[:30], knowing(TRUTH), SETTING) is None
    assert label_flip_test(np.zeros(600, dtype=np.int64), guessing, SETTING) is None


def test_the_precision_is_said_with_where_it_comes_from() -> None:
    said = expected_precision(LabelFlipTest("the model itself", "validation and test", 180, 20, 180, 200, 150), "texts")
    assert "Expected precision: 75 %. In a trial, 5 % of the labels of 180 validation and test texts" in said
    assert "20 times over: of the 200 that the model itself doubted, 150 were flipped ones" in said
    assert "was not measured" in expected_precision(None)
