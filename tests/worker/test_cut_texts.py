from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from core.intake.materialise import Materialised
from core.worker.cut_texts import cut_note


def data(inputs: Any, examples: Any) -> Materialised:
    made = SimpleNamespace(
        arrays={"train": {"inputs": np.array(inputs)}},
        info=SimpleNamespace(padding_id=0),
        examples={"train": SimpleNamespace(inputs=examples)},
    )
    return cast(Materialised, made)


def test_a_run_says_how_many_texts_it_reads_in_part() -> None:
    assert cut_note(data([[5, 6, 7], [5, 6, 0], [5, 0, 0], [0, 0, 0]], ("a",) * 4)) == (
        "25 % of the training texts fill all 3 places (tokens) that this model reads of a text: of longer ones it "
        "reads the beginning and the end. To read more, raise its length."
    )


def test_nothing_is_said_where_all_is_read_or_nothing_known() -> None:
    assert cut_note(data([[5, 0], [6, 0]], ("a", "b"))) == ""
    assert cut_note(data([[0.5, 0.1]], ("a",))) == ""
    assert cut_note(data([5, 6, 7], ("a",))) == ""
