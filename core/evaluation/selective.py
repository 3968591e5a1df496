"""Selective classification: from which confidence on a classifier may answer alone.

Below that confidence a person answers (selective classification, or the reject option).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.thresholds import chances
from core.specs import Predictions, Score
from core.statistics.binomial import at_most, fewest_for, upper_bound
from core.statistics.clustered import clustered_share, clusters_of
from core.statistics.shares import wilson

TARGET = 0.02  # of the answers that it gives alone, wrong
DOUBT = 0.05
FIRST_SHARE = 0.25  # of the validation examples, from which on it is tested
MOST_STEPS = 100  # between that and all of them
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Confidences:
    """How sure a model was of N independent answers, and whether they were right.

    Args:
        confidence: (N,) probability of its answer.
        right: (N,) whether that was right.
        groups: Whether rows that belong together are counted once each.
    """

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    grouped: bool = False

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True)
class Threshold:
    """From which confidence on it may answer alone.

    Args:
        confidence: It answers from this one on.
        answered: Validation examples that it would answer.
        wrong: Of these.
        bound: The share of wrong ones among its own answers is below this with 95 % confidence.
    """

    confidence: float
    answered: int
    wrong: int
    bound: float


@dataclass(frozen=True)
class Alone:
    """What that threshold does on examples that took no part in choosing it.

    Args:
        answered: The share that it answers alone.
        right: Of its own answers, the share that is right.
        examples: That were judged.
    """

    answered: Score
    right: Score
    examples: int


def confidences(predictions: Predictions, *, once: bool = False, seed: int = 0) -> Confidences:
    """Return the confidence in each answer.

    Args:
        predictions: With probabilities.
        once: Of examples that belong together (copies, rows of one customer) take one each, drawn by chance: an exact
            bound holds for independent ones alone.
        seed: Of that draw.
    """
    found = np.empty(len(predictions.nll))
    for k in np.unique(predictions.predicted):
        of_class = predictions.predicted == k
        found[of_class] = chances(predictions, int(k))[of_class]
    right = predictions.predicted == predictions.targets
    clusters = clusters_of(predictions) if once else None
    if clusters is None:
        return Confidences(found, right)
    drawn = np.random.default_rng(seed).permutation(len(right))
    rows = drawn[np.unique(clusters[drawn], return_index=True)[1]]
    return Confidences(found[rows], right[rows], grouped=True)


def choose(validation: Confidences, target: float = TARGET, doubt: float = DOUBT) -> Threshold | None:
    """Return the lowest confidence that bounds the share of wrong answers; None without one.

    Thresholds are tested one after the other in an order that is fixed before any label is seen: first the most
    confident quarter, or as many as a bound needs at least, then ever more answers. Each test is the exact binomial one
    (the Clopper-Pearson bound below the target); the first that fails ends it, and the one before is taken. Testing in
    a fixed sequence needs no correction for how many are tested: a wrong one is taken in at most 5 of 100 cases.
    Counting from the top, the answers above a threshold are a plain sample of all above it, so the test is exact; the
    sequence is, where less confident answers are not more often right (else nearly: see the tests).

    Source:
        Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks", 2017 (the exact bound); Angelopoulos,
        Bates, Candès, Jordan and Lei, "Learn then Test", 2021, section 4 (fixed sequence testing).

    Args:
        validation: Answers that chose nothing else.
        target: The largest share of wrong answers among those that it gives alone.
        doubt: With which chance that may be exceeded after all.
    """
    order = np.argsort(-validation.confidence, kind="stable")
    sure, wrong = validation.confidence[order], np.cumsum(~validation.right[order])
    kept: Threshold | None = None
    for count in _counts(sure, fewest_for(target, doubt)):
        errors = int(wrong[count - 1])
        if at_most(errors, count, target) > doubt:
            break
        kept = Threshold(float(sure[count - 1]), count, errors, upper_bound(errors, count, doubt))
    return kept


def _counts(sure: NDArray[np.float64], fewest: int) -> list[int]:
    """Return how many of the most confident answers each step of the sequence takes.

    Equal confidences cannot be told apart by a threshold, so they are taken together.
    """
    total = len(sure)
    first = max(fewest, int(np.ceil(FIRST_SHARE * total)))
    if first > total:
        return []
    steps = np.unique(np.linspace(first, total, min(MOST_STEPS, total - first + 1)).astype(np.int64))
    last_of_equals = np.append(np.flatnonzero(np.diff(sure) < 0), total - 1) + 1
    return [int(count) for count in np.unique(last_of_equals[np.searchsorted(last_of_equals, steps)])]


def judge(test: Predictions, confidence: float) -> Alone:
    """Return the test result of answering from a confidence on, with 95 % intervals."""
    found, clusters = confidences(test), clusters_of(test)
    alone = found.confidence >= confidence - ROUNDING
    if clusters is None:
        answered = wilson(int(alone.sum()), len(alone))
        return Alone(answered, wilson(int(found.right[alone].sum()), int(alone.sum())), len(alone))
    right = Score(0.0, 0.0, 1.0)
    if alone.any():
        right = clustered_share(found.right[alone], np.unique(clusters[alone], return_inverse=True)[1])
    return Alone(clustered_share(alone, clusters), right, len(alone))


def curve(test: Predictions, most: int = 200) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares answered alone and right among these, (P,) each."""
    found = confidences(test)
    order = np.argsort(-found.confidence, kind="stable")
    right = np.cumsum(found.right[order])
    shown = np.unique(np.linspace(1, len(order), min(most, len(order))).astype(np.int64))
    return shown / len(order), right[shown - 1] / shown
