"""Duplicate examples, as a user sees them, which must never be in different splits."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.specs import DOCUMENT_BREAK, Examples, Texts

if TYPE_CHECKING:
    import pandas as pd

Keys = NDArray[np.bytes_]  # (N,) of one length
Cells = NDArray[np.float64] | tuple[NDArray[np.int64], Iterable[object]]  # numbers; or codes, and the words they mean
NOT_A_WORD = re.compile(r"[\W_]+")
# The same for ASCII alone, many times faster: lower case, and a space for what is neither letter nor digit.
_ASCII = bytes(ord(chr(c).lower()) if chr(c).isalnum() else 32 for c in range(128)) + bytes(128)
PARAGRAPH_BREAK = re.compile(r"\n(?:[^\S\n]*\n)+")
SHORTEST_TELLING_PARAGRAPH = 60  # characters; shorter ones, such as headings, may well repeat


def fold(text: str) -> str:
    """Return the text without duplicate-hiding differences: case, spacing, punctuation."""
    if text.isascii():
        folded = b" ".join(text.encode().translate(_ASCII).split()).decode()
    else:
        folded = NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return folded or text.strip()


def keys_of(examples: Examples) -> Keys:
    """Return one key for each example, (N,); the same key means the same example."""
    if isinstance(examples.inputs, np.ndarray):
        return _hashed(image.tobytes() for image in examples.inputs)
    if isinstance(examples.inputs, tuple):
        return _hashed(fold(text).encode("utf-8", "surrogatepass") for text in examples.inputs)
    return table_keys(examples.inputs)


def _hashed(contents: Iterable[bytes]) -> Keys:
    digests = bytearray()
    for content in contents:
        digests += hashlib.sha256(content).digest()
    return np.frombuffer(digests, dtype="S32")


def table_keys(table: "pd.DataFrame") -> Keys:
    """Return a 16-byte key for each row, (N,), from all of its cells.

    Args:
        table: The user's columns without the one to predict. Words that differ in case or in the spaces around them
            are the same; so are all missing cells of a column.
    """
    import pandas as pd

    def cells() -> Iterator[Cells]:
        for name in table.columns:
            column = table[name]
            is_number = pd.api.types.is_numeric_dtype(column.dtype)
            yield column.to_numpy(dtype=np.float64) if is_number else pd.factorize(column)

    return _row_keys(len(table), cells())


def row_keys(columns: Sequence[pa.ChunkedArray]) -> Keys:
    """Return the same keys as `table_keys`, (N,), one column at a time in memory.

    Args:
        columns: Of numbers (float64) and words, each (N,).
    """

    def cells() -> Iterator[Cells]:
        for column in columns:
            if pa.types.is_floating(column.type):
                yield np.asarray(column.to_numpy())
                continue
            encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
            yield encoded.indices.fill_null(-1).to_numpy(), encoded.dictionary.to_pylist()

    return _row_keys(len(columns[0]) if columns else 0, cells())


def _row_keys(count: int, columns: Iterable[Cells]) -> Keys:
    lanes = np.zeros((2, count), dtype=np.uint64)
    for column in columns:
        if isinstance(column, np.ndarray):
            bits = np.where(np.isnan(column), np.nan, column + 0.0).view(np.uint64)
            _mix(lanes, np.broadcast_to(bits, lanes.shape))
            continue
        codes, words = column  # -1 where there is none, which takes the last: nothing
        plain = [unicodedata.normalize("NFKC", str(word)).casefold().strip() for word in words]
        digests = b"".join(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:16] for word in plain)
        _mix(lanes, np.frombuffer(digests + bytes(16), dtype="<u8").reshape(-1, 2)[codes].T)
    return np.ascontiguousarray(lanes.T.astype("<u8", copy=False)).view("S16").ravel()


def _mix(lanes: NDArray[np.uint64], cells: NDArray[np.uint64]) -> None:
    """Mix another column into the hashes, (2, N), in place by splitmix64."""
    lanes ^= cells
    lanes *= np.uint64(0xBF58476D1CE4E5B9)  # overflow is meant
    lanes += np.array([[0x9E3779B97F4A7C15], [0xD1342543DE82EF95]], dtype=np.uint64)
    lanes ^= lanes >> np.uint64(30)
    lanes *= np.uint64(0x94D049BB133111EB)
    lanes ^= lanes >> np.uint64(31)


def group_numbers(keys: Keys | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which examples are the same, without a Python object for any of them.

    Args:
        keys: (N,) bytes of one length, or numbers.

    Returns:
        The number of each example's group, (N,), counted by the groups' first examples, and those first examples
        themselves, (G,).
    """
    lanes = _as_numbers(keys)
    if not len(lanes):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.lexsort(lanes.T)  # stable: the first example of a group comes first in it
    is_new = np.ones(len(lanes), dtype=np.bool_)
    is_new[1:] = False
    for lane in lanes.T:
        in_order = lane[order]
        is_new[1:] |= in_order[1:] != in_order[:-1]
    first = order[is_new]
    by_first = np.argsort(first)
    number = np.empty(len(first), dtype=np.int64)
    number[by_first] = np.arange(len(first))
    groups = np.empty(len(lanes), dtype=np.int64)
    groups[order] = number[np.cumsum(is_new) - 1]
    return groups, first[by_first]


def _as_numbers(keys: Keys | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return keys as 8-byte numbers, (N, L), which numpy sorts much faster."""
    if keys.dtype.kind != "S":
        return np.ascontiguousarray(keys, dtype=np.int64).view(np.uint64).reshape(-1, 1)
    lanes = -(-keys.dtype.itemsize // 8)
    return np.ascontiguousarray(keys, dtype=f"S{lanes * 8}").view(np.uint64).reshape(len(keys), lanes)


def count_repeats(keys: Keys) -> int:
    """Return how many examples are the same as an earlier one."""
    return len(keys) - len(group_numbers(keys)[1])


def without_repeated_paragraphs(documents: Texts) -> tuple[Texts, int]:
    """Drop repeated long paragraphs of the text, and documents that have nothing else.

    Args:
        documents: The texts, in order.

    Returns:
        The documents that are left, and how many paragraphs were dropped.
    """
    seen: set[str] = set()
    kept_documents, dropped = [], 0
    for document in documents:
        kept = []
        for paragraph in PARAGRAPH_BREAK.split(document):
            folded = fold(paragraph)
            if len(folded) > SHORTEST_TELLING_PARAGRAPH:
                if folded in seen:
                    dropped += 1
                    continue
                seen.add(folded)
            kept.append(paragraph)
        if any(paragraph.strip() for paragraph in kept):
            kept_documents.append(DOCUMENT_BREAK.join(kept))
    return tuple(kept_documents), dropped


def without_repeats(documents: Texts) -> tuple[Texts, int]:
    """Drop repeated documents, such as the same question with the same answer.

    Args:
        documents: The texts, in order.

    Returns:
        The documents that are left, and how many were dropped.
    """
    kept = {hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).digest(): text for text in reversed(documents)}
    return tuple(reversed(kept.values())), len(documents) - len(kept)
