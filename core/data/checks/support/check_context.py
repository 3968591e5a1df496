"""What a check of the data doctor sees, and what a check is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.rows import read_packed
from core.data.splits.duplicates import group_numbers
from core.data.task_kinds import TaskKind
from core.specs.dataset_types import Finding


@dataclass(frozen=True, eq=False)
class CheckContext:
    """One version under examination.

    Args:
        task: What it is for.
        rows: Memory-mapped, as `core.data.rows` describes them; at least one.
        labels: Of the classes, in order; empty where there are none.
        keys: (N,) of 16 bytes; the same key means the same example to a person. Empty (0,) for documents.
        near: (N,) numbers; the same number means nearly the same example (or the same). Empty for documents and tables.
        packs: The folder of the pictures' packs.
        facts: What the reader found out (the manifest's).
    """

    task: str
    rows: pa.Table
    labels: tuple[str, ...]
    keys: NDArray[np.bytes_]
    near: NDArray[np.int64]
    packs: Path
    facts: Mapping[str, Any]

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column."""
        return self.rows.column(name)

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """The class of each row as an index into `labels`, (N,); -1 for none."""
        import pyarrow.compute as pc

        found = pc.index_in(self.column("label"), pa.array(self.labels, pa.large_string()))
        return np.asarray(found.fill_null(-1).to_numpy(), dtype=np.int64)

    @cached_property
    def same(self) -> NDArray[np.int64]:
        """A number for each key, (N,), from 0 without gaps; equal keys share one."""
        return group_numbers(self.keys)[0]

    def image(self, position: int) -> bytes:
        """Return the file of one picture."""
        row = self.rows.slice(position, 1).select(["pack", "offset", "size_bytes"]).to_pylist()[0]
        return read_packed(self.packs, row["pack"], row["offset"], row["size_bytes"])


@dataclass(frozen=True)
class CheckSpec:
    """One thing that the data doctor looks for; one file in `core/data/checks/` each.

    Args:
        code: Its name in `check --json`, such as "exact-duplicates".
        tasks: Whose data it looks at.
        run: Returns what it found, or None. May take seconds on a hundred thousand rows, not minutes; on more it
            looks at a sample and says so in the message.
        fix: Returns the rows of the next version (same schema; fewer or changed rows; a check whose fix leaves
            columns out returns fewer columns); None where nothing can.
        order: Findings are shown by severity, then by this.
    """

    code: str
    tasks: TaskKind
    run: Callable[[CheckContext], Finding | None]
    fix: Callable[[CheckContext], pa.Table] | None = None
    order: int = 50
