"""What a pretrained encoder says of a text, weighed; chosen by language."""

from functools import lru_cache

from core.baselines.frozen_features import FITTING_EXAMPLES, FrozenFeatures
from core.errors import EncoderUnavailable
from core.preprocessing import e5_encoder
from core.preprocessing.abilities import SlowPreprocessor
from core.preprocessing.e5_encoder import E5Encoder
from core.preprocessing.languages import writings_of
from core.preprocessing.sentence_encoder import SentenceEncoder, encoder_folder
from core.specs import Examples, Texts, texts_of
from core.specs.baseline import BaselineSpec

ENGLISH_FROM = 0.8  # of the texts, from which the reader of English suits
ENGLISH_S = 1e-4  # of one core, for a character
LONGEST_READ = 4_000  # characters of a text
SAMPLED = 200  # texts whose language is asked for


def encoder_for(train: Examples) -> SlowPreprocessor:
    """Return the encoder that suits the language of texts."""
    return SentenceEncoder() if _are_english(_sample(train)) else E5Encoder()


def _fit(train: Examples, validation: Examples, seed: int) -> FrozenFeatures:
    del validation
    encoder = encoder_for(train)
    name = "MiniLM" if encoder.kind == SentenceEncoder.kind else "E5"
    return FrozenFeatures.fit(encoder, train, seed, f"{name} embeddings + logistic regression")


def _missing(train: Examples) -> str:
    if not _are_english(_sample(train)):
        return e5_encoder.missing()
    try:
        encoder_folder()
    except EncoderUnavailable as error:
        return str(error)
    return ""


def _seconds(train: Examples) -> float:
    read = texts_of(train.sample(FITTING_EXAMPLES, 0).inputs)
    if not _are_english(_sample(train)):
        return e5_encoder.reading_s(read)
    return ENGLISH_S * sum(min(len(text), LONGEST_READ) for text in read)


def _sample(train: Examples) -> Texts:
    return texts_of(train.sample(SAMPLED, 0).inputs)


@lru_cache(maxsize=16)
def _are_english(texts: Texts) -> bool:
    writings = writings_of(texts)
    return not writings or sum(one.share for one in writings if one.language == "en") >= ENGLISH_FROM


BASELINE = BaselineSpec(
    name="encoder-logistic",
    title="Sentence embeddings, weighed (logistic regression)",
    purpose="Knows the language from the start: a pretrained encoder describes each text, your labels only weigh that.",
    tasks=("text-classification",),
    rung=2,
    fit=_fit,
    load=FrozenFeatures.load,
    seconds=_seconds,
    most_examples=FITTING_EXAMPLES,
    missing=_missing,
    encoder=encoder_for,
)
