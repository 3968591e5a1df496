"""Whether an input is like the training data, by the model's own features."""

import json
from dataclasses import dataclass
from typing import cast

import numpy as np

from core.errors import DataError
from core.files import write_json
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor
from core.serving.explanation.background import Home
from core.serving.explanation.explain import weights_mark
from core.serving.explanation.features import features_of
from core.serving.explanation.nearest_examples import Index, make_index
from core.serving.predictor import Input, Predictor
from core.specs import Examples

MOST_TRAIN, MOST_VALIDATION, FEWEST_VALIDATION = 2_000, 500, 50  # examples
USUAL = 0.99  # share of the validation examples that are as near, or nearer
FILE = "familiarity.json"  # of a run: the threshold by weights
UNLIKE = (
    "This is unlike what the model was trained on: it lies farther from the nearest training example than 99 % of the "
    "validation examples do. Do not rely on the answer; a person should look."
)


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Knows the training examples as a model sees them.

    Args:
        predictor: The model.
        index: Of training examples.
        threshold: The distance to the nearest one beyond which an input is unlike them.
    """

    predictor: Predictor
    index: Index
    threshold: float

    def remarks(self, inputs: list[Input]) -> list[tuple[str, ...]]:
        """Return, for each input, what is said if it is unlike them."""
        far = nearest(self.predictor, self.index, Examples(self.predictor.read(inputs), np.zeros(len(inputs))))
        return [(UNLIKE,) if distance > self.threshold else () for distance in far]


def can_be_measured(predictor: Predictor) -> bool:
    """Return whether distances cost little: encoders read too slowly."""
    is_slow = isinstance(predictor.preprocessor, SlowPreprocessor | DescribingPreprocessor)
    return predictor.task.output_kind != "text" and not is_slow and type(predictor) is Predictor


def familiarity_of(home: Home, predictor: Predictor) -> Familiarity | None:
    """Return what knows the training examples; None where too few tell.

    The threshold is measured once for a model's weights and kept in the run's folder.
    """
    try:
        examples = home.data(predictor.card).examples
    except DataError:  # the data has gone; the model has not
        return None
    if len(examples["validation"]) < FEWEST_VALIDATION:
        return None
    index, mark, file = (
        make_index(predictor, examples["train"], MOST_TRAIN),
        weights_mark(predictor.module),
        home.kept(FILE),
    )
    kept: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if mark not in kept:
        validation = examples["validation"].sample(min(MOST_VALIDATION, len(examples["validation"])), 0)
        kept = {mark: float(np.quantile(nearest(predictor, index, validation), USUAL))}
        write_json(file, kept)
    return Familiarity(predictor, index, kept[mark])


def nearest(predictor: Predictor, index: Index, examples: Examples) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return how far the nearest training example is from each example, (N,)."""
    features = features_of(predictor, examples.inputs)
    found = [float(index.distances(features[at : at + 1]).min()) for at in range(len(examples))]
    return cast("np.ndarray[tuple[int], np.dtype[np.float64]]", np.array(found))
