"""Significance of run differences: a group against one run, on the same examples."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.evaluation.best_of_runs import Best, best_of, optimism_of_best
from core.evaluation.predictions_file import StoredFolds
from core.runs import Run, RunStatus
from core.services.comparison.contenders import Contender, beside, stood
from core.services.comparison.grouping import Group
from core.services.comparison.predictions import Answers, answers_of, folds_of
from core.services.comparison.testing import (
    Standing,
    corrected,
    difference_between,
    difference_in_folds,
    last,
    paired,
)
from core.services.run_service import Service
from core.specs import MetricSpec, TaskSpec
from core.statistics.difference import Difference

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
    verdict: Standing
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
    beside: tuple[Contender, ...] = ()  # baselines of the reference, language models asked beside any of the runs
    optimism: float | None = None  # how much better the first of them looks than it is, for being chosen by this score

    def of(self, verdict: Standing) -> list[ComparisonResult]:
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
    judged, others_beside = _corrected(tested_pairs, beside(service, task, reference, scored), sign)
    judged[reference.id] = ComparisonResult(reference, "reference")
    tested = [one.rows or len(answers[one.run.id]) for one in judged.values() if one.difference is not None]
    results = tuple(judged[run.id] for run in scored)
    standing = Ranking(group, metric, reference, results, min(tested, default=0), best, tuple(others_beside))
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
    pairs = [paired(task, known[0], one) for one in known]
    shortest = min((len(pair[1].nll) for pair in pairs if pair is not None), default=0)
    aligned = [last(pair[1], shortest) for pair in pairs if pair is not None]
    return optimism_of_best(metric, aligned, task.bootstrap_block) if len(aligned) == len(scored) else None


def _in_folds(
    metric: MetricSpec, run: Run, first: StoredFolds | None, second: StoredFolds | None
) -> ComparisonResult | None:
    """Return a run's difference to the reference in common folds, None without these."""
    if first is None or second is None or first.fingerprint != second.fingerprint:
        return None
    if not np.array_equal(first.number, second.number):
        return None
    difference = difference_in_folds(metric, first, second)
    return ComparisonResult(run, "unclear", difference, rows=len(first.number))


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
    difference = difference_between(task, metric, first, second)
    if difference is None:
        return ComparisonResult(run, "untested", why=OTHER_EXAMPLES)
    return ComparisonResult(run, "unclear", difference)


def _corrected(
    judged: list[ComparisonResult], others: list[Contender], sign: int
) -> tuple[dict[str, ComparisonResult], list[Contender]]:
    """Return runs and those beside them with their standing, corrected for all tests together."""
    every = [*(one.difference for one in judged), *(one.difference for one in others)]
    tested = [one for one in every if one is not None]
    known = iter(corrected(tested, sign))

    def of_run(one: ComparisonResult) -> ComparisonResult:
        if one.difference is None:
            return one
        standing, difference, p = next(known)
        return replace(one, verdict=standing, difference=difference, p=p)

    found = {one.run.id: of_run(one) for one in judged}
    return found, stood(others, known)
