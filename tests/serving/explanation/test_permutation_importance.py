"""What matters over a split: held to scikit-learn's permutation importance and to known weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance

from core.evaluation.what_matters import kept_what_matters
from core.preprocessing.characters import CharacterPreprocessor
from core.preprocessing.images import ImagePreprocessor
from core.serving.explanation.background import Home
from core.serving.explanation.permutation_importance import (
    important_columns,
    important_distances,
    important_regions,
    losses_of,
    mean_and_error,
)
from core.serving.explanation.what_matters import what_matters
from core.serving.explanation.word_importance import important_words
from core.serving.predictor import Predictor
from core.specs import Examples
from tests.serving.explanation.conftest import TEXTS, predictor_of


def nobody(_done: int, _of: int) -> None:
    """Nobody watches."""


class AsEstimator:
    """A model as scikit-learn knows them."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor

    def fit(self, *_: Any) -> "AsEstimator":
        return self

    def score(self, table: pd.DataFrame, targets: Any) -> float:
        return 1 - float(losses_of(self.predictor, table, np.asarray(targets)).mean())


def test_columns_matter_as_scikit_learn_says(linear: Predictor, rows: Examples) -> None:
    ours = important_columns(linear, rows, None, nobody, repeats=10)
    theirs = permutation_importance(AsEstimator(linear), rows.inputs, rows.targets, n_repeats=10, random_state=1)
    expected = dict(zip(rows.inputs.columns, theirs.importances_mean, strict=True))  # type: ignore[union-attr]
    assert ours.score == pytest.approx(AsEstimator(linear).score(rows.inputs, rows.targets))  # type: ignore[arg-type]
    assert [part.name for part in ours.parts][:2] == ["size", "age"]
    for part in ours.parts:
        assert part.value == pytest.approx(expected[part.name], rel=0.15, abs=0.005)
        assert part.low <= part.value <= part.high
    size = ours.parts[0]
    assert size.low > 1  # it explains nearly all
    noise = next(part for part in ours.parts if part.name == "noise")
    assert noise.low < 0.005


def test_copies_count_as_one() -> None:
    values = np.array([1.0, 3.0, 2.0, 5.0])
    alone = mean_and_error(values, None)
    assert list(alone) == pytest.approx([2.75, values.std(ddof=1) / 2])
    copied = mean_and_error(np.repeat(values, 10), np.repeat(np.arange(4), 10))
    assert list(copied) == pytest.approx(list(alone))


def test_only_the_region_that_decides_matters() -> None:
    chance = np.random.default_rng(0)
    images = chance.integers(0, 256, (80, 6, 6, 1), dtype=np.uint8)
    preprocessor = ImagePreprocessor.fit(Examples(images, np.zeros(80, dtype=np.int64), ("a", "b")))
    predictor = predictor_of("image-classification", "logistic-regression", preprocessor, ("a", "b"))
    layer: Any = predictor.module[-1]  # type: ignore[index]
    layer.weight.data.zero_()
    layer.bias.data.zero_()
    layer.weight.data[1, 14] = 5.0  # row 2, column 2
    right = (images[:, 2, 2, 0] > images[..., 0].mean()).astype(np.int64)
    found = important_regions(predictor, Examples(images, right, ("a", "b")), None, nobody, repeats=4)
    assert found.shape == (6, 6)
    assert np.argmax([part.value for part in found.parts]) == 14
    assert found.parts[14].low > 0.3
    assert all(part.value == 0 for place, part in enumerate(found.parts) if place != 14)


def test_a_bigram_looks_one_character_back() -> None:
    characters = CharacterPreprocessor("abcdefgh", context=8)
    predictor = predictor_of("text-generation", "bigram", characters, ())
    text = "".join(np.random.default_rng(0).choice(list("abcdefgh"), 2_000))
    found = important_distances(predictor, Examples((text,), np.zeros(0)), nobody, repeats=2)
    assert [part.name for part in found.parts] == ["1", "2 to 3", "4 to 7", "8"]
    assert all(part.value == 0 for part in found.parts[1:])


def test_words_that_decide_stand_first_and_any_word_beside_them(ngrams: Predictor) -> None:
    weights: Any = ngrams.module.embedding.weight.data  # type: ignore[union-attr]
    weights.zero_()
    weights[ngrams.preprocessor._ids["bad"], 0] = 20.0  # type: ignore[attr-defined]
    examples = Examples(TEXTS * 5, np.array([1, 0, 1, 0, 1, 0] * 5), ("bad", "good"))
    found = important_words(ngrams, examples, examples, nobody)
    assert found.parts[0].name == "bad"
    assert found.parts[0].value == max(part.value for part in found.parts)
    assert found.control is not None
    assert found.control.value < found.parts[0].value


def test_what_matters_is_kept_with_the_run(
    linear: Predictor, rows: Examples, at_home: Callable[[Examples], Home]
) -> None:
    home = at_home(rows)
    found = what_matters(home, linear, "mark", nobody)
    assert found.why_withdrawn == ""
    found.keep(home.run_folder)
    assert kept_what_matters(home.run_folder) == found
