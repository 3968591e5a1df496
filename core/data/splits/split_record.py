"""The split of every row a dataset ever had: a file beside its versions.

`splits.arrow` holds a key of each content (`core.data.splits.row_identity`) and its split. So a row that was removed
and comes back, by an undo, a second import or a second version of one parent, stands where it stood before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.rows import read_rows, write_rows
from core.data.splits.duplicates import Keys, group_numbers
from core.data.splits.row_identity import identities, sought
from core.files import whole

FILE = "splits.arrow"
NEW = 3  # of a row whose split is not known; 0, 1 and 2 are training, validation and test
_SCHEMA = pa.schema([("key", pa.binary(16)), ("split", pa.int8())])


@dataclass(frozen=True, eq=False)
class SplitRecord:
    """The splits of all rows that there ever were.

    Args:
        keys: (M,) of 16 bytes, each once.
        splits: (M,) 0, 1 or 2.
    """

    keys: Keys
    splits: NDArray[np.int8]

    def of(self, keys: Keys) -> NDArray[np.int8]:
        """Return the split of each row, (N,); `NEW` where it is not known."""
        places = sought(keys, self.keys)
        return np.append(self.splits, np.int8(NEW))[places]  # -1 takes the last: not known

    def with_rows(self, keys: Keys, splits: NDArray[np.int8]) -> "SplitRecord":
        """Return the record with more rows; what is known stays."""
        placed = splits < NEW
        keys, splits = keys[placed & (splits >= 0)], splits[placed & (splits >= 0)]
        all_keys, all_splits = np.concatenate([self.keys, keys]), np.concatenate([self.splits, splits])
        first = group_numbers(all_keys)[1]
        return SplitRecord(all_keys[first], all_splits[first])


EMPTY = SplitRecord(np.zeros(0, dtype="S16"), np.zeros(0, dtype=np.int8))


def read_record(folder: Path, task: str, versions: Iterable[pa.Table]) -> SplitRecord:
    """Return a dataset's split record, derived from its versions for older ones."""
    if (folder / FILE).is_file():
        rows = read_rows(folder / FILE)
        keys = rows.column("key").cast(pa.binary()).combine_chunks()
        packed = np.frombuffer(keys.buffers()[2] or b"", dtype="S16", count=len(keys))
        return SplitRecord(packed, rows.column("split").to_numpy().astype(np.int8))
    record = EMPTY
    for rows in versions:
        record = record.with_rows(identities(task, rows), recorded(rows))
    return record


def write_record(folder: Path, record: SplitRecord) -> None:
    """Write what is known of a data set's rows, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), len(record.keys), [None, pa.py_buffer(np.ascontiguousarray(record.keys).tobytes())]
    )
    with whole(folder / FILE) as draft:
        write_rows(draft, pa.table([keys, pa.array(record.splits, pa.int8())], schema=_SCHEMA))


def recorded(rows: pa.Table) -> NDArray[np.int8]:
    """Return each row's split in its version, (N,), even if set aside; else `NEW`."""
    if "split" not in rows.column_names:
        return np.full(rows.num_rows, NEW, dtype=np.int8)
    split: NDArray[np.int8] = rows.column("split").fill_null(NEW).to_numpy().astype(np.int8)
    return np.where(split < 0, -1 - split, split).astype(np.int8)


def set_aside(homes: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return codes below 0 for rows that are set aside, preserving their split, (N,)."""
    return (-1 - homes).astype(np.int8)
