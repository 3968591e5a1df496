from pathlib import Path

import pytest

from core import catalog
from core.preprocessing.vocabulary import Vocabulary
from core.services.dataset_service import DatasetService
from core.services.recommendation.choose import recommend, recommended
from core.services.recommendation.recommendation import Circumstances
from core.services.recommendation.text_traits import traits_of
from core.settings import Settings

TASK = "text-classification"
MODELS = catalog.models(TASK)


def begin_with(*texts: str) -> tuple[str, str]:
    found = recommend(catalog.find_task(TASK), traits_of(texts, MODELS), Circumstances())
    return found.model, found.against.get("minilm-frozen", "")


def test_english_is_read_by_the_reader_of_english() -> None:
    assert begin_with("I would buy it again.", "Never again!") == ("minilm-frozen", "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("朋友介绍的，价格太贵，再也不会来了", "Chinese (Han script)"),
        ("Das Essen war leider kalt und viel zu teuer", "German"),
        ("भोजन बहुत अच्छा है और सस्ता भी", "Hindi (Devanagari script)"),
    ],
)
def test_other_languages_are_not_read_by_a_reader_of_english(text: str, language: str) -> None:
    model, against = begin_with(text)
    assert model == "e5-frozen"  # few texts, and the encoder of many languages is installed
    assert f"knows English, but the texts are {language}" in against


def test_what_cannot_be_read_is_measured_and_said() -> None:
    model, against = begin_with("The manual comes with a cable 😄😄", "It came in a brown box 😤")
    assert model == "ngram-linear"
    assert against == ("The frozen MiniLM cannot read 14 % of their tokens (letters, signs or emoji).")


def test_of_long_texts_the_place_that_decides_may_be_anywhere() -> None:
    model, against = begin_with("the manual was changed in march and so it is " * 40)
    assert model == "ngram-linear"
    assert "reads 100 % of them in parts" in against


def test_every_built_in_data_set_has_a_model_to_begin_with(tmp_path: Path) -> None:
    dataset_service = DatasetService(Settings(home=tmp_path))
    found = {name: recommended(dataset_service, name, spec.task).model for name, spec in catalog.datasets().items()}
    assert found["customer-feedback"] == "minilm-frozen"
    assert (found["bike-rentals"], found["diamond-grades"], found["diabetes"]) == ("mlp", "mlp", "linear")
    assert set(found.values()) <= set(catalog.models())


def test_the_reason_names_what_to_try_next() -> None:
    found = recommend(catalog.find_task(TASK), traits_of(("I would buy it again.",), MODELS), Circumstances())
    assert found.runner_up == "ngram-linear"
    assert found.why == (
        "because it knows the language of the texts, English, from the start. Runner-up: "
        f"{MODELS['ngram-linear'].title}."
    )


def test_words_that_only_later_texts_hold_speak_against_models_of_words(tmp_path: Path) -> None:
    words = {"vocabulary": Vocabulary.of(["the tea was good", "the rice was bad"], ["the soup was good"]).to_json()}
    found = recommend(catalog.find_task(TASK), traits_of(("the tea was good",), MODELS, words), Circumstances())
    assert found.model == "minilm-frozen"
    assert found.against["text-cnn"] == (
        "The text CNN knows the words of the training texts alone: 25 % of the words of the validation "
        "texts are not among those that it numbers."
    )
    assert set(found.against) >= {"text-cnn", "bilstm", "transformer", "bag-of-embeddings"}
    assert not {"ngram-linear", "minilm-frozen", "minilm"} & set(found.against), "parts of new words are known"


def test_capitals_that_mean_something_speak_against_who_reads_none() -> None:
    found = recommend(
        catalog.find_task(TASK), traits_of(("Tell us more.",), MODELS, {"cased": ["us"]}), Circumstances()
    )
    assert "reads everything in lower case, but 'US' in capitals means something else here" in found.against["minilm"]
    assert found.model == "minilm-frozen", "its n-grams keep them"
