"""Recommendation of a first model for a dataset, with reasons and the next model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core import catalog
from core.preprocessing.languages import Writing, describe, writings_of
from core.preprocessing.vocabulary import Vocabulary
from core.services.dataset_service import DatasetService
from core.specs import ModelSpec, Reading, TaskSpec, Texts

MOST_UNREADABLE = 0.05  # of the tokens of a text, beyond which a model is not recommended
MOST_UNREAD = 0.25  # of the tokens, that lie beyond what a model reads of a text
MOST_IN_PARTS = 0.5  # of the texts, that are read in parts and averaged: what is said at one place is blurred
ENGLISH_FROM = 0.8  # of the texts, from which a reader of English suits
READS_EVERYTHING = "ngram-linear"


@dataclass(frozen=True)
class TextTraits:
    """What of a data set's texts decides which model reads them; from a sample.

    Args:
        writings: Languages and scripts, the commonest first.
        readings: What of the texts each model with a vocabulary of its own reads, by the model's name.
        vocabulary: What the words of the training texts leave unread of the validation texts.
        cased: Words that mean another thing in capitals, as the labels say.
    """

    writings: tuple[Writing, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    cased: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The languages as one says them: "Chinese (Han script)"."""
        return describe(self.writings) if self.writings else ""


@dataclass(frozen=True)
class Recommendation:
    """What to begin with."""

    model: str
    why: str = ""  # a sentence; empty where nothing is known of the data
    runner_up: str = ""
    against: Mapping[str, str] = field(default_factory=dict)  # why a model is not recommended, by its name


def recommended(dataset_service: DatasetService, dataset: str, task: str) -> Recommendation:
    """Return the recommended first model for a dataset; quick after the first call.

    Args:
        dataset_service: Where it is.
        dataset: Its name.
        task: What a model shall do.
    """
    return _recommended(dataset_service, dataset, task, dataset_service.head(dataset))


@lru_cache(maxsize=128)
def _recommended(dataset_service: DatasetService, dataset: str, task: str, fingerprint: str) -> Recommendation:
    asked, models = catalog.find_task(task), catalog.models(task)
    if asked.input_kind != "text" or asked.output_kind != "label":
        return recommend(asked, models)
    words = dataset_service.text_words(dataset, fingerprint)
    return recommend(asked, models, traits_of(dataset_service.text_sample(dataset, fingerprint), models, words))


def traits_of(texts: Texts, models: Mapping[str, ModelSpec], words: Mapping[str, Any] | None = None) -> TextTraits:
    """Return the text traits that decide between models, each in its quick preset.

    Args:
        texts: A sample.
        models: That could read them, by name.
        words: Facts of the data set: "vocabulary" and "cased"; missing where nobody has measured them.
    """
    vocabulary = Vocabulary.from_json((words or {}).get("vocabulary") or {})
    readings = {name: found for name, model in models.items() if (found := _reading(model, texts, vocabulary))}
    return TextTraits(writings_of(texts), readings, vocabulary, tuple((words or {}).get("cased") or ()))


def _reading(model: ModelSpec, texts: Texts, vocabulary: Vocabulary) -> Reading | None:
    """Return how much of texts a model reads, with its own or training vocabulary."""
    quick = {key: value for key, value in model.presets["quick"].items() if key in model.params.model_fields}
    params = model.params.model_validate(quick)
    if model.reading is not None:
        return model.reading(params, texts)
    known = getattr(params, "vocabulary_size", 0)
    return Reading(vocabulary.unknown_words(known)) if model.numbers == "words" else None


def recommend(task: TaskSpec, models: Mapping[str, ModelSpec], traits: TextTraits | None = None) -> Recommendation:
    """Return which model to begin with.

    Args:
        task: What it shall do.
        models: Those that can, by name.
        traits: What is known of the texts; None where the data is no text, or nothing is known.
    """
    usual = task.demo[1]
    if traits is None or READS_EVERYTHING not in models:
        return Recommendation(usual)
    against = {name: reason for name in models if (reason := _against(models[name], traits))}
    title = models[READS_EVERYTHING].title
    if usual in against:
        return Recommendation(
            READS_EVERYTHING,
            f"the {title.lower()} reads every script, sign and length. {against[usual]}{_strange(traits)}",
            "",
            against,
        )
    return Recommendation(
        usual,
        f"the {models[usual].title.lower()} knows the language of the texts, {traits.language or 'English'}, from the "
        f"start. The next to try is the {title.lower()}, which learns from your texts alone.",
        READS_EVERYTHING,
        against,
    )


def _strange(traits: TextTraits) -> str:
    """Return a sentence on the share of characters not in training texts; mostly empty."""
    strange = traits.vocabulary.characters
    if strange <= MOST_UNREADABLE:
        return ""
    return f" Of the characters of the validation texts {100 * strange:.0f} % stand in no training text: bring more."


def _against(model: ModelSpec, traits: TextTraits) -> str:
    """Return why a model does not suit these texts; `""` if it does."""
    reading = traits.readings.get(model.name)
    if reading is None:
        return ""
    if reading.missing:
        return reading.missing
    parts = _words_skipped(reading) if model.reading is None else _skipped(model, reading, traits)
    if traits.cased and not model.reads_capitals:
        named = " and ".join(f"'{word.upper()}'" for word in traits.cased[:2])
        parts.append(f"reads everything in lower case, but {named} in capitals means something else here")
    return f"The {model.title.lower()} {', and '.join(parts)}." if parts else ""


def _words_skipped(reading: Reading) -> list[str]:
    """Return what speaks against a model that numbers the words of the training texts."""
    if reading.unknown <= MOST_UNREADABLE:
        return []
    return [
        f"knows the words of the training texts alone: {100 * reading.unknown:.0f} % of the words of the validation "
        "texts are not among those that it numbers"
    ]


def _skipped(model: ModelSpec, reading: Reading, traits: TextTraits) -> list[str]:
    """Return what speaks against a pretrained model of English."""
    parts = []
    if traits.writings and sum(one.share for one in traits.writings if one.language == "en") < ENGLISH_FROM:
        parts.append(f"knows English, but the texts are {traits.language}")
    if reading.unknown > MOST_UNREADABLE:
        parts.append(f"cannot read {100 * reading.unknown:.0f} % of their tokens (letters, signs or emoji)")
    if reading.unread > MOST_UNREAD:
        parts.append(f"does not reach {100 * reading.unread:.0f} % of their tokens, as the texts are long")
    elif reading.in_parts > MOST_IN_PARTS:
        least = ", which takes minutes and tells hardly more than their n-grams do" if model.numbers else ""
        parts.append(f"reads {100 * reading.in_parts:.0f} % of them in parts and averages these{least}")
    return parts
