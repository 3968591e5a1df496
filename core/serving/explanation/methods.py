"""Which explanations a model has, and the numbers they are tested by."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np

from core.errors import DataError
from core.serving.explanation import what_if as words_away
from core.serving.explanation.attribution import Attribution
from core.serving.explanation.background import Home
from core.serving.explanation.contributions import column_contributions, image_contributions, word_contributions
from core.serving.explanation.features import features_of
from core.serving.explanation.integrated_gradients import ROUGH
from core.serving.explanation.nearest_examples import Index, make_index, nearest_examples, png_of
from core.serving.explanation.occlusion import column_occlusion, image_occlusion
from core.serving.explanation.partial_dependence import sliders
from core.serving.explanation.prompt_words import changes as prompt_changes
from core.serving.explanation.prompt_words import prompt_words
from core.serving.explanation.randomisation import DRAWS
from core.serving.explanation.subject import Numbers, Subject, subject_of, taken
from core.serving.predictor import Predictor
from core.specs import DOCUMENT_BREAK, Inputs, texts_of

KNOWN, COMPARED = 300, 50  # training examples among which neighbours are tested; the nearest, whose order must change
PROMPT, WRITTEN = 80, 30  # characters of a test prompt, and of what follows it


@dataclass(frozen=True, eq=False)
class Asked:
    """What is explained.

    Args:
        home: Of the run.
        predictor: The model that is explained; for a test one with other weights.
        subject: The number of its answer; None of a model that writes.
        inputs: The single input, as the data set holds its own; of a model that writes prompt and text.
        mark: Of the model's weights.
    """

    home: Home
    predictor: Predictor
    subject: Subject | None
    inputs: Any
    mark: str

    @property
    def number(self) -> Subject:
        """The number that is explained of this predictor."""
        assert self.subject is not None
        return self.subject.on(self.predictor)

    @property
    def background(self) -> Inputs:
        """Training examples that stand for all."""
        return self.home.background(self.predictor)


@dataclass(frozen=True)
class Method:
    """One kind of explanation.

    Args:
        tell: What is answered.
        numbers: The same as numbers in a fixed order, for the test.
        caveat: What it does not prove, a sentence.
        tested_as: The method whose test holds for it too; empty is its own.
        draws: Models with new weights in its test, at most.
    """

    tell: Callable[[Asked], dict[str, Any]]
    numbers: Callable[[Asked], Numbers]
    caveat: str
    tested_as: str = ""
    draws: int = DRAWS


def _values(attribution: Attribution) -> Numbers:
    return np.array([part.value for part in attribution.parts])


def _map(found: Attribution, asked: Asked) -> dict[str, Any]:
    return found.to_json() | {"image": png_of(np.asarray(asked.inputs)[0])}


def _prompt(asked: Asked) -> Numbers:
    return prompt_changes(asked.predictor, *asked.inputs)


def _sliders(asked: Asked) -> dict[str, Any]:
    train = asked.home.data(asked.predictor.card).examples["train"].inputs
    return {"sliders": sliders(asked.number, asked.inputs, asked.background, train)}


def _distances(asked: Asked) -> Numbers:
    """Return distances of the trained model's nearest training examples, in fixed order."""

    def far(predictor: Predictor) -> Numbers:
        return _small_index(asked.home, predictor).distances(features_of(predictor, asked.inputs))

    assert asked.subject is not None
    return far(asked.predictor)[np.sort(np.argsort(far(asked.subject.predictor), kind="stable")[:COMPARED])]


@lru_cache(maxsize=2)  # the model and one with other weights, which are asked of the same examples one after the other
def _small_index(home: Home, predictor: Predictor) -> Index:
    return make_index(predictor, home.data(predictor.card).examples["train"].sample(KNOWN, 0))


