"""Reader for images as plain bytes: CIFAR-10 and CIFAR-100 (binary version), and STL-10.

They have no header.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.archives import Archive, Entry, is_archive, open_archive, peek
from core.data.images.annotated import Said
from core.data.images.arrays import ArrayPart, ArraySource, array_reader, check_several
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions

LARGEST_NAMES = 64 * 1024  # bytes of a list of classes
TOGETHER = 200  # pictures read at once
NAMES = ("batches.meta.txt", "fine_label_names.txt", "class_names.txt")
_LABELLED = {  # file -> split
    **{f"data_batch_{i}.bin": "train" for i in range(1, 6)},
    **{"test_batch.bin": "test", "train.bin": "train", "test.bin": "test"},
    **{"train_x.bin": "train", "test_x.bin": "test"},
}


@dataclass(frozen=True)
class _Format:
    """How the pictures of a file lie in it."""

    title: str
    before: int  # bytes of labels before each picture, the last of which is its class
    side: int
    columns_first: bool = False
    first_class: int = 0

    @property
    def each(self) -> int:
        return self.before + 3 * self.side * self.side


CIFAR_10, CIFAR_100 = _Format("CIFAR-10 (binary version)", 1, 32), _Format("CIFAR-100 (binary version)", 2, 32)
STL_10 = _Format("STL-10 (binary)", 0, 96, columns_first=True, first_class=1)


def accepts(path: Path) -> float:
    """Tell how sure it is: files called as these sets call them."""
    names = peek(path) if is_archive(path) else []
    return 0.97 if any(_last(name) in _LABELLED for name in names) else 0.0


@contextmanager
def _opened(path: Path, _options: ImportOptions) -> Iterator[ArraySource]:
    with open_archive(path) as archive:
        by_name = {_last(entry.name): entry for entry in archive.entries()}
        files = [(entry, split) for name, split in _LABELLED.items() if (entry := by_name.get(name))]
        names = _class_names(archive, by_name)
        parts, kinds = [], []
        for entry, split in files:
            kind = _kind(entry)
            labels = by_name.get(_last(entry.name).replace("_x.bin", "_y.bin")) if kind is STL_10 else None
            if kind is STL_10 and (labels is None or labels.size_bytes * kind.each != entry.size_bytes):
                raise DataError(f"{entry.name} has no file of as many labels beside it (train_y.bin). Import both.")
            kinds.append(kind)
            parts.append(_part(archive, entry, labels, kind, split, names))
        check_several(parts, path.name)
        left = [n for n in by_name if n.startswith("unlabeled")]
        why, title = "the names and sizes of its files are those of this set", kinds[0].title
        notes = [f"{name} has no labels and is left out." for name in left]
        yield ArraySource(parts, title, notes, [Guess("Layout", title, why)])


def _last(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _kind(entry: Entry) -> _Format:
    """Return how a file's pictures lie.

    Raises:
        DataError: It is not as long as any number of them.
    """
    wanted = [STL_10] if _last(entry.name).endswith("_x.bin") else [CIFAR_10, CIFAR_100]
    if _last(entry.name) in ("train.bin", "test.bin"):
        wanted.reverse()
    for kind in wanted:
        if entry.size_bytes and entry.size_bytes % kind.each == 0:
            return kind
    raise DataError(
        f"{entry.name} is called like a file of {wanted[0].title}, but is not as long as any number of its images: "
        "it was cut off, or is something else. Download it again."
    )


def _part(
    archive: Archive, entry: Entry, labels: Entry | None, kind: _Format, split: str, names: Sequence[str]
) -> ArrayPart:
    def called(number: int) -> Said:
        place = number - kind.first_class
        return Said(names[place] if 0 <= place < len(names) else str(number), split)

    def said() -> Iterator[Said]:
        if labels is not None:
            yield from map(called, archive.read(labels, labels.size_bytes))
        else:
            yield from (called(int(row[kind.before - 1])) for batch in _batches(archive, entry, kind) for row in batch)

    def examples() -> Iterator[tuple[NDArray[np.uint8], Said]]:
        images = (row for batch in _batches(archive, entry, kind) for row in batch)
        for row, one in zip(images, said(), strict=True):
            planes = row[kind.before :].reshape(3, kind.side, kind.side)
            yield (
                np.ascontiguousarray(planes.transpose(2, 1, 0) if kind.columns_first else planes.transpose(1, 2, 0)),
                one,
            )

    return ArrayPart(entry.name, said, examples)


def _batches(archive: Archive, entry: Entry, kind: _Format) -> Iterator[NDArray[np.uint8]]:
    with archive.open(entry) as file:
        for content in iter(partial(file.read, TOGETHER * kind.each), b""):
            yield np.frombuffer(content, np.uint8).reshape(-1, kind.each)


def _class_names(archive: Archive, by_name: dict[str, Entry]) -> list[str]:
    for name in NAMES:
        if (entry := by_name.get(name)) is not None and entry.size_bytes <= LARGEST_NAMES:
            text = archive.read(entry, LARGEST_NAMES).decode("utf-8", "replace")
            return [line.strip() for line in text.splitlines() if line.strip()]
    return []


READER = array_reader("binary-records", "Images in plain bytes (CIFAR, STL-10)", accepts, _opened)
