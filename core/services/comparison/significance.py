"""Significance of run differences: a group against one run, on the same examples."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from core.evaluation.best_of_runs import Best, best_of, optimism_of_best
from core.evaluation.predictions_file import StoredFolds
from core.runs import Run, RunStatus
from core.services.comparison.grouping import Group
from core.services.comparison.predictions import Answers, answers_of, folds_of
from core.services.run_service import Service
from core.specs import MetricSpec, Predictions, TaskSpec
from core.statistics.crossfit import Folds, crossfitted_difference
from core.statistics.difference import Difference, agreed, holm
from core.statistics.scores import difference_of

Verdict = Literal["reference", "better", "worse", "unclear", "untested"]
SEED = 0  # of the resamples: the same for every run, or they could not be paired
TOO_OLD = "It was trained before answers were kept, so it cannot be tested: train it again."
OTHER_EXAMPLES = "Its answers are about other test examples, so it cannot be tested."


@dataclass(frozen=True)
class ComparisonResult:
    """How one run stands against the reference.

    Args:
        run: The run.
        verdict: Whether it is better or worse for sure, or nobody can tell.
        difference: Its score minus the reference's; None where there is no test.
        p: Corrected for the number of comparisons.
        why: Why there is no test; else empty.
        rows: Where every row of both was judged in the same folds: how many; else 0.
    """

    run: Run
    verdict: Verdict
    difference: Difference | None = None
    p: float = 1.0
    why: str = ""
    rows: int = 0


@dataclass(frozen=True)
class Ranking:
    """All scored runs of a group, best first, and their reference run."""

    group: Group
    metric: MetricSpec
    reference: Run
    results: tuple[ComparisonResult, ...]
    examples: int  # that were judged; 0 where nothing could be tested
    best: Best  # by validation, where all have such a score
    optimism: float | None = None  # how much better the first of them looks than it is, for being chosen by this score

    def of(self, verdict: Verdict) -> list[ComparisonResult]:
        """Return the runs of a verdict, the best first."""
        return [one for one in self.results if one.verdict == verdict]


def stand(service: Service, group: Group, against: str = "") -> Ranking | None:
    """Judge the runs of a group by the metric that decides in their task.

    Args:
        service: Knows what they answered.
        group: Runs that were judged on the same data version.
        against: Id of the run to compare with; where it is none of the group's, the best one by validation.

    Returns:
        None where no run has a score.
    """
    task = service.tasks().get(group.task)
    if task is None:
        return None
    metric = task.metric(task.primary_metric)
    scored = [run for run in group.runs if metric.name in run.test and not np.isnan(run.test[metric.name].value)]
    best = best_of(scored, metric)
    if best is None:
        return None
    sign = 1 if metric.direction == "max" else -1
    scored.sort(key=lambda run: -sign * run.test[metric.name].value)
    answers = {run.id: found for run in scored if group.fingerprint and (found := answers_of(service, run))}
    asked = next((run for run in scored if run.id == against), None)
    testable = [run for run in (best.run, *scored) if run.id in answers]
    reference = asked or next(iter(testable), best.run)
    others = [run for run in scored if run.id != reference.id]
    in_folds = {run.id: folds_of(service, run) for run in scored}
    tested_pairs = [
        _in_folds(metric, run, in_folds[run.id], in_folds[reference.id])
        or _against(task, metric, run, reference, answers)
        for run in others
    ]
    judged = _corrected(tested_pairs, sign)
    judged[reference.id] = ComparisonResult(reference, "reference")
    tested = [one.rows or len(answers[one.run.id]) for one in judged.values() if one.difference is not None]
    standing = Ranking(group, metric, reference, tuple(judged[run.id] for run in scored), min(tested, default=0), best)
    return replace(standing, optimism=_optimism(task, metric, scored, answers, in_folds))


def _optimism(
    task: TaskSpec,
    metric: MetricSpec,
    scored: list[Run],
    answers: dict[str, Answers],
    in_folds: Mapping[str, StoredFolds | None],
) -> float | None:
    """Return how much the best test score is overestimated; None without common examples."""
    judged = [one for run in scored if (one := in_folds[run.id]) is not None]
    if judged:
        first = judged[0]
        same = len(judged) == len(scored) and all(np.array_equal(one.number, first.number) for one in judged)
        same = same and all(one.fingerprint == first.fingerprint for one in judged)
        return optimism_of_best(metric, [one.predictions for one in judged], task.bootstrap_block) if same else None
    if any(run.id not in answers for run in scored):
        return None
    known = [answers[run.id] for run in scored]
    pairs = [_paired(task, known[0], one) for one in known]
    shortest = min((len(pair[1].nll) for pair in pairs if pair is not None), default=0)
    aligned = [_last(pair[1], shortest) for pair in pairs if pair is not None]
    return optimism_of_best(metric, aligned, task.bootstrap_block) if len(aligned) == len(scored) else None


def _in_folds(
    metric: MetricSpec, run: Run, first: StoredFolds | None, second: StoredFolds | None
) -> ComparisonResult | None:
    """Return a run's difference to the reference in common folds, None without these."""
    if first is None or second is None or first.fingerprint != second.fingerprint:
        return None
    if not np.array_equal(first.number, second.number):
        return None
    difference = _difference_in_folds(metric, first, second)
    return ComparisonResult(run, "unclear", difference, rows=len(first.number))


