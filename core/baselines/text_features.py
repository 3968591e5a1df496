"""TF-IDF features of word or character n-grams, the better ones for a dataset."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.baselines.word_parts import WordParts
from core.preprocessing.letter_case import cased_words
from core.preprocessing.segmentation import LEAST_SPACELESS, spaceless_share, tokens_of
from core.specs import Examples, texts_of

Kind = Literal["word", "character"]
KINDS: tuple[Kind, ...] = ("word", "character")
CHOSEN_ON = 4_000  # training examples
CHOSEN_IN = 600  # characters of each: half from the beginning, half from the end
FOLDS = 3
CHOSEN_WITH = 10.0  # C of the logistic regression that judges
MOST_CHARACTERS = 3_000_000  # of training text for n-grams of characters: about 10 s
SCRIPT_SEEN_IN = 500  # texts
NEARLY_ALL = 0.9  # of the letters: what else is written, such as English beside Chinese, is read as words if that helps
CLEARLY = 0.005  # of all answers, by which characters must be better: words can be read, and gain with more examples


@dataclass(frozen=True)
class Reading:
    """Which n-grams of texts are counted.

    Args:
        kind: "word": words and pairs of words, emoji and signs included; in scripts that put no spaces between words
            each character counts as one. "character": 2 to 5 characters within words, which forgives spelling and
            endings; 1 to 3 characters in scripts without spaces.
        keeps_case: Whether capitals mean something.
        is_spaceless: Whether the texts are in a script without spaces.
        least_texts: That must hold an n-gram: what stands in one text of thousands says nothing and costs memory.
    """

    kind: Kind
    keeps_case: bool
    is_spaceless: bool
    least_texts: int = 1


def reading_of(kind: Kind, texts: tuple[str, ...], *, keeps_case: bool) -> Reading:
    """Return how texts of the training split are read, whose script is looked at."""
    spaceless = kind == "character" and _is_spaceless(texts)
    return Reading(kind, keeps_case, spaceless, 2 if kind == "character" and len(texts) >= 1_000 else 1)


def make_vectoriser(reading: Reading, vocabulary: Mapping[str, int] | None = None) -> Any:
    """Return a TF-IDF vectoriser; one without a vocabulary must be fitted."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    usual: dict[str, Any] = {
        "sublinear_tf": True, "lowercase": not reading.keeps_case, "dtype": np.float32, "vocabulary": vocabulary,
    }  # fmt: skip
    if reading.kind == "word":
        return TfidfVectorizer(ngram_range=(1, 2), tokenizer=tokens_of, token_pattern=None, **usual)
    if reading.is_spaceless:
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), **usual)
    return WordParts(keeps_case=reading.keeps_case, least_texts=reading.least_texts, vocabulary=vocabulary)


def better_reading(train: Examples, seed: int) -> tuple[Kind, bool]:
    """Return which n-grams read the training texts better, and whether they keep capitals.

    Found by cross-validation on a sample of the training split; the test split has no say. Capitals are tried where
    the labels say that a word in capitals means something else, in words alone, which are quicker. Where nearly all is
    in scripts without spaces it is always characters: words would be single ones and pairs, so that all they can say
    is said by characters, too.
    """
    sample = train.sample(CHOSEN_ON, seed)
    texts = tuple(_shortened(text) for text in texts_of(sample.inputs))
    cases = (False, True) if cased_words(map(tokens_of, texts), sample.targets) else (False,)
    kinds: tuple[Kind, ...] = ("character",) if spaceless_share(texts[:SCRIPT_SEEN_IN]) >= NEARLY_ALL else KINDS
    if len(kinds) == len(cases) == 1:
        return kinds[0], cases[0]

    def score(kind: Kind, keeps_case: bool) -> float:
        return _score(kind, keeps_case, texts, sample.targets, seed) + CLEARLY * (kind == "word")

    by_case = {keeps_case: score(kinds[0], keeps_case) for keeps_case in cases}
    best = max(cases, key=lambda keeps_case: by_case[keeps_case])
    by_kind = {kinds[0]: by_case[best]} | {kind: score(kind, best) for kind in kinds[1:]}
    return max(kinds, key=lambda kind: by_kind[kind]), best


def fewer_characters(train: Examples, seed: int) -> Examples:
    """Return a random sample of training examples small enough for character n-grams."""
    order = np.random.default_rng(seed).permutation(len(train))
    lengths = np.array([len(text) for text in texts_of(train.inputs)])
    fit = int(np.searchsorted(np.cumsum(lengths[order]), MOST_CHARACTERS, side="right"))
    return train if fit >= len(train) else train.select(np.sort(order[:fit]))


def _is_spaceless(texts: tuple[str, ...]) -> bool:
    return spaceless_share(texts[:SCRIPT_SEEN_IN]) >= LEAST_SPACELESS


def _shortened(text: str) -> str:
    return text if len(text) <= CHOSEN_IN else f"{text[: CHOSEN_IN // 2]} {text[-CHOSEN_IN // 2 :]}"


def _score(kind: Kind, keeps_case: bool, texts: tuple[str, ...], targets: NDArray[np.int64], seed: int) -> float:
    """Return the cross-validated accuracy; 0 without any features or with a single class."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    if np.bincount(targets).max() < FOLDS or len(np.unique(targets)) < 2:
        return 0.0
    try:
        features = make_vectoriser(reading_of(kind, texts, keeps_case=keeps_case)).fit_transform(texts)
    except ValueError:  # nothing to count in them
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class with fewer examples than folds; not quite converged
        scores = cross_val_score(
            LogisticRegression(C=CHOSEN_WITH, solver="newton-cg", tol=1e-3),
            features,
            targets,
            cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed),
            error_score=0.0,
        )
    return float(scores.mean())
