"""A folder as an archive."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.data.archives.archive import Archive, Entry, check_count, check_nested
from core.data.archives.file_names import NESTED, clean_name, is_system


def open_folder(path: Path) -> Archive:
    """List a folder, and all below it; links are left out."""
    files: list[tuple[str, int, str]] = []  # name, bytes, path on disk
    folders: list[str] = []
    nested: list[str] = []
    links: list[str] = []
    closed: list[str] = []
    hidden, waiting = 0, [str(path)]
    while waiting:
        here = waiting.pop()
        try:
            listed = list(os.scandir(here))
        except PermissionError:
            if here == str(path):
                raise
            closed.append(_shown(here, path))
            continue
        for found in listed:
            name = _shown(found.path, path)
            if is_system(name):
                hidden += 1
            elif found.is_symlink():
                links.append(name)
            elif found.is_dir(follow_symlinks=False):
                folders.append(name)
                waiting.append(found.path)
            elif name.lower().endswith(NESTED):
                nested.append(name)
            elif found.is_file(follow_symlinks=False):  # no pipes, no devices
                files.append((name, found.stat(follow_symlinks=False).st_size, found.path))
        check_count(path.name, len(files))
    check_nested(path.name, len(files), nested)
    files.sort()
    return Archive(
        name=path.name,
        folders=tuple(sorted(folders)),
        system_files=hidden,
        nested=tuple(sorted(nested)),
        links=tuple(sorted(links)),
        closed_folders=tuple(sorted(closed)),
        _entries=[Entry(name, size, number) for number, (name, size, _) in enumerate(files)],
        _open=lambda number: _open_file(files[number][2]),
        _close=lambda: None,
    )


def names_in_folder(folder: Path) -> Iterator[str]:
    """Yield files, breadth first, so that every folder is seen early; unsorted."""
    waiting = [str(folder)]
    for here in waiting:
        for found in os.scandir(here):
            if found.is_dir(follow_symlinks=False):
                waiting.append(found.path)
            elif not found.is_symlink():
                yield _shown(found.path, folder)


def _open_file(file: str) -> IO[bytes]:
    # It may have become a link since it was listed.
    return os.fdopen(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")


def _shown(file: str, top: Path) -> str:
    """Return a file's name within the folder; bytes that are no UTF-8 are marked."""
    name = os.path.relpath(file, top).replace(os.sep, "/")
    return clean_name(name if name.isascii() else os.fsencode(name).decode("utf-8", "replace"))