@lru_cache(maxsize=512)
def _difference_in_folds(metric: MetricSpec, first: StoredFolds, second: StoredFolds) -> Difference:
    folds = Folds(first.number, first.training_rows, first.grouped)
    return crossfitted_difference(metric, first.predictions, second.predictions, folds, SEED)


def _against(
    task: TaskSpec, metric: MetricSpec, run: Run, reference: Run, answers: dict[str, Answers]
) -> ComparisonResult:
    """Return how a run differs from the reference, before anything is said of it."""
    first, second = answers.get(run.id), answers.get(reference.id)
    if first is None or second is None:
        whose = run if first is None else reference
        why = TOO_OLD if whose.status is RunStatus.SUCCEEDED else "It has not finished, so it cannot be tested."
        return ComparisonResult(
            run, "untested", why=why if whose is run else f"{reference.name} cannot be tested: {why}"
        )
    difference = _difference(task, metric, first, second)
    if difference is None:
        return ComparisonResult(run, "untested", why=OTHER_EXAMPLES)
    return ComparisonResult(run, "unclear", difference)


@lru_cache(maxsize=512)
def _difference(task: TaskSpec, metric: MetricSpec, first: Answers, second: Answers) -> Difference | None:
    """Return the first run's score minus the second's; None if on different examples."""
    pair = _paired(task, first, second)
    return difference_of(metric, *pair, task.bootstrap_block, SEED) if pair else None


def _paired(task: TaskSpec, first: Answers, second: Answers) -> tuple[Predictions, Predictions] | None:
    """Return both runs' answers to the same examples; None if the examples differ.

    Texts are aligned at their end: a model may need some characters to begin with.
    """
    if first.fingerprint != second.fingerprint or not len(first) or not len(second):
        return None
    if task.bootstrap_block > 1:  # of characters, neighbours are judged together
        count = min(len(first), len(second))
        return _last(first.predictions, count), _last(second.predictions, count)
    if not np.array_equal(first.predictions.targets, second.predictions.targets):
        return None
    return first.predictions, second.predictions


def _last(predictions: Predictions, count: int) -> Predictions:
    return predictions.select(np.arange(len(predictions.nll) - count, len(predictions.nll)))


def _corrected(judged: list[ComparisonResult], sign: int) -> dict[str, ComparisonResult]:
    """Return results by run, with corrected p-values and the resulting verdicts."""
    tested = [one for one in judged if one.difference is not None]
    corrected = holm([one.difference.p for one in tested if one.difference is not None])
    found = {one.run.id: one for one in judged}
    for one, p in zip(tested, corrected, strict=True):
        assert one.difference is not None
        known = agreed(one.difference, p)
        found[one.run.id] = replace(one, verdict=_verdict(known, sign), difference=known, p=p)
    return found


def _verdict(difference: Difference, sign: int) -> Verdict:
    """Return the verdict, clear only where the test and the interval agree."""
    if not difference.is_clear:
        return "unclear"
    return "better" if sign * difference.value > 0 else "worse"
