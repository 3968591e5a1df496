"""A row keeps its part for good: what is added, mended, removed, relabelled, merged and undone moves nobody."""

import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.rows import TEXT_ROWS
from core.data.store.version_split import Past, divide_rows
from core.specs import SPLITS


def near(rows: pa.Table) -> NDArray[np.int64]:
    """Return which texts are linked by a first or a second word that they share, also through others."""
    above: dict[str, str] = {}

    def root(word: str) -> str:
        while (higher := above.setdefault(word, word)) != word:
            word = higher
        return word

    texts = [text.split() for text in rows.column("text").to_pylist()]
    for one, other in texts:
        above[root(f"second {other}")] = root(f"first {one}")
    return np.unique([root(f"first {one}") for one, _ in texts], return_inverse=True)[1].astype(np.int64)


class Story:
    """A data set of texts that somebody edits: rows are known by the number in `source`, whatever becomes of them."""

    def __init__(self, seed: int, count: int) -> None:
        self.chance, self.next, self.past = random.Random(seed), 0, Past()
        self.versions: list[pa.Table] = []
        self.sides: dict[int, int] = {}
        rows = [self.fresh() for _ in range(count)]
        self.divide(rows, [None] * len(rows))

    def fresh(self, text: str = "") -> dict[str, object]:
        self.next += 1
        text = text or f"one{self.next} two{self.next}"
        return {"text": text, "label": self.chance.choice("abc"), "given": "", "source": self.next}

    def divide(self, rows: list[dict[str, object]], splits: list[int | None]) -> None:
        table = pa.Table.from_pylist(rows, TEXT_ROWS).append_column("split", pa.array(splits, pa.int8()))
        labels = tuple(sorted({str(row["label"]) for row in rows}))
        divided = divide_rows("text-classification", table, labels, {}, near(table), near, self.past, "mark")
        made = table.set_column(4, "split", pa.array(divided.split, pa.int8()))
        self.past = Past("salt", divided.record, made)
        self.versions.append(made)
        used = np.flatnonzero(divided.split >= 0)
        homes: dict[int, int] = {}
        for row, copies in zip(used.tolist(), near(table.take(pa.array(used))).tolist(), strict=True):
            side = int(divided.split[row])
            assert self.sides.setdefault(int(str(rows[row]["source"])), side) == side  # for good
            assert homes.setdefault(copies, side) == side  # no copy crosses

    def edit(self) -> None:
        rows = self.versions[-1].drop_columns(["split"]).to_pylist()
        splits = self.versions[-1].column("split").to_pylist()
        at, other = self.chance.randrange(len(rows)), self.chance.randrange(len(rows))
        (first, second), (third, fourth) = str(rows[at]["text"]).split(), str(rows[other]["text"]).split()
        kinds = {
            "add": 5,
            "copy": 1,
            "near": 1,
            "bridge": 1,
            "remove": 7,
            "relabel": 4,
            "mend": 4,
            "into": 1,
            "undo": 2,
        }
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        if kind == "undo":
            self.versions.append(self.versions[-1 - self.chance.randrange(min(4, len(self.versions)))])
            self.past = replace(self.past, before=self.versions[-1])
            return
        new = {"add": "", "copy": f"{first} {second}", "near": f"{first} new{self.next}", "bridge": f"{first} {fourth}"}
        mended = {"mend": f"{first} mended{self.chance.random()}", "into": f"{third} {second}"}
        if kind in new:
            rows, splits = [*rows, self.fresh(new[kind])], [*splits, None]
        elif kind in mended:
            rows[at]["text"] = mended[kind]
        elif kind == "relabel":
            rows[at]["label"] = self.chance.choice("abcd")
            if self.chance.random() < 0.1:  # one class is merged into another
                rows = [row | {"label": "a" if row["label"] == "d" else row["label"]} for row in rows]
        else:
            del rows[at], splits[at]
        self.divide(rows, splits)


def test_no_row_changes_its_part_and_no_copy_crosses_in_a_thousand_edits() -> None:
    story = Story(7, 150)
    for _ in range(1_000):
        story.edit()
    split = story.versions[-1].column("split").to_numpy()
    used = split[split >= 0]
    shares = np.bincount(used, minlength=len(SPLITS)) / len(used)
    assert abs(shares - [0.7, 0.15, 0.15]).max() < 0.06
    assert len(used) > 0.8 * len(split)
