"""What a model has not read of a text is said."""

import numpy as np

from core.preprocessing.e5_encoder import E5Encoder
from core.preprocessing.encoded_ngrams import DescribedNgrams
from core.preprocessing.ngrams import NgramPreprocessor
from core.preprocessing.sentence_encoder import READS_BOTH_ENDS, SentenceEncoder
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


def test_what_an_encoder_does_not_read_of_a_text_is_said() -> None:
    short, long = SentenceEncoder().remarks(("good tea", "good tea " * 600))
    assert short == ()
    assert long == (READS_BOTH_ENDS.format(room=504),)
    assert DescribedNgrams(SentenceEncoder(), NgramPreprocessor.fit(Examples(TEXTS, np.arange(6)), 9, 9)).remarks(
        ("good tea " * 600,)
    ) == [long]
    assert [len(said) for said in E5Encoder().remarks(("short", "x" * 4_001))] == [0, 1]