_NOT_CAUSE = "It says what this model went by, not what causes anything in the world, nor whether it is right."
NEAREST = Method(
    lambda asked: nearest_examples(asked.home, asked.predictor, asked.inputs, asked.mark),
    _distances,
    "Likeness is not a reason: these are the training examples that this model finds most alike, and it may have "
    "learnt nothing from them.",
    draws=3,  # each costs an index, and the order of 50 examples is much more than that of a few columns
)
IMAGES: Mapping[str, Method] = {
    "contributions": Method(
        lambda asked: _map(image_contributions(asked.number, asked.inputs), asked),
        lambda asked: _values(image_contributions(asked.number, asked.inputs, ROUGH)),
        f"Contributions hang on what they are compared with; another plain image would give others. {_NOT_CAUSE}",
    ),
    "occlusion": Method(
        lambda asked: _map(image_occlusion(asked.number, asked.inputs), asked),
        lambda asked: _values(image_occlusion(asked.number, asked.inputs)),
        f"A covered image is one that the model has never seen, so part of the loss may be surprise. {_NOT_CAUSE}",
    ),
    "nearest": NEAREST,
}
TEXTS: Mapping[str, Method] = {
    "contributions": Method(
        lambda asked: word_contributions(asked.number, asked.inputs).to_json(),
        lambda asked: _values(word_contributions(asked.number, asked.inputs, ROUGH)),
        f"What words say together is divided among them, so one number hides how they hang together. {_NOT_CAUSE}",
    ),
    "what-if": Method(
        lambda asked: {"without": words_away.what_if(asked.number, asked.inputs)},
        lambda asked: words_away.changes(asked.number, asked.inputs),
        "A word that changes nothing alone may still matter with others: where two say the same, neither is missed.",
    ),
    "nearest": NEAREST,
}
TABLES: Mapping[str, Method] = {
    "contributions": Method(
        lambda asked: column_contributions(asked.number, asked.inputs, asked.background).to_json(),
        lambda asked: _values(column_contributions(asked.number, asked.inputs, asked.background, ROUGH)),
        f"Columns that go together share what they say as the model happened to weigh them. {_NOT_CAUSE}",
    ),
    "occlusion": Method(
        lambda asked: column_occlusion(asked.number, asked.inputs, asked.background).to_json(),
        lambda asked: _values(column_occlusion(asked.number, asked.inputs, asked.background)),
        f"Values of other rows make combinations that may not exist. {_NOT_CAUSE}",
    ),
    "sliders": Method(
        _sliders,
        lambda asked: _values(column_occlusion(asked.number, asked.inputs, asked.background)),
        "It shows what the model would say of such a row, not what would happen if somebody changed it in the world; "
        "far from real rows it guesses.",
        tested_as="occlusion",
    ),
    "nearest": NEAREST,
}
WRITING: Mapping[str, Method] = {
    "prompt": Method(
        lambda asked: prompt_words(asked.predictor, *asked.inputs),
        _prompt,
        "A prompt without a word is another prompt: it shows how much likelier the word made just this text, not what "
        "the model would have written instead.",
        draws=4,  # each word costs a reading of the text
    ),
}


def methods_of(predictor: Predictor) -> Mapping[str, Method]:
    """Return the explanations that a model has, by name."""
    if predictor.task.output_kind == "text":
        return WRITING
    return {"image": IMAGES, "text": TEXTS, "table": TABLES}[predictor.task.input_kind]


def asked_of(home: Home, predictor: Predictor, given: Mapping[str, Any], mark: str) -> Asked:
    """Return what a request asks to be explained.

    Args:
        home: Of the run.
        predictor: The model.
        given: `inputs`, one input, images as base64, and `label`; of a model that writes `written`, too.
        mark: Of the weights.

    Raises:
        DataError: It is no input of this model.
    """
    one = given.get("inputs")
    if predictor.task.output_kind == "text":
        if not isinstance(one, str) or not isinstance(given.get("written"), str):
            raise DataError('Send {"inputs": the prompt, "written": what the model wrote}.')
        return Asked(home, predictor, None, (one, given["written"]), mark)
    if predictor.task.input_kind == "image" and isinstance(one, str):
        one = base64.b64decode(one)
    if one is None or isinstance(one, list):
        raise DataError('Send one input to explain: {"inputs": ..., "method": ...}.')
    inputs = predictor.read([cast(Any, one)])
    return Asked(home, predictor, subject_of(predictor, inputs, str(given.get("label") or "")), inputs, mark)


def samples(home: Home, predictor: Predictor, count: int, mark: str) -> list[Asked]:
    """Return examples of the validation split on which an explanation is tested."""
    held = home.data(predictor.card).examples["validation"]
    if predictor.task.output_kind == "text":
        text = DOCUMENT_BREAK.join(texts_of(held.inputs))
        starts = np.linspace(0, max(len(text) - PROMPT - WRITTEN, 0), count).astype(int).tolist()
        pairs = [(text[at : at + PROMPT], text[at + PROMPT : at + PROMPT + WRITTEN]) for at in starts]
        return [Asked(home, predictor, None, pair, mark) for pair in pairs if pair[0].strip() and pair[1]]
    places = np.random.default_rng(0).permutation(len(held))[:count]
    inputs = [taken(held.inputs, np.array([place])) for place in places]
    return [Asked(home, predictor, subject_of(predictor, one), one, mark) for one in inputs]
