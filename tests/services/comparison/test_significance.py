"""Which run is better than which, from their answers to the same examples."""

import numpy as np
import pytest

from core.evaluation.predictions_file import StoredFolds, write_folds, write_predictions
from core.runs import VALIDATION, Run
from core.services.comparison.grouping import groups_of
from core.services.comparison.significance import ComparisonResult, stand
from core.services.run_service import Service
from core.specs import Predictions, Score
from core.store.external_runs import ExternalRuns
from core.store.run_store import RunStore
from tests.services.comparison.conftest import VERSION, Finished, answers


def judged(service: Service, runs: list[Run], against: str = "") -> dict[str, ComparisonResult]:
    (group,) = groups_of(runs)
    standing = stand(service, group, against)
    assert standing is not None
    return {one.run.name: one for one in standing.results}


def test_twenty_more_right_answers_are_significantly_better_and_one_more_is_not(
    service: Service, finished: Finished
) -> None:
    best = finished("best", answers([True] * 95 + [False] * 5))
    near = finished("near", answers([True] * 94 + [False] * 6))
    far = finished("far", answers([True] * 75 + [False] * 25))
    found = judged(service, [far, near, best])
    assert [(name, one.verdict) for name, one in found.items()] == [
        ("best", "reference"), ("near", "unclear"), ("far", "worse"),
    ]  # fmt: skip
    difference = found["far"].difference
    assert difference is not None
    assert difference.value == pytest.approx(-0.20)
    assert found["far"].p == pytest.approx(2 * 0.5**20)  # mid-p of 0 against 20, the smaller of two: times 2
    assert found["near"].p == pytest.approx(0.5)  # mid-p of 0 against 1; nothing is left to correct it for


def test_another_run_to_compare_with_turns_the_verdict_round(service: Service, finished: Finished) -> None:
    best = finished("best", answers([True] * 95 + [False] * 5))
    far = finished("far", answers([True] * 75 + [False] * 25))
    found = judged(service, [best, far], against=far.id)
    assert (found["best"].verdict, found["far"].verdict) == ("better", "reference")


def test_many_runs_need_a_clearer_difference_than_two(service: Service, finished: Finished) -> None:
    best = finished("best", answers([True] * 100))
    six_worse = [True] * 94 + [False] * 6  # mid-p 0.0156
    runs = [finished(f"run {i}", answers(six_worse)) for i in range(6)]
    assert judged(service, [best, runs[0]])["run 0"].verdict == "worse"
    assert judged(service, [best, *runs])["run 0"].verdict == "unclear"  # 6 times as much


def test_runs_on_other_data_versions_are_never_tested_against_each_other(service: Service, finished: Finished) -> None:
    here = finished("here", answers([True] * 90 + [False] * 10))
    there = finished("there", answers([True] * 50 + [False] * 50), fingerprint="another-version")
    groups = groups_of([here, there])
    assert [[run.name for run in group.runs] for group in groups] == [["here"], ["there"]]
    standings = [stand(service, group, against=there.id) for group in groups]
    assert [[one.verdict for one in found.results] for found in standings if found] == [["reference"]] * 2


def test_answers_about_other_examples_are_refused_whatever_the_row_says(service: Service, finished: Finished) -> None:
    one = finished("one", answers([True] * 90 + [False] * 10))
    two = finished("two", answers([True] * 60 + [False] * 40))
    write_predictions(service.folder(two.id), "something-else", answers([True] * 60 + [False] * 40))
    assert "other test examples" in judged(service, [one, two])["two"].why
    swapped = answers([True] * 60 + [False] * 40)
    swapped.targets[:] = 1
    write_predictions(service.folder(two.id), VERSION, swapped)
    assert judged(service, [one, two])["two"].verdict == "untested"


def test_a_run_from_before_answers_were_kept_cannot_be_tested(service: Service, finished: Finished) -> None:
    old = finished("old", None)
    new = finished("new", answers([True] * 20 + [False] * 80))
    found = judged(service, [old, new])
    assert found["new"].verdict == "reference"  # the best one that can be tested, though the old one scored higher
    assert (found["old"].verdict, found["old"].difference) == ("untested", None)
    assert found["old"].why.endswith("train it again.")


