import math

import numpy as np
import pytest

from core import catalog
from core.evaluation.target_status import Measured, TargetStatus, class_recall, measured, target_status
from core.specs import Predictions, Score
from core.specs.target import Target

TEXTS, TABLES = catalog.find_task("text-classification"), catalog.find_task("tabular-regression")
NAN = math.nan
WEAK = Measured(Score(0.7, 0.65, 0.75), 200)
MAJORITY, TFIDF = Score(0.5, 0.45, 0.55), Score(0.71, 0.66, 0.76)


def status(target: Target, score: Score, examples: int = 200, others: tuple[Measured, ...] = ()) -> TargetStatus:
    return target_status(target, measured(target, {target.metric: score}, examples), TEXTS, (MAJORITY, TFIDF),
                         others, 1 + len(others)).status  # fmt: skip


@pytest.mark.parametrize(
    ("target", "score", "expected"),
    [
        (Target("accuracy", 0.9), Score(0.95, 0.91, 0.97), TargetStatus.REACHED),
        (Target("accuracy", 0.9), Score(0.95, 0.9, 0.97), TargetStatus.REACHED),
        (Target("accuracy", 0.9, today=True), Score(0.95, 0.9, 0.97), TargetStatus.LIKELY),  # better than, not as good
        (Target("accuracy", 0.9), Score(0.92, 0.88, 0.95), TargetStatus.LIKELY),
        (Target("accuracy", 0.9), Score(0.88, 0.84, 0.92), TargetStatus.NOT_YET),
        (Target("accuracy", 0.9), Score(0.7, 0.65, 0.75), TargetStatus.NOT_YET),  # nothing else was tried
        (Target("accuracy", 0.9), Score(0.95, NAN, NAN), TargetStatus.UNKNOWN),
        (Target("accuracy", 0.9), Score(0.7, NAN, NAN), TargetStatus.NOT_YET),
        (Target("accuracy", 0.9), Score(NAN, NAN, NAN), TargetStatus.UNKNOWN),
        (Target("loss", 0.3), Score(0.2, 0.1, 0.29), TargetStatus.REACHED),
        (Target("loss", 0.3), Score(0.2, 0.1, 0.31), TargetStatus.LIKELY),
        (Target("loss", 0.3), Score(0.4, 0.35, 0.5), TargetStatus.NOT_YET),
    ],
)
def test_each_standing(target: Target, score: Score, expected: TargetStatus) -> None:
    assert status(target, score) is expected


def test_nothing_is_said_of_fewer_than_ten_test_rows() -> None:
    target = Target("accuracy", 0.5)
    result = target_status(target, measured(target, {"accuracy": Score(1.0, 0.7, 1.0)}, 9), TEXTS)
    assert result.status is TargetStatus.UNKNOWN
    assert result.note == "9 test texts are too few to say. Add more, a hundred or more."
    assert status(target, Score(1.0, 0.7, 1.0), examples=10) is TargetStatus.REACHED


def test_out_of_reach_takes_another_model_and_the_strongest_baseline_that_miss_it_too() -> None:
    target, missed = Target("accuracy", 0.9), Score(0.7, 0.65, 0.75)
    near = Measured(Score(0.88, 0.84, 0.91), 200)
    assert status(target, missed, others=(WEAK,)) is TargetStatus.OUT_OF_REACH
    assert status(target, missed) is TargetStatus.NOT_YET
    assert status(target, missed, others=(WEAK, near)) is TargetStatus.NOT_YET
    assert status(target, Score(0.88, 0.84, 0.91), others=(WEAK,)) is TargetStatus.NOT_YET
    assert status(Target("accuracy", 0.76), missed, others=(WEAK,)) is TargetStatus.NOT_YET  # TF-IDF may reach it


def test_without_baselines_in_its_measure_two_other_models_must_miss() -> None:
    target = Target("recall", 0.9, "spam")
    assert target_status(target, WEAK, TEXTS, (), (WEAK,), 2).status is TargetStatus.NOT_YET
    assert target_status(target, WEAK, TEXTS, (), (WEAK, WEAK), 3).status is TargetStatus.OUT_OF_REACH


def predictions(chances: list[float], is_it: list[int]) -> Predictions:
    right = np.array(is_it)
    two = np.column_stack([1 - np.array(chances), chances])
    return Predictions(np.zeros(len(right)), right, two.argmax(1), two)


SPAM = Target("recall", 0.5, "spam", 0.9)
# At 0.5 a third of the alarms are wrong; from 0.8 on none is, and three of four are found.
VALIDATION = predictions([0.905, 0.855, 0.805, 0.555, 0.705, 0.605, 0.105, 0.205], [1, 1, 1, 1, 0, 0, 0, 0])


def test_the_threshold_is_chosen_on_validation_and_judged_on_test() -> None:
    test = predictions([0.955] * 30 + [0.6] * 10 + [0.655] * 20 + [0.1] * 40, [1] * 40 + [0] * 60)
    found = class_recall(SPAM, 1, VALIDATION, test)
    assert found.threshold is not None
    assert found.precision is not None
    assert 0.705 < found.threshold < 0.805
    assert (found.score.value, found.examples, found.precision.value) == (0.75, 40, 1.0)
    result = target_status(SPAM, found, TEXTS)
    assert result.status is TargetStatus.LIKELY  # of 30 alarms, all right, the interval goes below 90 %
    assert result.threshold == found.threshold


def test_a_precision_that_does_not_hold_on_the_test_split_is_not_reached() -> None:
    test = predictions([0.95] * 60, [1] * 30 + [0] * 30)
    found = class_recall(SPAM, 1, VALIDATION, test)
    assert found.score.value == 1.0
    assert target_status(SPAM, found, TEXTS).status is TargetStatus.NOT_YET


def test_a_precision_that_no_threshold_gives_is_a_sentence() -> None:
    hopeless = predictions([0.4, 0.9, 0.9, 0.9], [1, 1, 0, 0])
    result = target_status(SPAM, class_recall(SPAM, 1, hopeless, VALIDATION), TEXTS)
    assert result.status is TargetStatus.NOT_YET
    assert math.isnan(result.score)
    assert result.note == ("At no decision threshold are 90 % of its 'spam' answers right on the validation split; "
                           "50 % is the most.")  # fmt: skip


def test_without_a_precision_its_own_answers_count_and_few_of_a_class_say_nothing() -> None:
    target = Target("recall", 0.5, "spam")
    found = class_recall(target, 1, None, VALIDATION)
    assert (found.score.value, found.examples, found.threshold) == (1.0, 4, None)
    result = target_status(target, found, TEXTS)
    assert result.status is TargetStatus.UNKNOWN
    assert result.note.startswith("4 test examples of 'spam' are too few to say.")


def test_what_was_not_kept_is_not_known() -> None:
    for found in (class_recall(SPAM, 1, VALIDATION, None), class_recall(SPAM, 1, None, VALIDATION)):
        assert target_status(SPAM, found, TEXTS).status is TargetStatus.UNKNOWN
        assert found.note


def test_copies_count_as_the_groups_that_they_are() -> None:
    test = predictions([0.95] * 36 + [0.1] * 40, [1] * 40 + [0] * 36)
    alone = class_recall(Target("recall", 0.5, "spam"), 1, None, test)
    groups = np.repeat(np.arange(19), 4)
    together = class_recall(Target("recall", 0.5, "spam"), 1, None, Predictions(test.nll, test.targets, test.predicted,
                            test.probabilities, groups))  # fmt: skip
    assert together.score.value == alone.score.value
    assert together.score.ci_low < alone.score.ci_low
