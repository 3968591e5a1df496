"""Labels doubted by a finished model, with their precision, written beside the report."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.data.label_issue_precision import Judge, Setting, label_flip_test
from core.data.label_issues import describe_mislabels
from core.files import write_text
from core.specs import Predictions, SplitName
from core.specs.dataset_types import LabelFlipTest

if TYPE_CHECKING:
    from core.data.prepare.prepare_dataset import PreparedDataset
    from core.evaluation.run_result import Difference

FILE = "mislabels.json"
DRAWS = 20  # of flips, where asking again costs nothing
CAUTION = 1e-3  # C of the logistic regression on standardised features: there are more of them than examples
Count = Callable[[int, int], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Judged:
    """A model that was judged a moment ago.

    Args:
        predictions: Of the splits that it has not learnt from, by split.
        difference: To the strongest baseline; None where there is none.
        seed: Of the run.
    """

    predictions: Mapping[SplitName, Predictions]
    difference: "Difference | None"
    seed: int


def find_label_issues(
    folder: Path, judged: Judged, data: "PreparedDataset", count: Count = lambda _done, _total: None
) -> None:
    """Write the doubted labels of an imported dataset, among rows not trained on.

    What a model says that is not clearly better than the strongest baseline is never suggested to anybody, so the
    costlier trial of its precision is spared.

    Args:
        folder: Of the run.
        judged: The model.
        data: What it learnt from, and what it was judged on.
        count: Told how many trials are done, and of how many.
    """
    believed = judged.difference is not None and judged.difference.ci_low > 0
    trial: LabelFlipTest | None = None
    try:
        found = describe_mislabels(judged.predictions, data.version.labels)
        if found and believed:
            trial = _preflight(judged, data, count)
    except (ValueError, IndexError, ArithmeticError):  # cleanlab's own, on unusual data: the scores are safe
        _log.exception("Probable wrong labels could not be looked for.")
        return
    label_issues = {
        "fingerprint": data.version.fingerprint,
        "found": found,
        "difference": asdict(judged.difference) if judged.difference is not None else None,
        "trial": asdict(trial) if trial is not None else None,
    }
    write_text(folder / FILE, json.dumps(label_issues))


def _preflight(judged: Judged, data: "PreparedDataset", count: Count) -> LabelFlipTest | None:
    """Return how well flipped labels are found.

    Where the model reads features of a frozen encoder, a linear model on the same features stands in for it, by
    cross-validation on the training split. Any other model would have to be trained again; it is asked itself, about
    the splits that it has not learnt from.
    """
    classes, features = len(data.version.labels), data.arrays["train"]["inputs"]
    if features.ndim == 2 and np.issubdtype(features.dtype, np.floating):
        features = features[:, : data.info.feature_count or None]  # what follows are ids
        targets = np.asarray(data.examples["train"].targets, dtype=np.int64)
        how = "a linear model on the same features, cross-validated,"
        return label_flip_test(
            targets, _by_features(features, classes), Setting(classes, how, "training", judged.seed), count
        )
    predictions = list(judged.predictions.values())
    targets = np.concatenate([one.targets for one in predictions])
    answers = np.concatenate([one.probabilities for one in predictions])
    setting = Setting(classes, "the model itself", " and ".join(judged.predictions), judged.seed, DRAWS)
    return label_flip_test(targets, lambda _learnt, _labels, held: answers[held], setting, count)


def _by_features(features: NDArray[np.float32], classes: int) -> Judge:
    def judge(learnt: NDArray[np.int64], labels: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.float64]:
        from sklearn.linear_model import LogisticRegression

        mean, spread = features[learnt].mean(axis=0), features[learnt].std(axis=0) + 1e-6
        model = LogisticRegression(C=CAUTION, max_iter=300).fit((features[learnt] - mean) / spread, labels)
        probabilities = np.zeros((len(held), classes))
        probabilities[:, model.classes_] = model.predict_proba((features[held] - mean) / spread)
        return probabilities

    return judge
