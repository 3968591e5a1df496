"""Facts derived from a version's texts besides the reader's: languages, words, capitals."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.store.load_examples import SPLIT_NUMBERS
from core.preprocessing.languages import MOST_READ, describe, writings_of
from core.preprocessing.letter_case import cased_words
from core.preprocessing.segmentation import tokens_of
from core.preprocessing.vocabulary import MOST_HELD, MOST_LEARNT, READ_OF_EACH, Vocabulary
from core.specs import Examples, SplitName, texts_of
from core.specs.dataset_types import Guess

LANGUAGE = "Language"  # what the guess is about
MOST_CASED = 5  # words with a meaning of their own in capitals, that are named
CASED_IN = 10_000  # training texts that are looked at for them


def with_languages(facts: Mapping[str, Any], rows: pa.Table) -> dict[str, Any]:
    """Return facts with text languages and their guess; without texts, unchanged facts.

    Args:
        facts: What the reader found out, or what is known of the version that this one was made from.
        rows: The version's rows.
    """
    known = dict(facts)
    if "text" not in rows.column_names:
        return known
    step = -(-rows.num_rows // MOST_READ) or 1
    column = rows.column("text")
    texts = [text or "" for text in column.take(pa.array(range(0, rows.num_rows, step))).to_pylist()]
    writings = writings_of(texts)
    others = [guess for guess in known.get("guesses", ()) if guess.get("about") != LANGUAGE]
    if writings:
        why = f"found in {'all' if step == 1 else f'{len(texts):,} of'} {rows.num_rows:,} texts"
        others.append(asdict(Guess(LANGUAGE, describe(writings), why)))
    return known | {"languages": [asdict(one) for one in writings], "guesses": others}


def with_words(facts: Mapping[str, Any], divided: pa.Table, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return facts with unseen validation words and where capitals count, by training words."""
    if "text" not in divided.column_names or not labels:
        return dict(facts)
    learnt, classes = _texts(divided, "train", MOST_LEARNT), {label: number for number, label in enumerate(labels)}
    held = _texts(divided, "validation", MOST_HELD)
    targets = [classes.get(label, 0) for label in _column(divided, "label", "train", CASED_IN)]
    known = words_facts(Examples(tuple(learnt), np.array(targets, dtype=np.int64), labels), held)
    return dict(facts) | known


def words_facts(train: Examples, held: Sequence[str]) -> dict[str, Any]:
    """Return the word facts: "vocabulary", and "cased", the words with meaningful capitals.

    Args:
        train: The training texts; those with a target are looked at for capitals.
        held: Texts of the validation split.
    """
    learnt = texts_of(train.inputs)
    tokens = (tokens_of(text[:READ_OF_EACH]) for text in learnt[:CASED_IN])
    cased = sorted(cased_words(tokens, train.targets[:CASED_IN]))
    return {"vocabulary": Vocabulary.of(learnt, held).to_json(), "cased": cased[:MOST_CASED]}


def _texts(divided: pa.Table, split: SplitName, most: int) -> list[str]:
    return [text or "" for text in _column(divided, "text", split, most)]


def _column(divided: pa.Table, name: str, split: SplitName, most: int) -> list[Any]:
    of_split: NDArray[np.int64] = np.flatnonzero(divided.column("split").to_numpy() == SPLIT_NUMBERS[split])
    cells: list[Any] = divided.column(name).take(pa.array(of_split[:most])).to_pylist()
    return cells
