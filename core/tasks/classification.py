"""What tasks of classes share: loss, outcomes and metrics."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.specs import WORST_MISTAKES, Examples, MetricSpec, Predictions, TaskSpec

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST_PROBABILITY = 1e-12  # keeps the loss of a baseline finite when it rules an answer out


def cross_entropy(
    logits: "Tensor", targets: "Tensor", label_smoothing: float, weights: "Tensor | None" = None
) -> "Tensor":
    """Return the mean cross entropy in nats.

    Args:
        logits: (B, K) scores before softmax.
        targets: (B,) the right classes.
        label_smoothing: Share of the target spread over all classes (Szegedy et al. 2016).
        weights: (K,) how much a mistake on each class counts; all the same if not given.
    """
    from torch.nn import functional

    if weights is None:
        return functional.cross_entropy(logits.float(), targets, label_smoothing=label_smoothing)
    # Divided by the number of examples, not by their weights: parts of a batch then add up to the whole.
    each = functional.cross_entropy(logits.float(), targets, weights, reduction="none", label_smoothing=label_smoothing)
    return each.mean()


def classification_predictions(logits: "Tensor", targets: "Tensor") -> Predictions:
    """Return what happened on each example.

    Args:
        logits: (B, K) scores before softmax.
        targets: (B,) the right classes.
    """
    log_probabilities = logits.detach().float().log_softmax(-1)
    nll = -log_probabilities.gather(1, targets[:, None]).squeeze(1)
    return Predictions(
        nll.cpu().numpy().astype(np.float64),
        targets.cpu().numpy().astype(np.int64),
        log_probabilities.argmax(1).cpu().numpy().astype(np.int64),
        log_probabilities.exp().cpu().numpy().astype(np.float64),
    )


def predictions_of_probabilities(probabilities: NDArray[np.float64], targets: NDArray[np.int64]) -> Predictions:
    """Return the outcomes of a method that gives probabilities (N, K) for targets (N,)."""
    right = probabilities[np.arange(len(targets)), targets]
    nll = -np.log(np.maximum(right, SMALLEST_PROBABILITY))
    return Predictions(nll, targets, probabilities.argmax(1).astype(np.int64), probabilities)


def _predictions_from(probabilities: NDArray[Any], examples: Examples) -> Predictions:
    return predictions_of_probabilities(probabilities, examples.targets)


# --- metrics: plain counting, fast enough to be computed on a thousand resamples ---


Counts = NDArray[np.float64]


def _counts(predictions: Predictions) -> tuple[Counts, Counts, Counts]:
    """Return (hits, times answered, times right), each (K,), of every class."""
    classes = int(max(predictions.targets.max(initial=-1), predictions.predicted.max(initial=-1))) + 1
    hits = np.bincount(predictions.targets[predictions.targets == predictions.predicted], minlength=classes)
    answered = np.bincount(predictions.predicted, minlength=classes)
    actual = np.bincount(predictions.targets, minlength=classes)
    return hits.astype(float), answered.astype(float), actual.astype(float)


def _mean_ratio(part: Counts, whole: Counts, occurs: NDArray[np.bool_]) -> float:
    """Return the mean of `part` over `whole` across the classes that occur.

    0 / 0 counts as 0.
    """
    part, whole = part[occurs], whole[occurs]
    return float(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0).mean()) if len(part) else float("nan")


def accuracy(predictions: Predictions) -> float:
    """Return the share of right answers."""
    return float((predictions.targets == predictions.predicted).mean()) if len(predictions.targets) else float("nan")


def _precision(hits: Counts, answered: Counts, actual: Counts) -> float:
    return _mean_ratio(hits, answered, answered + actual > 0)


def _recall(hits: Counts, answered: Counts, actual: Counts) -> float:
    return _mean_ratio(hits, actual, answered + actual > 0)


def _f1(hits: Counts, answered: Counts, actual: Counts) -> float:
    return _mean_ratio(2 * hits, answered + actual, answered + actual > 0)


def macro_precision(predictions: Predictions) -> float:
    """Return the precision, averaged over classes."""
    return _precision(*_counts(predictions))


def macro_recall(predictions: Predictions) -> float:
    """Return the recall, averaged over classes."""
    return _recall(*_counts(predictions))


def macro_f1(predictions: Predictions) -> float:
    """Return the F1 score, averaged over classes."""
    return _f1(*_counts(predictions))


def mean_nll(predictions: Predictions) -> float:
    """Return the mean negative log likelihood in nats."""
    return float(predictions.nll.mean()) if len(predictions.nll) else float("nan")


CLASSIFICATION_METRICS = (
    MetricSpec(
        "accuracy",
        "Accuracy",
        "The share of examples it has never seen that it gets right.",
        "max",
        "percent",
        accuracy,
        statistic="share",
    ),
    MetricSpec(
        "precision",
        "Precision",
        "When it names a class, how often that is right; every class counts the same.",
        "max",
        "percent",
        macro_precision,
        of_counts=_precision,
    ),
    MetricSpec(
        "recall",
        "Recall",
        "Of the examples of a class, the share that it finds; every class counts the same.",
        "max",
        "percent",
        macro_recall,
        of_counts=_recall,
    ),
    MetricSpec(
        "f1",
        "F1",
        "Precision and recall in one number, low if either is low; every class counts the same.",
        "max",
        "percent",
        macro_f1,
        of_counts=_f1,
    ),
    MetricSpec(
        "loss",
        "Loss",
        "How surprised it is by the right answers: 0 is certain and right; being sure of a wrong answer costs most.",
        "min",
        "number",
        mean_nll,
        statistic="mean_nll",
    ),
)


def surest_mistakes(predictions: Predictions) -> tuple[int, ...]:
    """Return the examples that were answered wrongly with the most confidence."""
    wrong = np.flatnonzero(predictions.targets != predictions.predicted)
    if predictions.probabilities.size:
        confidence = predictions.probabilities[wrong, predictions.predicted[wrong]]
    else:
        confidence = predictions.nll[wrong]
    return tuple(int(i) for i in wrong[np.argsort(-confidence, kind="stable")][:WORST_MISTAKES])


# What a task of classes is, whatever its examples are.
classification_task = partial(
    TaskSpec,
    output_kind="label",
    metrics=CLASSIFICATION_METRICS,
    primary_metric="accuracy",
    loss=cross_entropy,
    predictions=classification_predictions,
    parts=("classes",),
    worst=surest_mistakes,
    predictions_from=_predictions_from,
)
