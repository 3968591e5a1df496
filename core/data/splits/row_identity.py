"""Row identity by content, whatever the label, so that later imports recognise rows."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.rows import ANSWERS, FEATURE, UNUSED
from core.data.splits.duplicates import Keys, group_numbers
from core.data.splits.equal_texts import BATCH, to_the_letter
from core.data.task_kinds import IMAGES

Lanes = NDArray[np.uint64]  # (2, N)
_NOWHERE = -1


def identities(task: str, rows: pa.Table) -> Keys:
    """Return each row's 16-byte key, (N,), from pixels, exact text, or non-target cells."""
    if IMAGES.fits(task):
        return np.array(rows.column("pixels").to_pylist(), dtype="S16")
    if "text" in rows.column_names:
        return _of_texts(rows.column("text"))
    return cell_keys(rows)


def cell_keys(rows: pa.Table) -> Keys:
    """Return a 16-byte key of each table row, (N,), without its target."""
    total = np.zeros((2, rows.num_rows), dtype=np.uint64)
    for _, lanes in _cells(rows):
        total += lanes
    return _as_keys(total)


def whole_rows(rows: pa.Table) -> NDArray[np.int64]:
    """Return a number for each row, (N,), shared by identical cells and target."""
    total = np.zeros((2, rows.num_rows), dtype=np.uint64)
    for _, lanes in _cells(rows, *ANSWERS, UNUSED):
        total += lanes
    return group_numbers(_as_keys(total))[0]


def sought(keys: Keys, among: Keys) -> NDArray[np.int64]:
    """Return where each key stands first among others, (N,); -1 where it does not."""
    number, _ = group_numbers(np.concatenate([among, keys]))
    place = np.full(int(number.max(initial=-1)) + 1, _NOWHERE, dtype=np.int64)
    known = number[: len(among)]
    place[known[::-1]] = np.arange(len(among))[::-1]  # of several, the last one written stays: the first
    return place[number[len(among) :]]


def almost_the_same(new: pa.Table, old: pa.Table) -> NDArray[np.int64]:
    """Return each new row's almost identical old row, (N,).

    They may differ in one cell or in columns that only one has.

    A cell that was mended in the file, a column that was renamed, added or left out: the number to predict must be
    the same, so that rows of few columns are not taken for each other.

    Returns:
        Positions in `old`, -1 where there is none.
    """
    found = np.full(new.num_rows, _NOWHERE, dtype=np.int64)
    ours, theirs = dict(_cells(new, *ANSWERS, UNUSED)), dict(_cells(old, *ANSWERS, UNUSED))
    common = [name for name in ours if name in theirs]
    if len(common) < 3 or not new.num_rows or not old.num_rows:
        return found
    whole = [np.asarray(np.sum([cells[n] for n in common], axis=0, dtype=np.uint64)) for cells in (ours, theirs)]
    for without in ("", *(name for name in common if name not in ANSWERS)):
        open_ = np.flatnonzero(found == _NOWHERE)
        if not len(open_):
            break
        ends = [
            total - cells[without] if without else total for total, cells in zip(whole, (ours, theirs), strict=True)
        ]
        found[open_] = sought(_as_keys(ends[0][:, open_]), _as_keys(ends[1]))
    return found


def _of_texts(texts: pa.ChunkedArray) -> Keys:
    digests = bytearray()
    for begin in range(0, len(texts), BATCH):
        for text in texts.slice(begin, BATCH).to_pylist():
            digests += hashlib.sha256(to_the_letter(text or "").encode("utf-8", "surrogatepass")).digest()[:16]
    return np.frombuffer(bytes(digests), dtype="S16")


def _cells(rows: pa.Table, *more: str) -> Iterator[tuple[str, Lanes]]:
    """Yield each read column with its cells' hashes; its name decides, not its position."""
    for name in rows.column_names:
        if name.startswith(FEATURE) or name in more:
            yield name, _hashes(name, rows.column(name))


def _hashes(name: str, column: pa.ChunkedArray) -> Lanes:
    if pa.types.is_floating(column.type):
        numbers = np.asarray(column.to_numpy(), dtype=np.float64)
        bits = np.where(np.isnan(numbers), np.nan, numbers + 0.0).view(np.uint64)
        salt = np.frombuffer(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:16], dtype="<u8")
        return _scrambled(bits[None, :] ^ salt[:, None])
    plain = column if pa.types.is_large_string(column.type) else _as_text(column)
    encoded = plain.dictionary_encode().unify_dictionaries().combine_chunks()
    words = [None, *encoded.dictionary.to_pylist()]
    digests = b"".join(
        hashlib.sha256(f"{name}\0{word}".encode("utf-8", "surrogatepass")).digest()[:16] for word in words
    )
    codes = encoded.indices.fill_null(-1).to_numpy() + 1
    return np.ascontiguousarray(np.frombuffer(digests, dtype="<u8").reshape(-1, 2)[codes].T)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    wide = column.cast(pa.int32()) if pa.types.is_time32(column.type) else column
    return pc.cast(wide.cast(pa.int64()), pa.large_string())


def _scrambled(lanes: Lanes) -> Lanes:
    """Return hashes of numbers (splitmix64); overflow is meant."""
    lanes = lanes * np.uint64(0xBF58476D1CE4E5B9)
    lanes ^= lanes >> np.uint64(30)
    lanes *= np.uint64(0x94D049BB133111EB)
    lanes ^= lanes >> np.uint64(31)
    return lanes


def _as_keys(lanes: Lanes) -> Keys:
    return np.ascontiguousarray(lanes.T.astype("<u8", copy=False)).view("S16").ravel()
