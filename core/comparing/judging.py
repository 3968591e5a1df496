"""Which run is better than which: every run of a group against one of them, on the same test examples."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.comparing.answers import Answers, answers_of
from core.comparing.grouping import Group
from core.comparing.paired import ALPHA, Difference, holm, of_resamples, of_shares
from core.intervals import resampled_means, resamples
from core.runs import Run, RunStatus
from core.service import Service
from core.specs import MetricSpec, Outcomes, TaskSpec

Verdict = Literal["reference", "better", "worse", "unclear", "untested"]
SEED = 0  # of the resamples: the same for every run, or they could not be paired
TOO_OLD = "It was trained before answers were kept, so it cannot be tested: train it again."
OTHER_EXAMPLES = "Its answers are about other test examples, so it cannot be tested."


@dataclass(frozen=True)
class Judgement:
    """How one run stands against the reference.

    Args:
        run: The run.
        verdict: Whether it is better or worse for sure, or nobody can tell.
        difference: Its score minus the reference's; None where there is no test.
        p: Corrected for the number of comparisons.
        why: Why there is no test; else empty.
    """

    run: Run
    verdict: Verdict
    difference: Difference | None = None
    p: float = 1.0
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """Every run of a group with a score, the best first, and the one that they stand against."""

    group: Group
    metric: MetricSpec
    reference: Run
    judgements: tuple[Judgement, ...]
    examples: int  # that were judged; 0 where nothing could be tested

    def of(self, verdict: Verdict) -> list[Judgement]:
        """Return the runs of a verdict, the best first."""
        return [one for one in self.judgements if one.verdict == verdict]


def stand(service: Service, group: Group, against: str = "") -> Standing | None:
    """Judge the runs of a group by the metric that decides in their task.

    Args:
        service: Knows what they answered.
        group: Runs that were judged on the same data version.
        against: Id of the run to compare with; where it is none of the group's, the best one.

    Returns:
        None where no run has a score.
    """
    task = service.tasks().get(group.task)
    if task is None:
        return None
    metric = task.metric(task.primary_metric)
    scored = [run for run in group.runs if metric.name in run.test and not np.isnan(run.test[metric.name].value)]
    if not scored:
        return None
    sign = 1 if metric.direction == "max" else -1
    scored.sort(key=lambda run: -sign * run.test[metric.name].value)
    answers = {run.id: found for run in scored if group.fingerprint and (found := answers_of(service, run))}
    asked = next((run for run in scored if run.id == against), None)
    reference = asked or next((run for run in scored if run.id in answers), scored[0])
    others = [run for run in scored if run.id != reference.id]
    judged = _corrected([_against(task, metric, run, reference, answers) for run in others], sign)
    judged[reference.id] = Judgement(reference, "reference")
    tested = [len(answers[one.run.id]) for one in judged.values() if one.difference is not None]
    return Standing(group, metric, reference, tuple(judged[run.id] for run in scored), min(tested, default=0))


def _against(task: TaskSpec, metric: MetricSpec, run: Run, reference: Run, answers: dict[str, Answers]) -> Judgement:
    """Return how a run differs from the reference, before anything is said of it."""
    first, second = answers.get(run.id), answers.get(reference.id)
    if first is None or second is None:
        whose = run if first is None else reference
        why = TOO_OLD if whose.status is RunStatus.SUCCEEDED else "It has not finished, so it cannot be tested."
        return Judgement(run, "untested", why=why if whose is run else f"{reference.name} cannot be tested: {why}")
    pair = _paired(task, first, second)
    if pair is None:
        return Judgement(run, "untested", why=OTHER_EXAMPLES)
    if metric.name == "accuracy":
        hits = [one.predicted == one.targets for one in pair]
        return Judgement(run, "unclear", of_shares(hits[0], hits[1]))
    count = len(pair[0].nll)
    scores = [metric.compute(one) for one in pair]
    drawn = [_resampled(task, metric, one, count) for one in (first, second)]
    return Judgement(run, "unclear", of_resamples(scores[0], scores[1], drawn[0], drawn[1]))


def _paired(task: TaskSpec, first: Answers, second: Answers) -> tuple[Outcomes, Outcomes] | None:
    """Return the answers of both to the same examples; None where the examples are not the same.

    Texts are aligned at their end: a model may need some characters to begin with.
    """
    if first.fingerprint != second.fingerprint or not len(first) or not len(second):
        return None
    if task.output_kind == "text":
        count = min(len(first), len(second))
        return _last(first.outcomes, count), _last(second.outcomes, count)
    if not np.array_equal(first.outcomes.targets, second.outcomes.targets):
        return None
    return first.outcomes, second.outcomes


def _last(outcomes: Outcomes, count: int) -> Outcomes:
    start = len(outcomes.nll) - count
    return Outcomes(outcomes.nll[start:], outcomes.targets[start:], outcomes.predicted[start:])


@lru_cache(maxsize=128)
def _resampled(task: TaskSpec, metric: MetricSpec, answers: Answers, count: int) -> NDArray[np.float64]:
    """Return the metric on each resample of the last so many examples, (R,)."""
    outcomes = _last(answers.outcomes, count)
    if task.output_kind == "text":  # every metric of a text follows from its mean surprise
        means = resampled_means(outcomes.nll, task.bootstrap_block, SEED)
        nothing = np.zeros(1, np.int64)
        return np.array([metric.compute(Outcomes(np.array([mean]), nothing, nothing)) for mean in means])
    return np.array([metric.compute(outcomes.select(at)) for at in resamples(count, task.bootstrap_block, SEED)])


def _corrected(judged: list[Judgement], sign: int) -> dict[str, Judgement]:
    """Return the judgements by run, each p-value corrected for their number, and what follows from it."""
    tested = [one for one in judged if one.difference is not None]
    corrected = holm([one.difference.p for one in tested if one.difference is not None])
    found = {one.run.id: one for one in judged}
    for one, p in zip(tested, corrected, strict=True):
        assert one.difference is not None
        found[one.run.id] = Judgement(one.run, _verdict(one.difference, p, sign), one.difference, p)
    return found


def _verdict(difference: Difference, p: float, sign: int) -> Verdict:
    """Return what can be said for sure: only where the test and the interval agree."""
    if p >= ALPHA or difference.low <= 0 <= difference.high:
        return "unclear"
    return "better" if sign * difference.value > 0 else "worse"
