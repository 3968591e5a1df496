"""Labels that a trained model has good reason to doubt."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.intake.loading import SPLIT_NUMBERS
from core.specs import Outcomes, SplitName

FEWEST = 20  # examples that a model has not learnt from; of fewer, nothing can be said
SURE = 0.5  # probability of another class from which a label is doubted


class Mislabel(NamedTuple):
    """A label that is probably wrong.

    Args:
        position: Of the example among those that were judged.
        given: Its label, an index.
        suggested: What the model says that it is, an index.
        confidence: The probability that the model gives to that, 0 to 1.
    """

    position: int
    given: int
    suggested: int
    confidence: float


def probable_mislabels(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> list[Mislabel]:
    """Return the labels that are probably wrong, the surest first; none if the model knows too little to doubt any.

    By confident learning (Northcutt, Jiang, Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
    2021): a label is doubted where the model is as sure of another class as it is on that class's own examples.

    Args:
        labels: (N,) from 0 to K - 1, as given.
        probabilities: (N, K) that a model gave to examples that it has not learnt from; anything else finds nothing,
            since a model knows the labels by heart that it has learnt.
    """
    classes = probabilities.shape[1] if probabilities.ndim == 2 else 0
    finite = np.isfinite(probabilities).all(axis=1) if classes else np.zeros(len(labels), dtype=np.bool_)
    judged = np.flatnonzero(finite & (labels >= 0) & (labels < classes))
    # A class that no judged example has cannot be compared with: it is left out, and the others share its part.
    present, given = np.unique(labels[judged], return_inverse=True)
    if len(judged) < FEWEST or len(present) < 2:
        return []
    chances = probabilities[np.ix_(judged, present)]
    chances = chances / np.maximum(chances.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)

    guessed = np.bincount(given).max() / len(given)
    if (chances.argmax(axis=1) == given).mean() <= guessed:
        return []  # a model that is no better than always answering the largest class

    from cleanlab.filter import find_label_issues

    places = find_label_issues(
        labels=given, pred_probs=chances, return_indices_ranked_by="self_confidence", filter_by="both", n_jobs=1
    )
    found = [
        Mislabel(int(judged[i]), int(present[given[i]]), int(present[chances[i].argmax()]), float(chances[i].max()))
        for i in places
    ]
    return [mislabel for mislabel in found if mislabel.suggested != mislabel.given and mislabel.confidence >= SURE]


def describe_mislabels(judged: Mapping[SplitName, Outcomes], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return, as JSON, the labels that are probably wrong in the splits that a model has not learnt from.

    Args:
        judged: What the model did on each example, by split; never on "train".
        labels: The names of the classes.

    Returns:
        The surest first: "split", "place" (position within the split), "given", "suggested" and "confidence".
    """
    splits = list(judged)
    begins = np.cumsum([0, *(len(judged[name].targets) for name in splits)])
    targets = np.concatenate([judged[name].targets for name in splits])
    probabilities = np.concatenate([judged[name].probabilities for name in splits])
    described = []
    for found in probable_mislabels(targets, probabilities):
        number = int(np.searchsorted(begins, found.position, side="right")) - 1
        described.append(
            {
                "split": splits[number],
                "place": found.position - int(begins[number]),
                "given": labels[found.given],
                "suggested": labels[found.suggested],
                "confidence": found.confidence,
            }
        )
    return described


def rows_of(described: Sequence[Mapping[str, Any]], rows: pa.Table) -> list[int]:
    """Return where the examples of `describe_mislabels` stand in the version that the model was trained on.

    The examples of a split are the rows of that split in their order (`core.intake.loading`).

    Args:
        described: What `describe_mislabels` returned.
        rows: Of the version, with their `split`.
    """
    split = rows.column("split").to_numpy()
    positions = {name: np.flatnonzero(split == number) for name, number in SPLIT_NUMBERS.items()}
    return [int(positions[one["split"]][one["place"]]) for one in described]
