import numpy as np
import pytest

from core.preprocessing.letter_case import cased_words
from core.preprocessing.ngrams import NgramPreprocessor
from core.preprocessing.sentence_encoder import SentenceEncoder
from core.preprocessing.words import WordPreprocessor, words_of
from core.specs import Examples


def examples(*texts: str, targets: list[int] | None = None) -> Examples:
    return Examples(texts, np.array(targets if targets is not None else [0] * len(texts), dtype=np.int64), ("a", "b"))


def test_words_of_every_script_are_told_apart() -> None:
    assert words_of("दिल C++ 很好 👍🏽 :-)") == ["दिल", "c++", "很", "好", "👍🏽", ":-)"]


def test_of_a_long_text_both_ends_are_read() -> None:
    words = WordPreprocessor.fit(examples("a b c d e f g h"), vocabulary_size=20, length=4)
    assert words.decode(words.transform(("a b c d e f g h",))[0]) == "a b g h"


def test_rows_are_longer_where_each_character_is_a_word() -> None:
    assert WordPreprocessor.fit(examples("很好吃"), vocabulary_size=20, length=4).transform(("很",)).shape == (1, 8)


def test_words_saved_before_read_as_they_did() -> None:
    old = WordPreprocessor.from_state({"words": ["good", "c"], "length": 2})
    assert old.transform(("C++ good good", "Good c")).tolist() == [[3, 1], [2, 3]]
    assert old.state() == {"words": ["good", "c"], "length": 2}


def test_capitals_are_kept_where_the_labels_say_that_they_count() -> None:
    train = examples(*["They asked US", "they asked us"] * 20, targets=[0, 1] * 20)
    words = WordPreprocessor.fit(train, vocabulary_size=20, length=4)
    assert {"US", "us", "they"} <= set(words.words)
    assert "They" not in words.words or "asked" in words.words
    us, small, shouted = words.transform(("US", "us", "ASKED"))[:, 0].tolist()
    assert us != small
    assert words.decode([shouted]) == "asked"


def test_capitals_at_the_beginning_of_a_sentence_mean_nothing() -> None:
    texts = [f"{word} {thing}" for thing in ("tea", "bus", "van") for word in ("Good", "good")] * 10
    targets = np.array([0, 0, 1, 1, 0, 1] * 10)
    assert cased_words([text.split() for text in texts], targets) == frozenset()


@pytest.mark.parametrize(("text", "ngrams"), [("很好", {"很", "好", "很好"}), ("Hi C#", {"hi", "c#", "hi c#"})])
def test_ngrams_fit_the_script(text: str, ngrams: set[str]) -> None:
    made = NgramPreprocessor.fit(examples(text), vocabulary_size=100, length=100)
    assert {ngram for ngram in made.ngrams if not ngram.startswith("\x01")} == ngrams


def test_ngrams_come_back_as_they_were_saved() -> None:
    made = NgramPreprocessor.fit(examples("good tea", "bad tea"), vocabulary_size=100, length=100)
    again = NgramPreprocessor.from_state(made.state())
    assert again.transform(("good bus",)).tolist() == made.transform(("good bus",)).tolist()
    assert again.info(("a", "b")).token_weights[0] == 0.0
    assert len(again.info(("a", "b")).token_weights) == again.info(("a", "b")).vocabulary_size
    rare, common = (made.weights[made.ngrams.index(word)] for word in ("good", "tea"))
    assert rare > common


def test_a_text_of_nothing_known_is_a_row_of_nothing() -> None:
    made = NgramPreprocessor.fit(examples("abc"), vocabulary_size=100, length=100)
    assert made.transform(("", "很")).sum() == 0


def test_the_encoder_reads_the_end_of_a_long_text() -> None:
    """The first models here read 128 tokens; those saved then still do."""
    middle = "the manual was changed in march and so it is " * 20
    good, bad = f"{middle} and it is great", f"{middle} and it is awful"
    first = SentenceEncoder(windows=1)
    assert np.array_equal(*first.transform((good, bad)))
    apart = np.abs(np.subtract(*SentenceEncoder().transform((good, bad)))).max()
    assert apart > 0.01
    assert "windows" not in first.state()
    assert SentenceEncoder.from_state(first.state()).windows == 1
    assert SentenceEncoder.from_state(SentenceEncoder().state()).windows == 4


def test_a_short_text_is_read_as_ever() -> None:
    texts = ("I would buy it again.", "It broke.")
    np.testing.assert_allclose(
        SentenceEncoder().transform(texts), SentenceEncoder(windows=1).transform(texts), atol=1e-5
    )
