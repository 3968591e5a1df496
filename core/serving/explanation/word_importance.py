"""Which words matter to a text classifier, beside any other word.

Words are chosen on the validation split and measured on the test split, so that the strongest of many is not flattered.
The control takes a word drawn at random out of the same texts: losing any word costs something.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from core.evaluation.what_matters import WhatMatters
from core.serving.explanation.jobs import Progress
from core.serving.explanation.permutation_importance import importance_of, mean_and_error
from core.serving.explanation.subject import Numbers, Subject
from core.serving.explanation.words import Words, without, words_of
from core.serving.predictor import Predictor
from core.specs import Examples, texts_of

REPEATS = 5  # other words that are taken from each text
FEWEST, MEASURABLE = 3, 5  # texts of the validation and of the test split that a word must stand in
TRIED, TRIED_IN = 150, 8  # words on the validation split, and texts of each
CHOSEN, MEASURED_IN = 20, 100  # words on the test split, and texts of each
CONTROLS = 300  # texts of the test split from which others are taken
MOST_WORDS = 10_000  # of one text: neighbours are not taken together here
Places = dict[str, list[tuple[int, list[int]]]]  # by word: (text, the numbers of its places there)


def important_words(predictor: Predictor, validation: Examples, test: Examples, progress: Progress) -> WhatMatters:
    """Return how much the words that matter most do so, and any word."""
    tried = _commonest(_places(texts_of(validation.inputs)), TRIED)
    in_test = _places(texts_of(test.inputs))
    controls = test.sample(CONTROLS, 0)
    work = _Work(predictor, progress, TRIED_IN * len(tried) + MEASURED_IN * CHOSEN + REPEATS * len(controls))
    asked = {word: _sample(places, TRIED_IN) for word, places in tried.items() if len(in_test[word]) >= MEASURABLE}
    gains = {word: mean_and_error(work.lost(validation, places), None) for word, places in asked.items()}
    chosen = sorted(gains, key=lambda word: gains[word][1] - abs(gains[word][0]))[:CHOSEN]  # not luck with a few texts
    found = []
    for word in chosen:
        lost = work.lost(test, _sample(in_test[word], MEASURED_IN))
        found.append(importance_of(word, lost, None))
    found.sort(key=lambda one: -one.value)
    answers = Subject(predictor, 0).answers(test.inputs)
    score = float((answers.argmax(1) == test.targets).mean())
    control = importance_of("", work.any_word(controls), None)
    return WhatMatters(
        "words", "the probability of the right answer", True, score, tuple(found), REPEATS, len(test), control=control
    )


def _places(texts: Sequence[str]) -> Places:
    """Return where each word stands, in lower case and without signs around it."""
    found: Places = defaultdict(list)
    for number, text in enumerate(texts):
        in_text: dict[str, list[int]] = defaultdict(list)
        for place, (begin, end) in enumerate(words_of(text, MOST_WORDS)):
            if word := text[begin:end].lower().strip(".,;:!?\"'()[]“”„’…-"):
                in_text[word].append(place)
        for word, places in in_text.items():
            found[word].append((number, places))
    return found


def _commonest(places: Places, most: int) -> Places:
    counts = Counter({word: len(texts) for word, texts in places.items() if len(texts) >= FEWEST})
    return {word: places[word] for word, _ in counts.most_common(most)}


def _sample(places: list[tuple[int, list[int]]], most: int) -> list[tuple[int, list[int]]]:
    chosen = np.random.default_rng(0).permutation(len(places))[:most]
    return [places[at] for at in np.sort(chosen)]


class _Work:
    """Takes words away and counts what is done."""

    def __init__(self, predictor: Predictor, progress: Progress, expected: int) -> None:
        self._predictor, self._progress, self._expected, self._done = predictor, progress, expected, 0

    def lost(self, examples: Examples, places: Sequence[tuple[int, list[int]]]) -> Numbers:
        """Return what the right answer loses in each text without these words, (N,)."""
        texts = texts_of(examples.inputs)
        rows = np.array([number for number, _ in places])
        shorter = [without(texts[n], words_of(texts[n], MOST_WORDS), gone) for n, gone in places]
        return self._difference(examples, rows, shorter)

    def any_word(self, examples: Examples) -> Numbers:
        """Return the right answer's mean loss without a random word, (N,)."""
        texts, chance = texts_of(examples.inputs), np.random.default_rng(0)
        known: list[Words] = [words_of(text, MOST_WORDS) for text in texts]
        rows = np.array([number for number, words in enumerate(known) if words])
        lost = np.zeros(len(rows))
        for _ in range(REPEATS):
            shorter = [without(texts[n], known[n], [int(chance.integers(len(known[n])))]) for n in rows]
            lost += self._difference(examples, rows, shorter) / REPEATS
        return lost

    def _difference(self, examples: Examples, rows: np.ndarray, shorter: Sequence[str]) -> Numbers:
        texts, right = texts_of(examples.inputs), examples.targets[rows].astype(np.int64)
        answers = Subject(self._predictor, 0).answers((*(texts[n] for n in rows), *shorter))
        known = answers.reshape(2, len(rows), -1)[:, np.arange(len(rows)), right]
        self._done += len(rows)
        self._progress(min(self._done, self._expected), self._expected)
        return np.asarray(known[0] - known[1], dtype=np.float64)
