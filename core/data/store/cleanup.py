"""Cleanup of killed imports' leftovers, marked with their process, by the next process."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.processes.identity import is_alive, start_time

MARK, DRAFT = ".adding-", ".draft-"


def owned(prefix: str) -> str:
    """Return a file name that tells which process it belongs to."""
    return f"{prefix}{os.getpid()}-{start_time(os.getpid()) or 0:.0f}-{os.urandom(3).hex()}"


@contextmanager
def marked(dataset: Path, pack: str) -> Iterator[None]:
    """Mark a data set's folder while something is added to it."""
    dataset.mkdir(parents=True, exist_ok=True)
    mark = dataset / owned(MARK)
    mark.write_text(pack)
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what dead processes left half done."""
    for staged in folder.glob(f"*/versions/{DRAFT}*"):
        if not _owner_lives(staged):
            shutil.rmtree(staged, ignore_errors=True)
    for mark in folder.glob(f"*/{MARK}*"):
        if _owner_lives(mark):
            continue
        dataset = mark.parent
        if not (dataset / "dataset.json").exists():
            shutil.rmtree(dataset, ignore_errors=True)
            continue
        written = mark.stat().st_mtime
        if all(manifest.stat().st_mtime < written for manifest in dataset.glob("versions/*/manifest.json")):
            (dataset / "packs" / mark.read_text()).unlink(missing_ok=True)
        mark.unlink(missing_ok=True)


def _owner_lives(file: Path) -> bool:
    try:
        pid, created = file.name.split("-")[1:3]
        return is_alive(int(pid), float(created))
    except ValueError:
        return False
