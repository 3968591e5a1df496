"""The final evaluation of a run: scores with intervals, baseline difference, and failures."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.class_metrics import class_scores
from core.evaluation.judged import Judged
from core.evaluation.meaning import meaning
from core.evaluation.reservations import in_clusters, on_classes
from core.evaluation.run_result import Difference
from core.specs import MetricSpec, Predictions, Score, TaskSpec, sampled
from core.statistics.clustered import clusters_of
from core.statistics.crossfit import Folds, crossfitted_difference, crossfitted_score
from core.statistics.difference import Difference as PairedDifference
from core.statistics.difference import agreed, holm
from core.statistics.scores import difference_of, score_of
from core.training.predictions import predict_split

__all__ = ["Crossfitted", "Difference", "Evaluation", "JudgedOn", "evaluate", "predict_split", "score"]

MOST_PAIRS = 2_000  # of right number and answer, to be drawn


@dataclass(frozen=True, eq=False)
class Crossfitted:
    """Cross-validated predictions for every row, each by a fold's model not trained on it.

    Args:
        predictions: Of the folds' models, (N,) training, validation and test rows one after the other.
        baselines: Of the simple methods in the same folds, by name.
        folds: Of the rows.
    """

    predictions: Predictions
    baselines: Mapping[str, Predictions]
    folds: Folds
    notes: tuple[str, ...] = ()  # what should be known of the folds, in sentences


@dataclass(frozen=True)
class JudgedOn:
    """On what the scores stand.

    Args:
        rows: So many were judged.
        folds: In so many folds; 0 where one split was kept apart.
        why_not_folds: Why not in folds, a sentence; empty where they were, or where nobody asked for them.
        single_split: Where there are folds: the scores of the kept model on the test split alone.
        each_fold: Where there are folds: the deciding metric in each.
        notes: What should be known of the folds, in sentences.
    """

    rows: int
    folds: int = 0
    why_not_folds: str = ""
    single_split: Mapping[str, Score] = field(default_factory=dict)
    each_fold: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """Everything that is said about a finished model, as plain values."""

    test: dict[str, Score]  # by metric
    baselines: dict[str, dict[str, Score]]  # by baseline, then metric
    difference: Difference | None  # None where there is no baseline
    verdict: str  # what it means, without a target
    labels: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()  # row: the right class; column: the answer
    per_class: tuple[Mapping[str, Any], ...] = ()
    worst_mistakes: tuple[int, ...] = ()  # indexes into the test split; the surest wrong answers, or largest errors
    pairs: tuple[tuple[float, float], ...] = ()  # (right number, answer) of some test examples, for numbers
    target: str = ""  # name of the column of numbers that is predicted, if it has one
    validation: dict[str, Score] = field(default_factory=dict)  # of the model: what choices are made by
    judged: JudgedOn | None = None
    notes: tuple[str, ...] = ()  # what else must be known of the scores, in sentences

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries and lists."""
        return asdict(self)


def score(task: TaskSpec, predictions: Predictions, seed: int) -> dict[str, Score]:
    """Return every metric of a task with its 95 % interval."""
    return {metric.name: score_of(metric, predictions, task.bootstrap_block, seed) for metric in task.metrics}


def evaluate(
    task: TaskSpec,
    predictions: Predictions,
    baselines: Mapping[str, Predictions],
    labels: tuple[str, ...],
    seed: int,
    target: str = "",
    known: Callable[[str, int, Callable[[], dict[str, Score]]], dict[str, Score]] | None = None,
    crossfitted: Crossfitted | None = None,
) -> Evaluation:
    """Judge a model on the test split, beside the baselines on the same examples.

    Args:
        task: What the model does.
        predictions: Of the model.
        baselines: Of simple methods, by name, for the same examples in the same order. Of a text each may lack some of
            the first characters, those that it needed to begin with: what all of them judged is compared.
        labels: Names of the classes; empty for text generation and regression.
        seed: Of the resamples. Model and baselines are judged on the same examples, pair by pair, so that what makes
            an example hard for both does not blur the difference.
        target: Name of the column that is predicted, where the model answers with numbers and it has a name.
        known: Returns the scores of a baseline, from its name, how many examples it is judged on, and what computes
            them: they depend on no model, so they may be known already.
        crossfitted: What happened on every row in folds; then scores, differences and mistaken classes are of these.
            Single mistakes are always those of the model itself, on the test split.
    """
    predictions, baselines = _from_where_all_judged(predictions, baselines)
    if task.bootstrap_block == 1:  # characters of a text have groups of their own
        baselines = {name: replace(one, groups=predictions.groups) for name, one in baselines.items()}
    everything = predictions if crossfitted is None else crossfitted.predictions
    scores, difference = _scored(task, predictions, baselines, seed, known, crossfitted)
    primary, judged = task.metric(task.primary_metric), JudgedOn(len(everything.nll))
    if crossfitted is not None:
        judged = _judged(task, primary, predictions, seed, crossfitted)
    confusion = confusion_matrix(everything, len(labels)) if labels else np.zeros((0, 0), dtype=np.int64)
    notes = on_classes(confusion, labels) if "classes" in task.parts else []
    if not judged.folds and task.bootstrap_block == 1 and (clusters := clusters_of(predictions)) is not None:
        notes.append(in_clusters(len(clusters), int(clusters.max()) + 1))
    baseline_scores = {name: scores[name] for name in baselines}
    result = Judged(
        task, scores[""], baseline_scores, difference, task.noun, target, examples=judged.rows, folds=judged.folds,
        labels=labels, confusion=confusion,
    )  # fmt: skip
    return Evaluation(
        test=scores[""],
        baselines=baseline_scores,
        difference=difference,
        verdict=meaning(result),
        labels=labels,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        per_class=tuple(one.to_json() for one in class_scores(confusion, labels, seed)),
        worst_mistakes=task.worst(predictions) if task.worst else (),
        pairs=_pairs(everything, seed) if "numbers" in task.parts else (),
        target=target,
        judged=judged,
        notes=tuple(notes),
    )


