"""What tasks of classes share: loss, outcomes, metrics, and the frame of their baselines."""

import warnings
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.specs import WORST_MISTAKES, Examples, MetricSpec, Predictions, TaskSpec, sampled

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST_PROBABILITY = 1e-12  # keeps the loss of a baseline finite when it rules an answer out
TUNING_EXAMPLES = 4_000  # C is chosen on at most so many training examples, to stay fast
FITTING_EXAMPLES = 20_000  # and the baseline learns from at most so many
STRENGTHS = (0.1, 1.0, 10.0, 30.0)
CLEARLY_WORSE = 0.01  # of all answers
FOLDS = 3
TOLERANCES = {"lbfgs": 1e-4, "newton-cg": 1e-3}  # each solver has its own measure


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


# --- baselines ---


def majority(train: Examples, test: Examples) -> Predictions:
    """Return what always naming the commonest class of the training split would do."""
    return _always(train.targets, test)


def _always(targets: NDArray[np.int64], test: Examples) -> Predictions:
    counts = np.bincount(targets, minlength=len(test.labels)) + 1.0
    return predictions_of_probabilities(np.tile(counts / counts.sum(), (len(test), 1)), test.targets)


def logistic_regression(
    train_x: Any,
    targets: NDArray[np.int64],
    test_parts: Iterable[Any],
    test: Examples,
    seed: int,
    solver: str = "lbfgs",
    strengths: Sequence[float] = STRENGTHS,
) -> Predictions:
    """Return the predictions of a logistic regression with C cross-validated on the training split.

    Args:
        train_x: (N, F) features of training examples, dense or sparse.
        targets: (N,) their classes.
        test_parts: (M, F) features of the test examples, in parts, so that they need not all be in memory.
        test: The test examples.
        seed: Of the folds, and of the choice of examples where there are too many.
        solver: scikit-learn's; "newton-cg" takes a fifth of the time on sparse features.
        strengths: From which C is chosen.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(targets)) < 2:
        return _always(targets, test)
    fit_on, tune_on = (sampled(len(targets), most, seed) for most in (FITTING_EXAMPLES, TUNING_EXAMPLES))
    fitted_x = train_x if len(fit_on) == len(targets) else train_x[fit_on]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        tolerance = TOLERANCES[solver]
        strength = _best_strength(train_x[tune_on], targets[tune_on], seed, solver, strengths)
        model = LogisticRegression(C=strength, max_iter=1000, solver=solver, tol=tolerance).fit(
            fitted_x, targets[fit_on]
        )
    probabilities = np.zeros((len(test), len(test.labels)))
    probabilities[:, model.classes_] = np.concatenate([model.predict_proba(part) for part in test_parts])
    return predictions_of_probabilities(probabilities, test.targets)


def _best_strength(
    features: Any, targets: NDArray[np.int64], seed: int, solver: str, strengths: Sequence[float]
) -> float:
    """Return the C with the highest cross-validated accuracy, 1 for too few examples.

    They are tried from the smallest on, which is the quickest; after one that is clearly worse no more are.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    if np.bincount(targets).max() < FOLDS:
        return 1.0
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    best, chosen = -1.0, 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class with fewer examples than folds
        for strength in strengths:
            model = LogisticRegression(C=strength, max_iter=300, solver=solver, tol=TOLERANCES[solver])
            score = float(cross_val_score(model, features, targets, cv=folds, error_score=0.0).mean())
            if score > best:
                best, chosen = score, strength
            elif score < best - CLEARLY_WORSE:
                break
    return chosen


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
    baseline_examples=FITTING_EXAMPLES,
)
