"""Traits of texts that decide which model reads them, from a sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.preprocessing.e5_encoder import reading_s
from core.preprocessing.languages import Writing, describe, writings_of
from core.preprocessing.vocabulary import Vocabulary
from core.specs import ModelSpec, Reading, Texts


@dataclass(frozen=True)
class TextTraits:
    """What of a data set's texts decides which model reads them; from a sample.

    Args:
        writings: Languages and scripts, the commonest first.
        readings: What of the texts each model with a vocabulary of its own reads, by the model's name.
        vocabulary: What the words of the training texts leave unread of the validation texts.
        cased: Words that mean another thing in capitals, as the labels say.
        count: Texts to learn from, and to be judged on.
        length: Characters of one, on average.
        multilingual_s: Seconds of one core in which the encoder of many languages reads one, on average.
    """

    writings: tuple[Writing, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    cased: tuple[str, ...] = ()
    count: int = 0
    length: float = 0.0
    multilingual_s: float = 0.0

    @property
    def language(self) -> str:
        """The languages as one says them: "Chinese (Han script)"."""
        return describe(self.writings) if self.writings else ""


def traits_of(
    texts: Texts, models: Mapping[str, ModelSpec], words: Mapping[str, Any] | None = None, count: int = 0
) -> TextTraits:
    """Return the text traits that decide between models, each in its quick preset.

    Args:
        texts: A sample.
        models: That could read them, by name.
        words: Facts of the data set: "vocabulary" and "cased"; missing where nobody has measured them.
        count: How many texts there are, of which these are a sample.
    """
    vocabulary = Vocabulary.from_json((words or {}).get("vocabulary") or {})
    readings = {name: found for name, model in models.items() if (found := _reading(model, texts, vocabulary))}
    length = sum(map(len, texts)) / max(len(texts), 1)
    cased = tuple((words or {}).get("cased") or ())
    multilingual_s = reading_s(texts) / max(len(texts), 1)
    return TextTraits(writings_of(texts), readings, vocabulary, cased, count, length, multilingual_s)


def _reading(model: ModelSpec, texts: Texts, vocabulary: Vocabulary) -> Reading | None:
    """Return how much of texts a model reads, with its own or training vocabulary."""
    quick = {key: value for key, value in model.presets["quick"].items() if key in model.params.model_fields}
    params = model.params.model_validate(quick)
    if model.reading is not None:
        return model.reading(params, texts)
    known = getattr(params, "vocabulary_size", 0)
    return Reading(vocabulary.unknown_words(known)) if model.numbers == "words" else None
