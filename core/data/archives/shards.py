"""A folder of TARs that are one set, such as WebDataset's `shard-000000.tar` to `shard-000003.tar`, as one archive."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.data.archives.archive import Archive, Entry, check_count
from core.data.archives.file_names import is_system
from core.data.archives.tars import PACKED, is_tar, names_in_tar, open_tar
from core.data.split_names import SPLIT_NAMES
from core.errors import DataError

MOST_SHARDS = 500  # each is held open
_BETWEEN_WORDS = re.compile(r"[^a-z]+")


def shards_of(folder: Path) -> list[Path]:
    """Return the TARs of a folder that holds nothing else, sorted by name; none where it is no such folder."""
    found: list[Path] = []
    with os.scandir(folder) as listed:
        for one in listed:
            if is_system(one.name):
                continue
            if not one.name.lower().endswith((".tar", *PACKED)) or not one.is_file(follow_symlinks=False):
                return []
            found.append(Path(one.path))
    return sorted(found) if all(map(is_tar, found)) else []


def open_shards(folder: Path, shards: list[Path]) -> Archive:
    """List the TARs of a folder as one archive.

    A file is below the split that its TAR's name says, and below its TAR's name where several hold a file of one name.

    Raises:
        DataError: There are too many, or one of them is broken or not safe to read.
    """
    if len(shards) > MOST_SHARDS:
        raise DataError(
            f"{folder.name} holds {len(shards):,} TAR files, more than the {MOST_SHARDS} that are read as one set. "
            "Pack them as fewer, larger ones."
        )
    opened: list[Archive] = []
    try:
        for shard in shards:
            opened.append(open_tar(shard))
            check_count(folder.name, sum(len(one.entries()) for one in opened))
    except BaseException:
        _close(opened)
        raise
    above = _above(shards, opened)
    members = sorted(
        (place + entry.name, part, entry) for part, place in enumerate(above) for entry in opened[part].entries()
    )
    return Archive(
        name=folder.name,
        folders=tuple(sorted({place + name for one, place in zip(opened, above, strict=True) for name in one.folders})),
        system_files=sum(one.system_files for one in opened),
        nested=tuple(name for one in opened for name in one.nested),
        links=tuple(name for one in opened for name in one.links),
        closed_folders=(),
        _entries=[Entry(name, entry.size_bytes, number) for number, (name, _, entry) in enumerate(members)],
        _open=lambda number: _opened(opened, members[number]),
        _close=lambda: _close(opened),
        size_bytes=sum(shard.stat().st_size for shard in shards),
    )


def names_in_shards(shards: list[Path]) -> Iterator[str]:
    """Yield the names of files in TARs, below the splits that their names say."""
    for shard in shards:
        for name in names_in_tar(shard):
            yield _split(shard) + name


def _above(shards: list[Path], opened: list[Archive]) -> list[str]:
    """Return what stands before the names of each TAR's files."""
    splits = [_split(shard) for shard in shards]
    names = [split + entry.name for split, one in zip(splits, opened, strict=True) for entry in one.entries()]
    if len(set(names)) == len(names):
        return splits
    return [f"{split}{shard.name}/" for split, shard in zip(splits, shards, strict=True)]


def _split(shard: Path) -> str:
    """Return the folder of the split that a TAR's name says, such as "train/" for "imagenet-train-000003.tar"."""
    words = _BETWEEN_WORDS.split(shard.name.lower())
    return next((f"{SPLIT_NAMES[word]}/" for word in words if word in SPLIT_NAMES), "")


def _opened(opened: list[Archive], member: tuple[str, int, Entry]) -> IO[bytes]:
    return opened[member[1]]._open(member[2].number)


def _close(opened: list[Archive]) -> None:
    for one in opened:
        one.close()
