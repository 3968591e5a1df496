"""Simple methods for texts that go on."""

import numpy as np
import pytest

from core import catalog
from core.baselines.ngram_text import NGramText
from core.preprocessing.characters import CharacterPreprocessor
from core.specs import Examples
from core.tasks.text_generation import TASK
from core.training.generation import generate
from tests.baselines.ladder import judged

NO_TARGETS = np.zeros(0, dtype=np.int64)


def documents(*texts: str) -> Examples:
    return Examples(texts, NO_TARGETS)


def test_every_character_but_the_first_is_judged() -> None:
    for predictions in judged(TASK, documents("abab", "abc"), documents("abz", "ba")).values():
        assert len(predictions.nll) == len("abz\n\nba") - 1


def test_probabilities_of_all_characters_sum_to_one_and_are_those_it_writes_by() -> None:
    text = "the cat sat on the mat"
    vocabulary = [*sorted(set(text)), "?"]  # "?" stands for every unknown character
    for length in (1, 2, 3):
        grams = NGramText.fit((text,), length)
        for before in ("th", "at", "?t", "t?"):
            last = np.exp([-float(grams.predict((before + c,))[-1]) for c in vocabulary])
            assert last.sum() == pytest.approx(1.0)
            written = grams.next(grams.ids_of((before,)))
            assert [*written[1:], written[0]] == pytest.approx(last)


def test_a_unigram_knows_only_how_common_a_character_is() -> None:
    # "aab" plus Witten-Bell's share: P(a) = (2 + 2 * 1/3) / (3 + 2), with a, b and unknown equally likely before
    unigram = judged(TASK, documents("aab"), documents("ba"))["unigram"]
    assert unigram.nll.tolist() == pytest.approx([-np.log((2 + 2 / 3) / 5)])


def test_more_context_predicts_regular_text_better_and_the_validation_split_says_how_much() -> None:
    fit = catalog.find_baseline("ngram").fit
    regular = documents("abcabd" * 200)
    assert len(fit(regular, documents("abcabd" * 20), 0).counts) >= 4  # type: ignore[attr-defined]
    assert fit(regular, documents("".join("abcd"[i * i % 4] for i in range(99))), 0).called == "bigram"


def test_a_large_alphabet_is_no_trouble() -> None:
    text = "".join(chr(0x4E00 + i % 6000) for i in range(20_000))
    *_, best = judged(TASK, documents(text), documents(text[:500])).values()
    assert float(best.nll.mean()) < 1.0


def test_it_writes_on() -> None:
    grams = NGramText.fit(("one two three. " * 40,), 6)
    reader = CharacterPreprocessor("".join(map(chr, grams.vocabulary.tolist())), 6)
    assert generate(grams.module(), reader, "one t", 8, temperature=0.0) == "wo three"
