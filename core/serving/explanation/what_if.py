"""What if a word were not there: the answer without each word."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.serving.explanation.subject import Numbers, Subject
from core.serving.explanation.words import without, words_of
from core.specs import Inputs, texts_of


@dataclass(frozen=True)
class Without:
    """The answer without one word."""

    word: str
    change: float  # of the explained number: below 0 where the word speaks for the answer
    label: str  # what the model says then
    score: float


def what_if(subject: Subject, text: Inputs) -> list[dict[str, Any]]:
    """Return the answer without each word, in the order of the text."""
    (given,) = texts_of(text)
    words = words_of(given)
    answers = subject.answers((given, *(without(given, words, [number]) for number in range(len(words)))))
    labels = subject.predictor.info.labels
    return [
        asdict(
            Without(given[begin:end], float(one[subject.label] - answers[0, subject.label]), labels[best], one[best])
        )
        for (begin, end), one, best in zip(words, answers[1:], answers[1:].argmax(1).tolist(), strict=True)
    ]


def changes(subject: Subject, text: Inputs) -> Numbers:
    """Return how the answer changes without each word, (W,)."""
    return np.array([one["change"] for one in what_if(subject, text)])
