"""Words and word pairs as numbers, and the bag that adds them up."""

import json

import numpy as np
import torch

from core.models import bag_of_embeddings
from core.modules.bag_of_embeddings import BagOfEmbeddings
from core.preprocessing.word_ngrams import WordNgrams
from core.preprocessing.words import WordPreprocessor
from core.specs import Examples

TEXTS = ("not good", "good, not bad", "not good at all, not good")
TRAIN = Examples(TEXTS, np.zeros(3, dtype=np.int64), ("a", "b"))


def test_words_and_pairs_that_two_texts_hold_are_numbered_once_a_text_the_commonest_first() -> None:
    fitted = WordNgrams.fit(TRAIN, vocabulary_size=10, longest=2, length=10)
    assert fitted.ngrams == ("good", "not", ",", ", not", "not good")
    assert fitted.transform(("Not good not GOOD", "unknown words")).tolist() == [[1, 2, 5, 0, 0], [0, 0, 0, 0, 0]]
    assert (fitted.info(()).input_shape, fitted.info(()).vocabulary_size) == ((5,), 6)


def test_only_so_many_words_of_a_text_are_read_and_so_many_are_known() -> None:
    fitted = WordNgrams.fit(TRAIN, vocabulary_size=2, longest=2, length=1)
    assert fitted.ngrams == ("not",)
    assert WordNgrams.fit(TRAIN, vocabulary_size=2, longest=2, length=10).ngrams == ("good", "not")
    assert fitted.transform(("good not",)).tolist() == [[0]]


def test_where_no_text_shares_a_word_single_ones_count() -> None:
    alone = Examples(("red", "blue"), np.zeros(2, dtype=np.int64), ("a", "b"))
    assert WordNgrams.fit(alone, vocabulary_size=10, longest=2, length=10).ngrams == ("blue", "red")


def test_it_comes_back_from_its_state() -> None:
    fitted = WordNgrams.fit(TRAIN, vocabulary_size=10, longest=2, length=10)
    again = WordNgrams.from_state(json.loads(json.dumps(fitted.state())))
    assert again.transform(TEXTS).tolist() == fitted.transform(TEXTS).tolist()


def test_a_run_from_before_there_were_pairs_reads_and_averages_single_words() -> None:
    params = bag_of_embeddings.BagOfEmbeddingsParams(vocabulary_size=10, length=4, width=3)  # all that it has saved
    fitted = bag_of_embeddings.MODEL.preprocess(params, TRAIN)
    assert isinstance(fitted, WordPreprocessor)
    module = bag_of_embeddings.build(params, fitted.info(TRAIN.labels))
    bag = next(module.children())
    vectors = next(bag.parameters())
    row = torch.tensor([[2, 3, 3, 0]])
    torch.testing.assert_close(bag(row), (vectors[2] + 2 * vectors[3])[None] / 3)


def test_long_texts_have_vectors_as_large_as_short_ones_where_the_sum_is_tempered() -> None:
    torch.manual_seed(0)
    bag = BagOfEmbeddings(2_001, 64, tempered=True)
    few, many = torch.arange(1, 21)[None], torch.arange(1, 2_001)[None]
    assert 0.7 < float((bag(many).norm() / bag(few).norm()).detach()) < 1.4
    plain = BagOfEmbeddings(2_001, 64)
    assert float((plain(many).norm() / plain(few).norm()).detach()) < 0.2