def _scored(
    task: TaskSpec,
    predictions: Predictions,
    baselines: Mapping[str, Predictions],
    seed: int,
    known: Callable[[str, int, Callable[[], dict[str, Score]]], dict[str, Score]] | None,
    crossfitted: Crossfitted | None,
) -> tuple[dict[str, dict[str, Score]], Difference | None]:
    """Return model (`""`) and baseline scores, and the difference to the best baseline."""
    primary = task.metric(task.primary_metric)
    if crossfitted is not None:
        folds, simple = crossfitted.folds, crossfitted.baselines
        compare = partial(crossfitted_difference, primary, folds=folds, seed=seed)
        methods = {"": crossfitted.predictions, **simple}
        scores = {
            name: {metric.name: crossfitted_score(metric, one, folds, seed) for metric in task.metrics}
            for name, one in methods.items()
        }
        return scores, _to_the_best(primary, crossfitted.predictions, simple, compare) if simple else None
    scores = {"": score(task, predictions, seed)}
    for name, one in baselines.items():
        compute = partial(score, task, one, seed)
        scores[name] = compute() if known is None else known(name, len(one.nll), compute)
    compare = partial(difference_of, primary, block=task.bootstrap_block, seed=seed)
    return scores, _to_the_best(primary, predictions, baselines, compare) if baselines else None


def _judged(
    task: TaskSpec, primary: MetricSpec, predictions: Predictions, seed: int, crossfitted: Crossfitted
) -> JudgedOn:
    each = tuple(primary.compute(crossfitted.predictions.select(rows)) for rows in crossfitted.folds.rows())
    single = score(task, predictions, seed)
    size, folds = len(crossfitted.predictions.nll), crossfitted.folds.count
    return JudgedOn(size, folds, single_split=single, each_fold=each, notes=crossfitted.notes)


def _to_the_best(
    primary: MetricSpec,
    predictions: Predictions,
    baselines: Mapping[str, Predictions],
    compare: Callable[[Predictions, Predictions], PairedDifference],
) -> Difference:
    """Return the improvement over the best baseline, with Holm's correction for choosing it."""
    sign = 1.0 if primary.direction == "max" else -1.0
    values = {name: sign * primary.compute(one) for name, one in baselines.items()}
    best = max(values, key=lambda name: values[name])
    found = {name: compare(predictions, one) for name, one in baselines.items()}
    corrected = dict(zip(found, holm([one.p for one in found.values()]), strict=True))
    gain = agreed(found[best], corrected[best])
    low, high = sorted((sign * gain.low, sign * gain.high))
    value = sign * gain.value if np.isfinite(gain.value) else float("nan")  # nothing differs: R2 has no meaning
    return Difference(best, value, low, high)


def _from_where_all_judged(
    predictions: Predictions, baselines: Mapping[str, Predictions]
) -> tuple[Predictions, dict[str, Predictions]]:
    """Return the last outcomes of each, as many as the shortest has."""
    count = min(len(each.nll) for each in (predictions, *baselines.values()))

    def last(each: Predictions) -> Predictions:
        missing = len(each.nll) - count
        return each.select(np.arange(missing, len(each.nll))) if missing else each

    return last(predictions), {name: last(each) for name, each in baselines.items()}


def confusion_matrix(predictions: Predictions, classes: int) -> NDArray[np.int64]:
    """Return how often each right class (row) got each answer (column), (K, K)."""
    cells = predictions.targets * classes + predictions.predicted
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def _pairs(predictions: Predictions, seed: int) -> tuple[tuple[float, float], ...]:
    """Return (target, prediction) pairs of all examples, or of a random sample of many."""
    chosen = sampled(len(predictions.targets), MOST_PAIRS, seed)
    return tuple((_short(predictions.targets[i]), _short(predictions.predicted[i])) for i in chosen)


def _short(number: float) -> float:
    """Return a number with the seven digits that 32 bits can hold."""
    return float(f"{number:.7g}")
