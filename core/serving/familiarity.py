"""Whether an input is like the training data, by the model's own features."""

import json
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.files import write_json
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor
from core.serving.explanation.background import Home
from core.serving.explanation.explain import weights_mark
from core.serving.explanation.features import Features, features_of, features_of_rows
from core.serving.explanation.nearest_examples import Index, make_index
from core.serving.predictor import Input, Predictor
from core.specs import Examples

# Examples. With 25 on the validation split a new one lies beyond them all in one of 26 cases by chance.
MOST_TRAIN, MOST_VALIDATION, FEWEST_VALIDATION = 2_000, 500, 25
ENCODED_TRAIN, ENCODED_VALIDATION = 300, 100  # of a slow encoder whose work for the training is not kept any more
USUAL = 0.99  # share of the validation examples that are as near, or nearer
KEPT = 3  # numbers of a threshold: it, training examples, validation examples
FILE = "familiarity.json"  # of a run: the threshold by weights


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Knows the training examples as a model sees them.

    Args:
        predictor: The model.
        index: Of training examples.
        threshold: The distance to the nearest one beyond which an input is unlike them.
        validation: Examples of the validation split by which the threshold was chosen.
    """

    predictor: Predictor
    index: Index
    threshold: float
    validation: int

    def remarks(self, inputs: list[Input]) -> list[tuple[str, ...]]:
        """Return, for each input, what is said if it is unlike them."""
        far = self.index.nearest(features_of(self.predictor, self.predictor.read(inputs)))
        return [(unlike(self.validation),) if distance > self.threshold else () for distance in far]


def unlike(validation: int) -> str:
    """Return what is said of an input that is unlike the training data.

    Args:
        validation: Examples of the validation split by which that was decided.
    """
    others = (
        "99 % of the validation examples do"
        if _rank(validation) < validation
        else (f"any of the {validation} validation examples does")
    )
    return (
        "This is unlike what the model was trained on: it lies farther from the nearest training example than "
        f"{others}. Do not rely on the answer; a person should look."
    )


def threshold_of(far: NDArray[np.float64]) -> float:
    """Return the distance beyond which an example is unlike; of few, the largest."""
    return float(np.sort(far)[_rank(len(far)) - 1])


def _rank(count: int) -> int:
    return min(math.ceil(USUAL * (count + 1)), count)


def reads_slowly(predictor: Predictor) -> bool:
    """Return whether reading an input takes a pretrained encoder."""
    return isinstance(predictor.preprocessor, SlowPreprocessor | DescribingPreprocessor)


def can_be_measured(predictor: Predictor) -> bool:
    """Return whether inputs lie near or far in features of a model."""
    return predictor.task.output_kind != "text" and type(predictor) is Predictor


def familiarity_of(home: Home, predictor: Predictor) -> Familiarity | None:
    """Return what knows the training examples; None where too few tell.

    The threshold is measured once for a model's weights and kept in the run's folder. Of a slow encoder, what it made
    of the examples for the training is read again.
    """
    try:
        examples = home.data(predictor.card).examples
    except DataError:  # the data has gone; the model has not
        return None
    if len(examples["validation"]) < FEWEST_VALIDATION:
        return None
    rows = home.rows(predictor, "train")
    most = ENCODED_TRAIN if rows is None and reads_slowly(predictor) else MOST_TRAIN
    index, mark = make_index(predictor, examples["train"], most, rows), weights_mark(predictor.module)
    file = home.kept(FILE)
    kept: dict[str, list[float]] = _read(file.read_text(encoding="utf-8")) if file.exists() else {}
    known = len(index.places)  # fewer examples lie farther apart: the threshold is that of as many
    if mark not in kept or kept[mark][1:2] != [known] or len(kept[mark]) != KEPT:
        far = index.nearest(_validation_features(home, predictor, examples["validation"]))
        kept = {mark: [threshold_of(far), known, len(far)]}
        write_json(file, kept)
    return Familiarity(predictor, index, kept[mark][0], int(kept[mark][2]))


def _validation_features(home: Home, predictor: Predictor, validation: Examples) -> Features:
    rows = home.rows(predictor, "validation")
    if rows is not None:
        places = np.random.default_rng(0).permutation(len(rows))[:MOST_VALIDATION]
        return features_of_rows(predictor, rows[np.sort(places)])
    most = ENCODED_VALIDATION if reads_slowly(predictor) else MOST_VALIDATION
    return features_of(predictor, validation.sample(min(most, len(validation)), 0).inputs)


def _read(text: str) -> dict[str, list[float]]:
    """Return thresholds by weights; those of older versions, bare numbers, are measured anew."""
    return {mark: said for mark, said in json.loads(text).items() if isinstance(said, list)}
