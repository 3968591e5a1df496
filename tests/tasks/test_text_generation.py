import math

import numpy as np
import pytest
import torch

from core.preprocessing.characters import CharacterPreprocessor
from core.specs import DataInfo, Examples, Predictions
from core.tasks.ngrams import ngram_baselines
from core.tasks.text_generation import TASK

NO_TARGETS = np.zeros(0, dtype=np.int64)


def documents(*texts: str) -> Examples:
    return Examples(texts, NO_TARGETS)


def test_two_equally_likely_characters_are_one_bit_and_a_perplexity_of_two() -> None:
    predictions = Predictions(np.full(10, math.log(2)), np.zeros(10, np.int64), np.zeros(10, np.int64))
    values = {metric.name: metric.compute(predictions) for metric in TASK.metrics}
    assert values == pytest.approx({"loss": math.log(2), "perplexity": 2.0, "bits_per_character": 1.0})


def test_outcomes_are_one_a_character() -> None:
    predictions = TASK.predictions(torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.int64))
    assert predictions.nll.tolist() == pytest.approx([math.log(4)] * 6)
    assert predictions.targets.tolist() == [1] * 6
    assert float(TASK.loss(torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.int64), 0.0)) == pytest.approx(
        math.log(4)
    )


def test_the_loss_is_by_character_where_tokens_stand_for_several() -> None:
    pieces = TASK.on(DataInfo((), (3,), vocabulary_size=4, characters_per_token=2.5))
    loss = pieces.loss(torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.int64), 0.0)
    assert float(loss) == pytest.approx(math.log(4) / 2.5)


def test_ngrams_judge_every_character_but_the_first_with_the_ids_of_a_character_model() -> None:
    train, test = documents("abab", "abc"), documents("abz", "ba")
    ids = CharacterPreprocessor.fit(train, context=8).transform(test.inputs)
    for predictions in ngram_baselines(train, test, 0).values():
        assert predictions.targets.tolist() == ids[1:].tolist()


def test_probabilities_of_all_characters_sum_to_one() -> None:
    train = documents("the cat sat on the mat")
    vocabulary = [*sorted(set(train.inputs[0])), "?"]  # "?" stands for every unknown character
    for before in ("th", "at", "?t", "t?"):
        for name in ("unigram", "bigram", "trigram"):
            last = [ngram_baselines(train, documents(before + c), 0)[name].nll[-1] for c in vocabulary]
            assert sum(np.exp(-np.array(last))) == pytest.approx(1.0)


def test_a_unigram_knows_only_how_common_a_character_is() -> None:
    # "aab" plus Witten-Bell's share: P(a) = (2 + 2 * 1/3) / (3 + 2), with a, b and unknown equally likely before
    unigram = ngram_baselines(documents("aab"), documents("ba"), 0)["unigram"]
    assert unigram.nll.tolist() == pytest.approx([-math.log((2 + 2 / 3) / 5)])


def test_more_context_predicts_regular_text_better() -> None:
    predictions = ngram_baselines(documents("abcabd" * 200), documents("abcabd" * 20), 0)
    loss = {name: float(o.nll.mean()) for name, o in predictions.items()}
    assert loss["trigram"] < loss["bigram"] < loss["unigram"]


def test_a_large_alphabet_is_no_trouble() -> None:
    text = "".join(chr(0x4E00 + i % 6000) for i in range(20_000))
    predictions = ngram_baselines(documents(text), documents(text[:500]), 0)
    assert float(predictions["trigram"].nll.mean()) < 1.0
