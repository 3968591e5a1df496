"""Texts that a language model writes, judged by what can be measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq

from core.specs import DOCUMENT_BREAK, Examples, Score, texts_of
from core.statistics.resampling import percentile_interval, resampled_means
from core.statistics.shares import wilson

PROMPT_CHARACTERS, EXPECTED_CHARACTERS = 400, 200
MOST_CASES = 100
_ANSWERS = "\nAssistant: "
_SPACED = 0.05  # of a text's characters are spaces, where words are divided by them
SEED = 0


@dataclass(frozen=True)
class WrittenCase:
    """One prompt, what stands there in truth, and what each contender wrote."""

    prompt: str
    expected: str
    answers: dict[str, str]


@dataclass(frozen=True)
class Measures:
    """What can be measured of the texts of one contender.

    Args:
        exact: Share that is exactly the expected text, but for spaces and capitals.
        contains: Share in which the expected text stands.
        rouge_l: F1 of the longest common subsequence of words (of characters, where no spaces divide words).
        length: Characters, as a multiple of those expected.
    """

    exact: Score
    contains: Score
    rouge_l: Score
    length: float


def cases_of(examples: Examples, *, are_conversations: bool) -> list[tuple[str, str]]:
    """Return prompts from all over a split, each with the text that follows there.

    Args:
        examples: Documents.
        are_conversations: Whether the last answer of each is asked for; else what follows a passage.
    """
    texts = texts_of(examples.inputs)
    found = _replies(texts) if are_conversations else _passages(DOCUMENT_BREAK.join(texts), examples.unjudged)
    places = np.linspace(0, max(len(found) - 1, 0), min(len(found), MOST_CASES)).round()
    return [found[int(place)] for place in places]


def _replies(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return each conversation up to its last answer, and that answer."""
    parts = [text.rpartition(_ANSWERS) for text in texts]
    return [(before.strip(), after.strip()) for before, _, after in parts if before.strip() and after.strip()]


def _passages(text: str, unjudged: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
    """Return passages with what follows, where all that follows is judged."""
    found, step = [], PROMPT_CHARACTERS + EXPECTED_CHARACTERS
    for begin in range(0, len(text) - step + 1, step):
        middle, end = begin + PROMPT_CHARACTERS, begin + step
        prompt, expected = text[begin:middle], text[middle:end]
        is_known = any(low < end and high > middle for low, high in unjudged)
        if not is_known and prompt.strip() and expected.strip():
            found.append((prompt, expected))
    return found


def measured(answers: Sequence[str], expected: Sequence[str]) -> Measures:
    """Return what can be measured of texts beside those expected, at least one."""
    pairs = [(_plain(answer), _plain(right)) for answer, right in zip(answers, expected, strict=True)]
    rouge = np.array([rouge_l(answer, right) for answer, right in pairs])
    share = float(np.mean([len(answer) / max(len(right), 1) for answer, right in pairs]))
    return Measures(
        wilson(sum(answer == right for answer, right in pairs), len(pairs)),
        wilson(sum(right in answer for answer, right in pairs), len(pairs)),
        percentile_interval(float(rouge.mean()), resampled_means(rouge, 1, SEED)),
        share,
    )


def rouge_l(answer: str, expected: str) -> float:
    """Return the F1 of the longest common subsequence, 0 to 1.

    Source:
        Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, section 3.
    """
    is_spaced = expected.isascii() or expected.count(" ") >= _SPACED * len(expected)
    first, second = (text.split() if is_spaced else list(text) for text in (answer, expected))
    if not first or not second:
        return 0.0
    return 2 * LCSseq.similarity(first, second) / (len(first) + len(second))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
