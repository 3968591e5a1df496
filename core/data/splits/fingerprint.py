"""Content hash of a dataset: equal on every machine, different after any change."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from core.specs import Examples

if TYPE_CHECKING:
    import pandas as pd


def fingerprint(examples: Examples) -> str:
    """Return the SHA-256 of inputs, targets and labels, as 64 hexadecimal digits."""
    digest = hashlib.sha256()

    def add(part: bytes) -> None:
        digest.update(len(part).to_bytes(8, "little"))  # so that no two lists of parts look the same
        digest.update(part)

    if isinstance(examples.inputs, np.ndarray):
        add(b"images")
        add(repr(tuple(map(int, examples.inputs.shape))).encode())
        add(np.ascontiguousarray(examples.inputs, dtype=np.uint8).tobytes())
    elif isinstance(examples.inputs, tuple):
        add(b"texts")
        add(len(examples.inputs).to_bytes(8, "little"))
        for text in examples.inputs:
            add(_encoded(text))
    else:
        _add_table(examples.inputs, add)
    if np.issubdtype(examples.targets.dtype, np.floating):
        add(_number_bytes(examples.targets))
    else:
        add(examples.targets.astype("<i8").tobytes())
    for label in examples.labels:
        add(_encoded(label))
    return digest.hexdigest()


def _add_table(table: "pd.DataFrame", add: Callable[[bytes], None]) -> None:
    """Add the columns in order.

    Numbers are added as they are; words once each, then which row holds which.
    """
    import pandas as pd

    add(b"table")
    add(repr(table.shape).encode())
    for name, column in table.items():
        add(_encoded(str(name)))
        if pd.api.types.is_numeric_dtype(column.dtype):
            add(b"numbers")
            add(_number_bytes(column.to_numpy(dtype=np.float64)))
            continue
        codes, words = pd.factorize(column)  # words in the order of their first row; -1 where there is none
        add(b"words")
        add(len(words).to_bytes(8, "little"))
        for word in words:
            add(_encoded(str(word)))
        add(codes.astype("<i8").tobytes())


def _number_bytes(numbers: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> bytes:
    """Return the bytes of numbers, with one form for each NaN and each zero."""
    return np.where(np.isnan(numbers), np.nan, numbers + 0.0).astype("<f8").tobytes()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
