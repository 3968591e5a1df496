"""Reader for images in tables with label and pixel columns, as from Kaggle.

MNIST in CSV has the same form.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.data.archives import Archive, is_archive, open_archive, peek
from core.data.images.arrays import ArrayPart, ArraySource, array_reader, check_several
from core.data.images.class_folders import split_named
from core.data.images.pixel_grid import PixelGrid, recognise
from core.data.task_kinds import IMAGES, NUMBERS
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions

SUFFIXES = (".csv", ".tsv", ".txt", ".data")
MOST_FILES = 8


def accepts(path: Path) -> float:
    """Tell how sure it is that every row of a table is a picture."""
    if is_archive(path):
        names = peek(path)
        if not 0 < len(names) <= 4 * MOST_FILES or not any(name.lower().endswith(SUFFIXES) for name in names):
            return 0.0
    elif not path.is_file() or not path.name.lower().endswith(SUFFIXES):
        return 0.0
    try:
        with _opened(path) as grids:
            if not any(grid.label >= 0 for grid in grids):
                return 0.3 if grids else 0.0  # a table can still be made of it
            return 0.97 if all(grid.is_sure for grid in grids) else 0.96
    except (DataError, OSError):
        return 0.0


@contextmanager
def _source(path: Path, options: ImportOptions) -> Iterator[ArraySource]:
    with _opened(path) as grids:
        parts, left = _parts(path, grids, options)
        yield ArraySource(parts, _title(grids[0]), [*map(_note, grids), *left], _guesses(grids))


@contextmanager
def _opened(path: Path) -> Iterator[list[PixelGrid]]:
    if not is_archive(path):
        found = recognise(path.name, lambda: path.open("rb"))
        yield [found] if found else []
        return
    with open_archive(path) as archive:
        yield _in_archive(archive)


def _in_archive(archive: Archive) -> list[PixelGrid]:
    tables = [entry for entry in archive.entries() if entry.name.lower().endswith(SUFFIXES)][:MOST_FILES]
    found = [grid for entry in tables if (grid := recognise(entry.name, partial(archive.open, entry))) is not None]
    return found if 2 * len(found) >= len(tables) or any(grid.is_sure for grid in found) else []


def _parts(path: Path, grids: list[PixelGrid], options: ImportOptions) -> tuple[list[ArrayPart], list[str]]:
    """Return the labelled tables, one for each split, and a report of the others."""
    if not grids:
        raise DataError(f"{path.name} holds no table in which every row is an image.")
    labelled = [grid for grid in grids if grid.label >= 0]
    left = [
        f"{grid.name} has no column of labels, so nothing can be learnt from it, and it is left out."
        for grid in grids
        if grid.label < 0
    ]
    check_several(labelled, path.name)
    first = labelled[0]
    if any((grid.side, grid.channels) != (first.side, first.channels) for grid in labelled):
        raise DataError(f"The tables of {path.name} hold images of several sizes. Import them one at a time.")
    single = len(labelled) == 1
    divided = labelled if single else [replace(grid, given=_split_in(grid.name)) for grid in labelled]
    return [ArrayPart(grid.name, grid.said, grid.examples) for grid in divided], left


def _split_in(name: str) -> str:
    words = name.rpartition("/")[2].rpartition(".")[0].lower().replace("-", "_").split("_")
    return next((split for word in words if (split := split_named(word))), "")


def _title(grid: PixelGrid) -> str:
    color = "in colour" if grid.channels == 3 else "grey"
    return f"Table of pixels: images of {grid.side} x {grid.side}, {color}"


def _note(grid: PixelGrid) -> str:
    where = "in one column, separated by spaces" if grid.as_text else f"in {grid.count:,} columns"
    return f"Each row of {grid.name} is an image of {grid.side} x {grid.side} pixels, {where}."


def _guesses(grids: list[PixelGrid]) -> list[Guess]:
    grid = grids[0]
    why = "the names of the columns say so" if grid.is_sure else "neighbouring columns are alike as in an image"
    lines = [Guess("Task", f"Classify images ({IMAGES.first})", why, f"--task {NUMBERS.first}")]
    color = "colour" if grid.channels == 3 else "grey"
    lines.append(Guess("Size", f"{grid.side} x {grid.side} pixels, {color}", f"{grid.count:,} numbers a row"))
    if grid.largest != 255:
        lines.append(Guess("Brightness", f"0 to {grid.largest:g}", "no number is larger", ""))
    return lines


READER = array_reader("pixel-table", "Images in a table (a column for each pixel)", accepts, _source)
