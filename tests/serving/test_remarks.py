"""What a model has not read of a text is said."""

import numpy as np

from core.preprocessing.words import WordPreprocessor
from core.specs import Examples
from tests.serving.explanation.conftest import TEXTS, predictor_of


def test_a_text_beyond_the_context_is_cut_and_that_is_said() -> None:
    preprocessor = WordPreprocessor.fit(Examples(TEXTS, np.array([1, 0, 1, 0, 1, 0])), 100, 12)
    short, long = predictor_of("text-classification", "text-cnn", preprocessor, ("bad", "good")).predict(
        ["good tea", "good tea " * 50]
    )
    assert short.remarks == ()
    (said,) = long.remarks
    assert said.startswith("The text fills all 12 places (tokens) that this model reads")
