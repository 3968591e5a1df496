"""Recommendation for texts, by their language, signs, length and number."""

from collections.abc import Mapping

from core.services.recommendation.recommendation import Circumstances, Recommendation, ordered
from core.services.recommendation.text_traits import TextTraits
from core.specs import ModelSpec, Reading

MOST_UNREADABLE = 0.05  # of the tokens of a text, beyond which a model is not recommended
MOST_UNREAD = 0.25  # of the tokens, that lie beyond what a model reads of a text
MOST_IN_PARTS = 0.5  # of the texts, that are read in parts and averaged: what is said at one place is blurred
ENGLISH_FROM = 0.8  # of the texts, from which a reader of English suits
READ_S = 1e-4  # of one core, for each character that the reader of English reads (872 reviews of 100 took 9)
LONGEST_READ = 4_000  # characters of a text
READS_EVERYTHING, ENGLISH, MANY_LANGUAGES = "ngram-linear", "minilm-frozen", "e5-frozen"
FEW = 1_000  # texts, up to which knowing their language beats counting their words
LEARNT_WORDS = ("text-cnn", "bag-of-embeddings")  # runners-up that know the words of the training texts


def recommend_for_texts(
    models: Mapping[str, ModelSpec], traits: TextTraits, circumstances: Circumstances
) -> Recommendation:
    """Return which model reads texts with labels best."""
    against = {name: reason for name in models if (reason := _against(models[name], traits))}
    suits = [name for name in (READS_EVERYTHING, *LEARNT_WORDS) if name not in against]
    if _is_known_language(against, models, traits, circumstances):
        known = f"it knows the language of the texts, {traits.language}, from the start, and they are few"
        return ordered(models, [MANY_LANGUAGES, *suits], known, "few-in-another-language", against)
    if ENGLISH in against or ENGLISH not in models:
        because = f"it reads every script, sign and length. {against.get(ENGLISH, '')}{_strange(traits)}"
        return ordered(models, suits, because.strip().removesuffix("."), _rule_against(models, traits), against)
    if not _in_time(traits, circumstances):
        because = (
            f"it reads {traits.count:,} texts in seconds, which takes the {models[ENGLISH].title} longer than "
            f"{circumstances.minutes:g} min on this processor"
        )
        return ordered(models, [*suits[:1], ENGLISH], because, "slow-reader", against)
    known = f"it knows the language of the texts, {traits.language or 'English'}, from the start"
    return ordered(models, [ENGLISH, *suits], known, "english", against)


def _is_known_language(
    against: Mapping[str, str], models: Mapping[str, ModelSpec], traits: TextTraits, circumstances: Circumstances
) -> bool:
    """Return whether few texts that are not English are read in time."""
    if MANY_LANGUAGES not in models or MANY_LANGUAGES in against or _is_english(traits) or traits.count > FEW:
        return False
    seconds = traits.multilingual_s * traits.count / circumstances.cores
    return seconds <= 60 * circumstances.minutes / 2


def _rule_against(models: Mapping[str, ModelSpec], traits: TextTraits) -> str:
    """Return the code of what speaks against the reader of English first."""
    reading = traits.readings.get(ENGLISH, Reading())
    if ENGLISH not in models or reading.missing:
        return "no-encoder"
    if not _is_english(traits):
        return "other-language"
    return "unreadable-signs" if reading.unknown > MOST_UNREADABLE else "long-texts"


def _in_time(traits: TextTraits, circumstances: Circumstances) -> bool:
    """Return whether the reader of English gets through all texts in the time."""
    seconds = READ_S * traits.count * min(traits.length, LONGEST_READ) / circumstances.cores
    return circumstances.has_gpu or seconds <= 60 * circumstances.minutes


def _is_english(traits: TextTraits) -> bool:
    return not traits.writings or sum(one.share for one in traits.writings if one.language == "en") >= ENGLISH_FROM


def _strange(traits: TextTraits) -> str:
    """Return a sentence on the share of characters not in training texts; mostly empty."""
    strange = traits.vocabulary.characters
    if strange <= MOST_UNREADABLE:
        return ""
    return f" Of the characters of the validation texts {100 * strange:.0f} % stand in no training text: add more."


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
    return f"The {model.short} {', and '.join(parts)}." if parts else ""


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
    if model.name != MANY_LANGUAGES and not _is_english(traits):
        parts.append(f"knows English, but the texts are {traits.language}")
    if reading.unknown > MOST_UNREADABLE:
        parts.append(f"cannot read {100 * reading.unknown:.0f} % of their tokens (letters, signs or emoji)")
    if reading.unread > MOST_UNREAD:
        parts.append(f"does not reach {100 * reading.unread:.0f} % of their tokens, as the texts are long")
    elif reading.in_parts > MOST_IN_PARTS:
        least = ", which takes minutes and tells hardly more than their n-grams do" if model.numbers else ""
        parts.append(f"reads {100 * reading.in_parts:.0f} % of them in parts and averages these{least}")
    return parts
