"""Simple methods for texts."""

import numpy as np
import pytest

from core.baselines.text_features import better_reading
from core.baselines.word_parts import WordParts
from core.specs import Examples
from core.tasks.text_classification import TASK as TEXTS
from tests.baselines.ladder import judged


def test_majority_always_names_the_commonest_class() -> None:
    train = Examples(("a", "b", "c"), np.array([1, 1, 0]), ("no", "yes"))
    test = Examples(("d", "e"), np.array([0, 1]), ("no", "yes"))
    predictions = judged(TEXTS, train, test)["majority"]
    assert predictions.predicted.tolist() == [1, 1]
    assert predictions.probabilities[0].tolist() == [0.4, 0.6]  # each class is counted once more than it occurs


def test_tf_idf_learns_which_words_praise() -> None:
    praise = tuple(f"great and lovely {thing}" for thing in ("soup", "phone", "staff", "room", "van", "shop"))
    blame = tuple(f"awful and broken {thing}" for thing in ("soup", "phone", "staff", "room", "van", "shop"))
    train = Examples(praise + blame, np.array([1] * 6 + [0] * 6), ("bad", "good"))
    test = Examples(("a lovely train", "a broken train"), np.array([1, 0]), ("bad", "good"))
    baselines = judged(TEXTS, train, test, 0)
    assert baselines["word TF-IDF + logistic regression"].predicted.tolist() == [1, 0]
    assert baselines["majority"].predicted.tolist() == [0, 0]


def test_texts_without_a_word_fall_back_to_the_majority() -> None:
    train = Examples(("!", "?", "!!"), np.array([1, 0, 1]), ("bad", "good"))
    baselines = judged(TEXTS, train, train, 0)
    assert baselines["word TF-IDF + logistic regression"].predicted.tolist() == [1, 1, 1]


def test_texts_are_read_by_whatever_tells_their_labels_apart() -> None:
    """Vowel signs, symbols, emoji, capitals and scripts without spaces: words of letters alone see none of them."""
    for one, other in (("दिल", "दाल"), ("C", "C++"), ("👍", "👎"), ("US", "us"), ("很好吃", "很难吃"), (":)", ":(")):
        texts = tuple(f"{thing} {sign} {n}" for n in range(10) for thing in ("tea", "bus") for sign in (one, other))
        train = Examples(texts, np.array([0, 1] * 20), ("a", "b"))
        test = Examples((f"the van {one}", f"the van {other}"), np.array([0, 1]), ("a", "b"))
        *_, best = judged(TEXTS, train, test, 0).values()
        assert best.predicted.tolist() == [0, 1], (one, other)


def test_endings_and_misspellings_are_read_by_characters() -> None:
    train = Examples(
        tuple(f"{stem}{n:02}{end}" for n in range(20) for stem in ("love", "hate") for end in ("s", "d", "x")),
        np.array([0, 0, 0, 1, 1, 1] * 20),
        ("good", "bad"),
    )
    test = Examples(("loveliest", "hateful"), np.array([0, 1]), ("good", "bad"))
    baselines = judged(TEXTS, train, test, 0)
    assert list(baselines) == ["majority", "character TF-IDF + logistic regression"]
    assert baselines["character TF-IDF + logistic regression"].predicted.tolist() == [0, 1]


def test_english_beside_chinese_may_be_read_as_words() -> None:
    texts = tuple(f"{n}{word}" for n in range(15) for word in ("很好，下次再来", "不好，不会再来", " fine", " poor"))
    train = Examples(texts, np.array([0, 1] * 30), ("good", "bad"))
    assert better_reading(train, 0) == ("word", False)
    assert better_reading(train.select(np.flatnonzero(np.arange(60) % 4 < 2)), 0) == ("character", False)


def test_scripts_without_spaces_are_read_by_characters_whatever_pairs_of_them_would_say() -> None:
    texts = tuple(f"{thing}{word}" for thing in ("茶", "面", "房间", "服务") for word in ("很好", "不好")) * 4
    train = Examples(texts, np.array([0, 1] * 16), ("good", "bad"))
    baselines = judged(TEXTS, train, Examples(("早餐很好", "早餐不好"), np.array([0, 1]), ("good", "bad")), 0)
    assert baselines["character TF-IDF + logistic regression"].predicted.tolist() == [0, 1]


@pytest.mark.parametrize("keeps_case", [False, True])
def test_parts_of_words_are_counted_and_weighed_as_scikit_learn_does(keeps_case: bool) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = ("Late, late again: a I", "it\tcame  LATE", "a fine  thing\n", "naïve İstanbul ok", "")
    others = ("laten", "zzz", "a a  a", "")
    theirs = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, lowercase=not keeps_case, min_df=2
    ).fit(texts)
    ours = WordParts(keeps_case=keeps_case, least_texts=2)
    np.testing.assert_allclose(ours.fit_transform(texts).toarray(), theirs.transform(texts).toarray(), rtol=1e-6)
    assert ours.vocabulary_ == theirs.vocabulary_
    again = WordParts(keeps_case=keeps_case, vocabulary=ours.vocabulary_)
    again.idf_ = ours.idf_
    np.testing.assert_allclose(again.transform(others).toarray(), theirs.transform(others).toarray(), rtol=1e-6)