def test_numbers_are_compared_on_the_same_resamples(service: Service, finished: Finished) -> None:
    chance = np.random.default_rng(0)
    truth = chance.normal(size=80)
    noise = chance.normal(size=80)

    def predicted(error: float) -> Predictions:
        answered = truth + error * noise
        return Predictions((truth - answered) ** 2, truth, answered)

    runs = [finished(f"off by {e}", predicted(e), task="tabular-regression") for e in (0.2, 0.21, 0.8)]
    found = judged(service, runs)
    assert found["off by 0.8"].verdict == "worse"
    # A little worse on every single row: their own intervals overlap, the paired one does not hold 0.
    assert found["off by 0.21"].verdict == "worse"


def test_texts_are_aligned_at_their_end(service: Service, finished: Finished) -> None:
    surprise = np.random.default_rng(0).gamma(2.0, size=3000)
    nothing = np.zeros(3000, np.int64)
    whole = finished("whole", Predictions(surprise, nothing, nothing), task="text-generation")
    later = Predictions(surprise[5:] + 0.3, nothing[5:], nothing[5:])  # it needed five characters to begin with
    found = judged(service, [whole, finished("later", later, task="text-generation")])
    difference = found["later"].difference
    assert difference is not None
    assert found["later"].verdict == "worse"
    assert (difference.value, difference.low, difference.high) == pytest.approx((0.3, 0.3, 0.3))


def test_runs_without_a_score_are_left_out_and_runs_from_elsewhere_have_no_test(
    service: Service, finished: Finished
) -> None:
    external = ExternalRuns(service.database).create("csv", "elsewhere", settings={"lr": 0.1})
    here = finished("here", answers([True, False]))
    groups = groups_of([external, here])
    assert [(group.task, stand(service, group) is None) for group in groups] == [
        ("image-classification", False), ("", True),
    ]  # fmt: skip


def test_the_best_is_chosen_by_validation_and_the_best_test_score_is_said_to_flatter(
    service: Service, finished: Finished
) -> None:
    generator = np.random.default_rng(0)
    runs = [finished(f"run {i}", answers(list(generator.random(200) < 0.8))) for i in range(6)]
    (group,) = groups_of(runs)
    standing = stand(service, group)
    assert standing is not None
    assert (standing.best.run, standing.best.by) == (standing.results[0].run, "test")
    assert standing.optimism is not None
    assert 0.01 < standing.optimism < 0.08
    store = RunStore(service.database)
    for number, run in enumerate(runs):
        store.set_scores(run.id, VALIDATION, {"accuracy": Score(0.7 + number / 100, 0.0, 1.0)})
    (group,) = groups_of([service.run(run.id) for run in runs])
    standing = stand(service, group)
    assert standing is not None
    assert (standing.best.run.name, standing.best.by) == ("run 5", "validation")
    assert standing.reference.name == "run 5"


def test_runs_that_judged_every_row_in_the_same_folds_are_compared_on_all_of_them(
    service: Service, finished: Finished
) -> None:
    good, poor = [True] * 90 + [False] * 10, [True] * 86 + [False] * 14
    runs = [finished("good", answers(good)), finished("poor", answers(poor))]
    assert judged(service, runs)["poor"].verdict == "unclear"  # 0 against 4 of 100: mid-p 0.06
    for run, right in zip(runs, (good, poor), strict=True):
        folds = StoredFolds(VERSION, answers(right * 6), np.arange(600) % 5, 420.0, False)
        write_folds(service.folder(run.id), folds)
    found = judged(service, runs)["poor"]
    assert (found.verdict, found.rows) == ("worse", 600)
    other = StoredFolds(VERSION, answers(poor * 6), np.arange(600) % 5 // 2, 420.0, False)
    write_folds(service.folder(runs[1].id), other)
    assert (judged(service, runs)["poor"].verdict, judged(service, runs)["poor"].rows) == ("unclear", 0)
