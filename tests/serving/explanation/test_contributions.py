"""Contributions are exact where that is known, and always add up to the answer."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from core.preprocessing.images import ImagePreprocessor
from core.serving.explanation.contributions import column_contributions, image_contributions, word_contributions
from core.serving.explanation.occlusion import column_occlusion, image_occlusion
from core.serving.explanation.subject import Subject
from core.serving.explanation.what_if import what_if
from core.serving.explanation.words import shares, without, words_of
from core.serving.predictor import Predictor
from core.specs import Examples
from tests.serving.explanation.conftest import TEXTS, predictor_of


def test_a_linear_models_columns_add_their_weight_times_their_distance_from_the_mean(
    linear: Predictor, rows: Examples
) -> None:
    row = rows.select(np.array([7])).inputs
    found = column_contributions(Subject(linear), row, rows.inputs)
    features, layer = linear.preprocessor.transform, linear.module[0]  # type: ignore[index]
    distance = (features(row) - features(rows.inputs).mean(0))[0]
    exact = layer.weight.detach().numpy()[0] * distance * linear.info.target_std
    assert [part.name for part in found.parts] == ["size", "age", "noise", "town"]
    assert [part.value for part in found.parts][:3] == pytest.approx(exact[:3].tolist(), rel=1e-4)
    assert found.parts[3].value == pytest.approx(exact[3:].sum(), abs=1e-4)  # two features of one column
    assert found.start + found.total == pytest.approx(found.answer, rel=1e-4)


def test_columns_that_are_hidden_lose_the_same_of_a_linear_model(linear: Predictor, rows: Examples) -> None:
    row = rows.select(np.array([7])).inputs
    hidden = column_occlusion(Subject(linear), row, rows.inputs)
    exact = column_contributions(Subject(linear), row, rows.inputs)
    assert [part.value for part in hidden.parts] == pytest.approx([part.value for part in exact.parts], abs=1e-3)
    assert hidden.rest == pytest.approx(0, abs=1e-3)


def test_a_linear_model_on_ngrams_has_exact_contributions(ngrams: Predictor) -> None:
    text = (TEXTS[0],)
    found = word_contributions(Subject(ngrams, 1), text)
    assert [part.name for part in found.parts] == ["good", "tea,", "very", "good"]
    assert found.start + found.total == pytest.approx(found.answer, abs=1e-5)
    (design,) = ngrams.module.design(torch.as_tensor(ngrams.preprocessor.transform(text)))  # type: ignore[operator]
    scores = ngrams.module.embedding.weight.detach().numpy()  # type: ignore[union-attr, operator]
    said = design.toarray()[0] * (scores[:, 1] - scores[:, 0])  # of the log odds, which decide between two classes
    belongs = shares(ngrams.preprocessor, text[0], words_of(text[0]), ngrams.preprocessor.transform(text)[0])
    assert belongs is not None
    exact = said[ngrams.preprocessor.transform(text)[0]] @ belongs
    values = np.array([part.value for part in found.parts])
    assert values / values.sum() == pytest.approx(exact / exact.sum(), rel=1e-3)


@pytest.mark.parametrize("text", [TEXTS[0], "tea", "unheard words, only"])
def test_a_networks_words_add_up_to_its_answer(reader: Predictor, text: str) -> None:
    found = word_contributions(Subject(reader, 0), (text,))
    assert len(found.parts) == len(text.split())
    assert abs(found.rest) <= 0.01


def test_what_has_no_gradient_is_divided_by_words_taken_away(
    ngrams: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.serving.explanation.contributions.has_token_gradients", lambda _subject: False)
    found = word_contributions(Subject(ngrams, 1), ("good tea, not bad",))
    assert found.rest == pytest.approx(0, abs=1e-6)
    assert found.start == pytest.approx(Subject(ngrams, 1).values(("",))[0])


@pytest.mark.parametrize(("shape", "regions"), [((8, 8, 1), (8, 8)), ((32, 20, 3), (16, 20))])
def test_the_regions_of_an_image_add_up_to_the_answer(shape: tuple[int, ...], regions: tuple[int, int]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, *shape), dtype=np.uint8)
    preprocessor = ImagePreprocessor.fit(Examples(images, np.zeros(20, dtype=np.int64), ("a", "b")))
    predictor = predictor_of("image-classification", "small-cnn", preprocessor, ("a", "b"))
    found = image_contributions(Subject(predictor, 0), images[:1])
    assert found.shape == regions
    assert len(found.parts) == regions[0] * regions[1]
    assert abs(found.rest) <= 0.01
    covered = image_occlusion(Subject(predictor, 0), images[:1])
    assert covered.shape == (8, 8)
    assert covered.start + covered.total + covered.rest == pytest.approx(covered.answer)


def test_without_a_word_the_model_is_asked_again(ngrams: Predictor) -> None:
    found: list[dict[str, Any]] = what_if(Subject(ngrams, 1), ("good tea",))
    answers = Subject(ngrams, 1).values(("good tea", "tea", "good"))
    assert [one["word"] for one in found] == ["good", "tea"]
    assert [one["change"] for one in found] == pytest.approx((answers[1:] - answers[0]).tolist())


def test_words_are_what_people_see() -> None:
    assert [("a  tea,  now"[b:e]) for b, e in words_of("a  tea,  now")] == ["a", "tea,", "now"]
    assert without("a  tea,  now", words_of("a  tea,  now"), [1]) == "a    now"
    assert len(words_of("很好喝的茶")) == 5
    assert len(words_of("word " * 500)) <= 80


def test_a_row_without_a_value_is_explained_too(linear: Predictor, rows: Examples) -> None:
    row = pd.DataFrame({"size": [float("nan")], "age": [40.0], "noise": [0.0], "town": ["Köln"]})
    found = column_contributions(Subject(linear), row, rows.inputs)
    assert found.start + found.total == pytest.approx(found.answer, rel=1e-4)
