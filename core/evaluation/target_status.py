"""Standing of a model against its target, with the interval of its score."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.thresholds import alarms, chances
from core.specs import Predictions, Score, TaskSpec
from core.specs.target import Target
from core.statistics.clustered import clustered_share, clusters_of
from core.statistics.shares import wilson

FEWEST_MODELS = 2  # that hold their own, before data is said to hold no more; 3 where no baseline has the measure
FEWEST_ROWS = 10  # of the test split, or of one class in it, that anything can be said of
NOT_KNOWN = Score(math.nan, math.nan, math.nan)


class TargetStatus(StrEnum):
    """The five standings of a model against its target."""

    REACHED = "Reached"  # the whole 95 % interval is on the good side
    LIKELY = "Likely reached"  # the score is, a part of the interval is not
    NOT_YET = "Not yet"  # the score is not
    OUT_OF_REACH = "Out of reach with this data"  # nor is any interval of what was tried on this data
    UNKNOWN = "Not known"  # too little was judged, or nothing yet


@dataclass(frozen=True)
class Measured:
    """A model in the measure of a target, on the test split.

    Args:
        score: The measure, with its 95 % interval.
        examples: That it stands on: of the test split, or those of the class.
        precision: Of the class's alarms, where the target asks for one.
        threshold: From which probability on the class is answered, where the target asks for a precision.
        note: Why it is not known, in a sentence; else empty.
    """

    score: Score = NOT_KNOWN
    examples: int = 0
    precision: Score | None = None
    threshold: float | None = None
    note: str = ""


@dataclass(frozen=True)
class TargetResult:
    """The standing of a model against its target; numbers are NaN where not known."""

    status: TargetStatus
    score: float
    ci_low: float
    ci_high: float
    target: Target
    note: str = ""  # why it is not known, or what is in the way, in a sentence
    precision: Score | None = None  # beside the recall of a class, where the target asks for one
    threshold: float | None = None

    @property
    def is_good(self) -> bool:
        """Whether it is reached, or likely so."""
        return self.status in (TargetStatus.REACHED, TargetStatus.LIKELY)

    def to_json(self) -> dict[str, Any]:
        """Return the target and how the model stands against it, as one dictionary."""
        known = {"text": self.target.format(), "status": str(self.status), "score": self.score, "ci_low": self.ci_low}
        found = {"ci_high": self.ci_high, "threshold": self.threshold, "note": self.note}
        precision = None if self.precision is None else asdict(self.precision)
        return known | found | {"precision_found": precision} | self.target.to_json()


def measured(target: Target, scores: Mapping[str, Score], examples: int) -> Measured:
    """Return a model in the measure of a target of no single class.

    Args:
        target: See `class_recall` for that of a class.
        scores: Of the model on the test split, by metric.
        examples: How many were judged.
    """
    return Measured(scores.get(target.metric, NOT_KNOWN), examples)


def class_recall(target: Target, k: int, validation: Predictions | None, test: Predictions | None) -> Measured:
    """Return the recall of one class, at a precision where one is asked for.

    The decision threshold is chosen on the validation split and judged on the test split, which chooses nothing.

    Args:
        target: The recall of a class.
        k: Index of the class.
        validation: With probabilities; None where these were not kept.
        test: The same.
    """
    if test is None:
        return Measured(note="Its answers on the test split were not kept, so single classes cannot be judged.")
    is_it = test.targets == k
    support = int(is_it.sum())
    if not target.precision:
        return Measured(_share(test.predicted == k, is_it, test), support)
    if validation is None or not (validation.targets == k).any():
        return Measured(note=f"The validation split has no '{target.label}' to choose a decision threshold on.")
    threshold, best = _threshold(target, k, validation)
    if threshold is None:
        return Measured(note=(
            f"At no decision threshold are {_percent(target.precision)} % of its '{target.label}' answers right on the "
            f"validation split; {_percent(best)} % is the most."
        ), examples=support)  # fmt: skip
    alarm = chances(test, k) >= threshold
    precision = _share(is_it, alarm, test) if alarm.any() else NOT_KNOWN
    return Measured(_share(alarm, is_it, test), support, precision, threshold)


def _threshold(target: Target, k: int, validation: Predictions) -> tuple[float | None, float]:
    """Return the decision threshold for a class, and the best precision of any.

    It is None where none has the precision. Of those that have it, it is the one with the most to spare in recall and
    precision; where recall has nothing to spare, the one with the highest recall.
    """
    counts = alarms(chances(validation, k), validation.targets == k)
    raised = counts.hits + counts.false_alarms
    precision = np.divide(counts.hits, raised, out=np.zeros(len(raised)), where=raised > 0)
    recall = counts.hits / np.maximum(counts.hits + counts.misses, 1)
    spare = np.minimum(recall - target.value, precision - target.precision)
    spare[(precision < target.precision) | (counts.hits == 0)] = -np.inf
    best = int(np.argmax(spare))
    return (float(counts.thresholds[best]) if np.isfinite(spare[best]) else None), float(precision.max())


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_], judged: Predictions) -> Score:
    """Return which share of the examples in `whole` are in `part`, with its interval."""
    if (clusters := clusters_of(judged)) is None or not whole.any():
        return wilson(int((part & whole).sum()), int(whole.sum()))
    return clustered_share(part[whole], np.unique(clusters[whole], return_inverse=True)[1].astype(np.int64))


def target_status(
    target: Target,
    own: Measured,
    task: TaskSpec,
    baselines: Sequence[Score] = (),
    tried: Sequence[Measured] = (),
    sound: int = 0,
) -> TargetResult:
    """Return how a model stands against its target.

    Args:
        target: Of its run.
        own: The model in the target's measure; see `measured` and `class_recall`.
        task: What the model does.
        baselines: Of the same test examples, in the target's measure.
        tried: Every run on the same version of the data.
        sound: Different models among these runs that hold their own; see `holds_its_own`.
    """
    status, note = _status(target, own, task)
    if status is TargetStatus.NOT_YET and _is_out_of_reach(target, own, baselines, tried, sound):
        status = TargetStatus.OUT_OF_REACH
    ends = own.score
    return TargetResult(status, ends.value, ends.ci_low, ends.ci_high, target, note, own.precision, own.threshold)


def _status(target: Target, own: Measured, task: TaskSpec) -> tuple[TargetStatus, str]:
    if own.note:
        return (TargetStatus.NOT_YET if own.examples else TargetStatus.UNKNOWN), own.note
    if own.examples < FEWEST_ROWS:
        what = f"test examples of '{target.label}'" if target.label else f"test {task.split_unit or task.counted_in()}"
        return TargetStatus.UNKNOWN, f"{own.examples} {what} are too few to say. Add more, a hundred or more."
    if not math.isfinite(own.score.value):
        return TargetStatus.UNKNOWN, "It has no score in the measure of its target."
    asked: list[tuple[Score, Callable[[float], bool]]] = [(own.score, target.is_met_by)]
    if own.precision is not None:
        asked.append((own.precision, lambda share: share >= target.precision))
    if not all(meets(score.value) for score, meets in asked):
        return TargetStatus.NOT_YET, ""
    if any(math.isnan(end) for score, _ in asked for end in (score.ci_low, score.ci_high)):
        return TargetStatus.UNKNOWN, "Its score is good enough, but how sure it is cannot be said: add more examples."
    sure = all(meets(end) for score, meets in asked for end in (score.ci_low, score.ci_high))
    return (TargetStatus.REACHED if sure else TargetStatus.LIKELY), ""


def _is_out_of_reach(
    target: Target, own: Measured, baselines: Sequence[Score], tried: Sequence[Measured], sound: int
) -> bool:
    """Return whether enough was tried well, and no interval of it reaches the target."""
    if sound < FEWEST_MODELS + (not baselines):
        return False
    strongest = sorted((s for s in baselines if math.isfinite(s.value)), key=lambda s: s.value, reverse=target.is_error)
    every = [*strongest[-1:], *(one.score for one in (own, *tried))]
    return all(_misses(target, score) for score in every)


def holds_its_own(test: Mapping[str, Score], baselines: Mapping[str, Mapping[str, Score]], task: TaskSpec) -> bool:
    """Return whether a run's interval reaches its strongest baseline's score.

    Only then does what it misses say something of the data: a quick run that went wrong says something of itself.
    """
    metric = task.metric(task.primary_metric)
    if (own := test.get(metric.name)) is None:
        return False
    known = [score for by in baselines.values() if math.isfinite(score := by.get(metric.name, NOT_KNOWN).value)]
    if metric.direction == "max":
        return own.ci_high >= max(known, default=-math.inf)
    return own.ci_low <= min(known, default=math.inf)


def _misses(target: Target, score: Score) -> bool:
    """Return whether even the good end of an interval misses the target."""
    good_end = score.ci_low if target.is_error else score.ci_high
    return not math.isnan(good_end) and not target.is_met_by(good_end)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"
