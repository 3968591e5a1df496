"""Which model to begin with on a data set, why, and which one is next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from core import catalog
from core.languages import Writing, describe, writings_of
from core.shelf import Shelf
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
    """

    writings: tuple[Writing, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)

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


def recommended(shelf: Shelf, dataset: str, task: str) -> Recommendation:
    """Return which model to begin with on a data set, brought or built in; quick after the first time.

    Args:
        shelf: Where it is.
        dataset: Its name.
        task: What a model shall do.
    """
    return _recommended(shelf, dataset, task, shelf.head(dataset))


@lru_cache(maxsize=128)
def _recommended(shelf: Shelf, dataset: str, task: str, fingerprint: str) -> Recommendation:
    asked, models = catalog.find_task(task), catalog.models(task)
    if asked.input_kind != "text" or asked.output_kind != "label":
        return recommend(asked, models)
    return recommend(asked, models, traits_of(shelf.text_sample(dataset, fingerprint), models))


def traits_of(texts: Texts, models: Mapping[str, ModelSpec]) -> TextTraits:
    """Return what of texts decides which model reads them; each model reads as in its quick preset."""
    readings = {}
    for name, model in models.items():
        if model.reading is not None:
            quick = {key: value for key, value in model.presets["quick"].items() if key in model.params.model_fields}
            readings[name] = model.reading(model.params.model_validate(quick), texts)
    return TextTraits(writings_of(texts), readings)


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
            READS_EVERYTHING, f"the {title.lower()} reads every script, sign and length. {against[usual]}", "", against
        )
    return Recommendation(
        usual,
        f"the {models[usual].title.lower()} knows the language of the texts, {traits.language or 'English'}, from the "
        f"start. The next to try is the {title.lower()}, which learns from your texts alone.",
        READS_EVERYTHING,
        against,
    )


def _against(model: ModelSpec, traits: TextTraits) -> str:
    """Return why a model does not suit these texts, a sentence; "" where nothing speaks against it."""
    reading = traits.readings.get(model.name)
    if reading is None:
        return ""
    if reading.missing:
        return reading.missing
    english = sum(one.share for one in traits.writings if one.language == "en")
    parts = []
    if traits.writings and english < ENGLISH_FROM:
        parts.append(f"knows English, but the texts are {traits.language}")
    if reading.unknown > MOST_UNREADABLE:
        parts.append(f"cannot read {100 * reading.unknown:.0f} % of their tokens (letters, signs or emoji)")
    if reading.unread > MOST_UNREAD:
        parts.append(f"does not reach {100 * reading.unread:.0f} % of their tokens, as the texts are long")
    elif reading.in_parts > MOST_IN_PARTS:
        parts.append(
            f"reads {100 * reading.in_parts:.0f} % of them in parts and averages these, which blurs what a long text "
            "says at one place"
        )
    return f"The {model.title.lower()} {', and '.join(parts)}." if parts else ""
