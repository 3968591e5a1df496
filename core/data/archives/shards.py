"""A folder of TARs as one archive, such as WebDataset's `shard-000000.tar` to `shard-000003.tar`."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, BinaryIO

from core.data.archives.archive import Archive, Entry, check_count
from core.data.archives.file_names import TARS, is_system
from core.data.archives.tars import is_tar, list_tar, names_in_tar, plain_tar, shared, unpacked_tar
from core.data.archives.zips import is_zip, names_in_zip, open_zip
from core.data.split_names import SPLIT_NAMES
from core.errors import DataError

MOST_SHARDS = 500  # each is held open
_BETWEEN_WORDS = re.compile(r"[^a-z]+")


@dataclass(frozen=True)
class Shard:
    """One TAR of several.

    Args:
        name: With the folders of the ZIP that it lies in.
        open: Opens it, unpacked.
    """

    name: str
    open: Callable[[], BinaryIO] = field(repr=False)


def count_shards(path: Path) -> int:
    """Return how many TARs a folder or ZIP of nothing else holds; else 0."""
    names = _names_in(path)
    return len(names) if names and (not path.is_dir() or all(is_tar(path / name) for name in names)) else 0


def shards_of(path: Path) -> list[Shard]:
    """Return a folder's TARs sorted by name; none if it holds anything else.

    Raises:
        DataError: There are too many, or a ZIP or a TAR in it is broken or not safe to read.
    """
    names = sorted(_names_in(path))
    if len(names) > MOST_SHARDS:
        raise DataError(
            f"{path.name} holds {len(names):,} TAR files, more than the {MOST_SHARDS} that are read as one set. "
            "Pack them as fewer, larger ones."
        )
    if path.is_dir():
        return [Shard(name, partial(plain_tar, path / name)) for name in names]
    known = path.stat()
    unpacked = _unpacked(path, known.st_mtime_ns, known.st_size)
    return [Shard(name, partial(shared, file)) for name, file in unpacked]


def _names_in(path: Path) -> list[str]:
    """Return the file names in a folder or ZIP whose files are all TARs."""
    names: list[str] = []
    for name in _listed(path):
        if is_system(name) or name.endswith("/"):
            continue
        if not name.lower().endswith(TARS):
            return []
        names.append(name)
    return names


def _listed(path: Path) -> Iterator[str]:
    if not path.is_dir():
        yield from names_in_zip(path) if is_zip(path) else ()
        return
    with os.scandir(path) as listed:
        for one in listed:
            yield one.name if one.is_file(follow_symlinks=False) or is_system(one.name) else "no file"


@lru_cache(maxsize=1)  # several readers look at it, one after the other
def _unpacked(path: Path, modified_ns: int, size_bytes: int) -> list[tuple[str, IO[bytes]]]:
    """Return the TARs of a ZIP as files without a name."""
    del modified_ns, size_bytes  # parts of the key: a changed file is unpacked again
    with open_zip(path, tars=True) as archive:
        unpacked = []
        for entry in archive.entries():
            with archive.open(entry) as inner:
                plain = unpacked_tar(entry.name, inner, entry.size_bytes)
            unpacked.append((entry.name, plain))
    return unpacked


def open_shards(path: Path) -> Archive:
    """List the TARs of a folder or a ZIP as one archive.

    A file is below the split that its TAR's name says, and below its TAR's name where several hold a file of one name.

    Raises:
        DataError: There are too many, or one of them is broken or not safe to read.
    """
    shards, opened = shards_of(path), list[Archive]()
    try:
        for shard in shards:
            opened.append(list_tar(shard.name, shard.open()))
            check_count(path.name, sum(len(one.entries()) for one in opened))
    except BaseException:
        _close(opened)
        raise
    above = _above(shards, opened)
    members = sorted(
        (place + entry.name, part, entry) for part, place in enumerate(above) for entry in opened[part].entries()
    )
    return Archive(
        name=path.name,
        folders=tuple(sorted({place + name for one, place in zip(opened, above, strict=True) for name in one.folders})),
        system_files=sum(one.system_files for one in opened),
        nested=tuple(name for one in opened for name in one.nested),
        links=tuple(name for one in opened for name in one.links),
        closed_folders=(),
        _entries=[Entry(name, entry.size_bytes, number) for number, (name, _, entry) in enumerate(members)],
        _open=lambda number: _opened(opened, members[number]),
        _close=lambda: _close(opened),
    )


def names_in_shards(path: Path) -> Iterator[str]:
    """Yield the names of files in TARs, below the splits that their names say."""
    for shard in shards_of(path):
        for name in names_in_tar(shard.open()):
            yield _split(shard) + name


def _above(shards: list[Shard], opened: list[Archive]) -> list[str]:
    """Return what stands before the names of each TAR's files."""
    splits = [_split(shard) for shard in shards]
    names = [split + entry.name for split, one in zip(splits, opened, strict=True) for entry in one.entries()]
    if len(set(names)) == len(names):
        return splits
    return [f"{split}{shard.name}/" for split, shard in zip(splits, shards, strict=True)]


def _split(shard: Shard) -> str:
    """Return the split folder in a TAR's name: "train/" for "imagenet-train-000003.tar"."""
    words = _BETWEEN_WORDS.split(shard.name.lower())
    return next((f"{SPLIT_NAMES[word]}/" for word in words if word in SPLIT_NAMES), "")


def _opened(opened: list[Archive], member: tuple[str, int, Entry]) -> IO[bytes]:
    return opened[member[1]]._open(member[2].number)


def _close(opened: list[Archive]) -> None:
    for one in opened:
        one.close()
