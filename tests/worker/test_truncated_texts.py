from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from core.data.prepare.prepare_dataset import PreparedDataset
from core.preprocessing.words import WordPreprocessor
from core.worker.truncated_texts import cut_note, unknown_note


def data(inputs: Any, examples: Any, preprocessor: object = None) -> PreparedDataset:
    made = SimpleNamespace(
        arrays={split: {"inputs": np.array(inputs)} for split in ("train", "validation")},
        info=SimpleNamespace(padding_id=0),
        examples=dict.fromkeys(("train", "validation"), SimpleNamespace(inputs=examples)),
        preprocessor=preprocessor,
    )
    return cast(PreparedDataset, made)


def test_a_run_says_how_many_texts_it_reads_in_part() -> None:
    assert cut_note(data([[5, 6, 7], [5, 6, 0], [5, 0, 0], [0, 0, 0]], ("a",) * 4)) == (
        "25 % of the training texts fill all 3 places (tokens) that this model reads of a text: of longer ones it "
        "reads the beginning and the end. To read more, raise its length."
    )


def test_nothing_is_said_where_all_is_read_or_nothing_known() -> None:
    assert cut_note(data([[5, 0], [6, 0]], ("a", "b"))) == ""
    assert cut_note(data([[0.5, 0.1]], ("a",))) == ""
    assert cut_note(data([5, 6, 7], ("a",))) == ""


def test_it_is_said_how_many_words_a_vocabulary_does_not_know() -> None:
    ids, texts, words = [[5, 6, 1], [5, 6, 0]], ("a", "b"), WordPreprocessor(("a", "b"), 3)
    said = unknown_note(data(ids, texts, words))
    assert said.startswith("20 % of the words in the validation texts are unknown to this model")
    assert unknown_note(data([[5, 6, 2]], texts, words)) == ""
    assert unknown_note(data(ids, texts)) == "", "whoever has no number for it leaves it out"
