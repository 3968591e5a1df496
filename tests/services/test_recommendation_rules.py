"""Every rule of the recommendation, where it must fire and where it must not; the table in core/README.md has them."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core import catalog
from core.data.store.previews import DatasetPreview
from core.preprocessing.nonlinearity import Fits, fits_of
from core.preprocessing.sentence_encoder import FOLDER_VARIABLE
from core.services.recommendation.choose import Traits, recommend
from core.services.recommendation.recommendation import Circumstances, Recommendation
from core.services.recommendation.text_traits import traits_of
from core.services.recommendation.traits import ImageTraits, TableTraits, WritingTraits
from core.specs import DatasetVersion, Examples

README = Path(__file__).resolve().parents[2] / "core" / "README.md"
IMAGES, TEXTS, NUMBERS = "image-classification", "text-classification", "tabular-regression"
CATEGORIES, WRITING = "tabular-classification", "text-generation"
QUICK, BEST = Circumstances(3, "cpu (2 cores)"), Circumstances(45, "cpu (2 cores)")
GPU = Circumstances(3, "cuda:0 (NVIDIA H100)")
CHINESE = "朋友介绍的，价格太贵，再也不会来了"
ENGLISH = ("I would buy this tea again and again.", "It came late and was broken.")
LONG = ("the manual was changed in march and so it is " * 40,)


def texts(*of: str, count: int = 800, length: float = 100.0) -> Traits:
    found = traits_of(of, catalog.models(TEXTS), count=count)
    return found if length == 0 else type(found)(**{**vars(found), "length": length})


def photographs(count: int, side: int = 32, missing: str = "") -> ImageTraits:
    return ImageTraits(count, 10, side, True, 0.01, missing)


def drawings(count: int, side: int = 28) -> ImageTraits:
    return ImageTraits(count, 10, side, False, 0.44)


def table(rows: int, straight: float, bent: float) -> TableTraits:
    return TableTraits(rows, 8, Fits(straight, bent))


# rule: task, and data and circumstances where it must fire, and where it must not
CASES: dict[str, tuple[str, tuple[Traits, Circumstances], tuple[Traits, Circumstances]]] = {
    "english": (TEXTS, (texts(*ENGLISH), QUICK), (texts("Das Essen war leider kalt und viel zu teuer"), QUICK)),
    "few-in-another-language": (TEXTS, (texts(CHINESE), QUICK), (texts(CHINESE, count=5_000), QUICK)),
    "other-language": (TEXTS, (texts(CHINESE, count=5_000), QUICK), (texts(*ENGLISH), QUICK)),
    "unreadable-signs": (TEXTS, (texts("The manual comes with a cable 😄😄"), QUICK), (texts(*ENGLISH), QUICK)),
    "long-texts": (TEXTS, (texts(*LONG, length=0), QUICK), (texts(*ENGLISH), QUICK)),
    "slow-reader": (TEXTS, (texts(*ENGLISH, count=100_000), QUICK), (texts(*ENGLISH, count=100_000), BEST)),
    "many-photographs": (IMAGES, (photographs(49_000), BEST), (photographs(5_100), QUICK)),
    "known-photographs": (IMAGES, (photographs(244, 64), QUICK), (drawings(244), QUICK)),
    "few-photographs": (IMAGES, (photographs(244, 64, "It is not installed."), QUICK), (photographs(244, 64), QUICK)),
    "drawings": (IMAGES, (drawings(5_100), QUICK), (photographs(244, 64), QUICK)),
    "slow-network": (IMAGES, (drawings(49_000), QUICK), (drawings(49_000), BEST)),
    "straight": (NUMBERS, (table(20_000, 0.83, 0.83), QUICK), (table(20_000, 0.0, 0.89), QUICK)),
    "bent": (NUMBERS, (table(20_000, 0.0, 0.89), QUICK), (table(20_000, 0.83, 0.83), QUICK)),
    "few-rows": (NUMBERS, (table(200, 0.60, 0.68), QUICK), (table(20_000, 0.60, 0.68), QUICK)),
    "text-to-learn": (WRITING, (WritingTraits(900_000, 65), QUICK), (WritingTraits(900_000, 65), GPU)),
    "english-text": (
        WRITING,
        (WritingTraits.of(900_000, ENGLISH[0] * 40), QUICK),
        (WritingTraits.of(40_000, CHINESE * 40), QUICK),
    ),
    "gpu": (WRITING, (WritingTraits(900_000, 65), GPU), (WritingTraits(900_000, 65), QUICK)),
}


def found(task: str, traits: Traits, around: Circumstances = QUICK) -> Recommendation:
    return recommend(catalog.find_task(task), traits, around)


@pytest.mark.parametrize("code", CASES)
def test_a_rule_fires_where_it_must_and_not_where_it_must_not(code: str) -> None:
    task, must, must_not = CASES[code]
    fired = found(task, *must)
    assert fired.rule == code
    assert fired.because
    assert fired.runner_up in catalog.models(task)
    assert fired.runner_up != fired.model
    assert found(task, *must_not).rule != code


def test_the_table_in_the_map_has_every_rule() -> None:
    written = README.read_text(encoding="utf-8")
    assert [code for code in CASES if f"| `{code}` |" not in written] == []


def test_without_the_encoder_n_grams_are_recommended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert (found(TEXTS, texts(*ENGLISH)).model, found(TEXTS, texts(*ENGLISH)).rule) == ("ngram-linear", "no-encoder")


def test_without_the_encoder_of_many_languages_all_else_works_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    why = "The pretrained encoder of many languages is made for Linux on x86-64 processors alone."
    monkeypatch.setattr("core.preprocessing.e5_encoder.missing", lambda: why)
    recommended = found(TEXTS, texts(CHINESE))
    assert (recommended.model, recommended.rule) == ("ngram-linear", "other-language")
    assert recommended.against["e5-frozen"] == why
    assert found(TEXTS, texts(*ENGLISH)).model == "minilm-frozen"


@pytest.mark.parametrize(
    ("task", "traits", "around", "model", "runner_up"),
    [
        (TEXTS, texts(*ENGLISH), QUICK, "minilm-frozen", "ngram-linear"),
        (TEXTS, texts(*ENGLISH, count=20_000), QUICK, "minilm-frozen", "ngram-linear"),
        (TEXTS, texts(CHINESE, count=5_000), QUICK, "ngram-linear", "text-cnn"),
        (TEXTS, texts("Das Essen war leider kalt und viel zu teuer"), GPU, "e5-frozen", "ngram-linear"),
        (IMAGES, photographs(244, 64), QUICK, "efficientnet-lite0", "small-cnn"),
        (IMAGES, photographs(5_100), QUICK, "efficientnet-lite0", "resnet"),  # of CIFAR 74 %
        (IMAGES, photographs(5_100, 32, "It is not installed."), QUICK, "resnet", "small-cnn"),
        (IMAGES, photographs(9_000), QUICK, "resnet", "small-cnn"),
        (IMAGES, photographs(49_000), QUICK, "simple-cnn", "resnet"),
        (IMAGES, photographs(49_000), GPU, "resnet", "small-cnn"),
        (IMAGES, drawings(200), QUICK, "small-cnn", "mlp"),
        (NUMBERS, table(200, 0.83, 0.83), QUICK, "linear", "mlp"),
        (NUMBERS, table(20_000, 0.60, 0.68), QUICK, "mlp", "linear"),
        (CATEGORIES, table(20_000, 0.48, 0.86), QUICK, "mlp", "logistic-regression"),
        (CATEGORIES, table(200, 0.60, 0.65), QUICK, "logistic-regression", "mlp"),
    ],
)
def test_what_is_recommended(task: str, traits: Traits, around: Circumstances, model: str, runner_up: str) -> None:
    recommended = found(task, traits, around)
    assert (recommended.model, recommended.runner_up) == (model, runner_up)


@pytest.mark.parametrize("text", ["朋友介绍的，价格太贵，再也不会来了", "Das Essen war leider kalt und viel zu teuer"])
def test_no_reader_of_english_is_ever_recommended_for_another_language(text: str) -> None:
    for around in (QUICK, BEST, GPU, Circumstances(math.inf, "")):
        recommended = found(TEXTS, texts(text), around)
        assert {recommended.model, recommended.runner_up} & {"minilm", "minilm-frozen"} == set()


def test_the_minutes_that_somebody_chose_count_else_those_of_the_effort() -> None:
    assert Circumstances.of("balanced", None, "") == Circumstances(15.0)
    assert Circumstances.of("quick", 0.0, "").minutes == math.inf
    assert Circumstances.of("best", 7.0, "cpu (16 cores)").cores == 16


def preview(images: Sequence[NDArray[np.uint8]]) -> DatasetPreview:
    version = DatasetVersion("x", "", IMAGES, ("a", "b"), {"train": 40, "validation": 9, "test": 9}, 0, "", "")
    samples = Examples(np.stack(images), np.zeros(len(images), np.int64), ("a", "b"))
    return DatasetPreview(version, samples, {}, 0)


def test_photographs_are_told_from_drawings() -> None:
    noisy, drawn = [], []
    for number in range(6):
        photograph = Image.effect_noise((64, 64), 60 + number).convert("RGB")
        noisy.append(np.asarray(photograph))
        drawing = Image.new("RGB", (64, 64), "white")
        ImageDraw.Draw(drawing).ellipse((8, 8, 40 + number, 50), fill="red", outline="black")
        drawn.append(np.asarray(drawing))
    assert ImageTraits.of(preview(noisy)).are_photographs
    traits = ImageTraits.of(preview(drawn))
    assert not traits.are_photographs
    assert (traits.in_color, traits.kind) == (True, "drawings, or things on a plain ground, in colour")


@pytest.mark.parametrize("rows", [200, 20_000])
def test_what_bends_is_told_from_what_adds_up(rows: int) -> None:
    drawn = np.random.default_rng(rows)
    columns = pd.DataFrame(drawn.standard_normal((rows, 4)), columns=list("abcd"))
    noise = 0.3 * drawn.standard_normal(rows)
    added: Any = (2 * columns.a - columns.b + noise).to_numpy()
    multiplied: Any = (columns.a * columns.b + noise).to_numpy()
    straight, bent = fits_of(Examples(columns, added)), fits_of(Examples(columns, multiplied))
    assert straight is not None
    assert bent is not None
    assert straight.gain < 0.01
    assert bent.gain > 0.5
    assert fits_of(Examples(columns[:9], added[:9])) is None, "too few rows to tell"
