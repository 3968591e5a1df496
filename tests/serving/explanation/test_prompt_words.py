"""Which words of a prompt mattered: judged by what the model would have thought without them."""

import pytest

from core.errors import DataError
from core.preprocessing.characters import CharacterPreprocessor
from core.serving.explanation.prompt_words import log_likelihood, prompt_words
from core.serving.predictor import Predictor
from tests.serving.explanation.conftest import predictor_of


@pytest.fixture
def writer() -> Predictor:
    characters = CharacterPreprocessor(" abcdefgh\n", context=8)
    return predictor_of("text-generation", "mini-gpt", characters, (), context=8, width=8, depth=1, heads=2)


def test_a_text_is_as_likely_as_its_tokens_one_by_one(writer: Predictor) -> None:
    import torch

    ids = torch.tensor(writer.preprocessor.transform(("abcda",)))[None]
    with torch.inference_mode():
        known = writer.module(ids[:, :-1])[0].log_softmax(-1)
    expected = float(known[2, ids[0, 3]] + known[3, ids[0, 4]])
    assert log_likelihood(writer, "abc", "da") == pytest.approx(expected, abs=1e-4)
    assert log_likelihood(writer, "abc" * 20, "defg" * 10) < 0  # far beyond the context


def test_words_before_the_context_cannot_matter(writer: Predictor) -> None:
    found = prompt_words(writer, "abcd efgh ab cd ", "ef")
    assert [one["word"] for one in found["words"]] == ["abcd", "efgh", "ab", "cd"]
    assert [one["is_read"] for one in found["words"]] == [False, True, True, True]
    assert found["words"][0]["nats"] == pytest.approx(0, abs=1e-5)
    assert found["words"][3]["nats"] != pytest.approx(0, abs=1e-5)
    with pytest.raises(DataError, match="nothing to explain"):
        prompt_words(writer, "  ", "ef")
