"""Tables in which every row is an image: a label and its pixel columns."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO

import numpy as np
from numpy.typing import NDArray

from core.data.images.annotated import Said
from core.data.images.arrays import eight_bits, in_color, range_of, sides_of
from core.data.images.image_names import LABEL_NAMES
from core.data.split_names import SPLIT_NAMES
from core.errors import DataError

HEAD = 1024 * 1024  # bytes that are looked at
LONGEST_LINE = 4 * 1024 * 1024  # bytes
LOOKED_AT = 200  # rows
LEAST_COLUMNS = 64
SMOOTH = 0.75  # of the differences between any two pixels: what neighbours differ by in a picture at most
LABELS = {*LABEL_NAMES, "digit", "y", "emotion", "letter", "character", "number", "answer"}
# FER2013 names its parts after those of a competition.
SPLITS = {**SPLIT_NAMES, "publictest": "validation", "privatetest": "test"}
_PIXEL = re.compile(r"(?:pixel|pix|px)[-_ .]?\d+(?:[-_x]\d+)?|\d+x\d+", re.IGNORECASE)
_NUMBERED = re.compile(r"[a-z]{0,3}[-_]?\d+(?:\.\d+)?", re.IGNORECASE)
_SEPARATORS = (b",", b";", b"\t", b"|", b" ")


@dataclass(frozen=True, eq=False)
class PixelGrid:
    """A table of pictures, by its beginning.

    Args:
        name: For messages.
        open: Opens its bytes.
        separator: Between columns.
        has_header: Whether its first line holds names.
        label: Column of the label; -1 if there is none.
        first: First column of pixels.
        side: Pixels a side.
        channels: 1 or 3.
        largest: What pixels reach: 1, 16, 255.
        is_sure: Whether the names of the columns say so, not only what is in them.
        as_text: Whether all pixels stand in one column, separated by spaces.
        split: Column that names splits; -1 if there is none.
        given: Split of the whole table, or "".
    """

    name: str
    open: Callable[[], IO[bytes]]
    separator: bytes
    has_header: bool
    label: int
    first: int
    side: int
    channels: int
    largest: float = 255
    is_sure: bool = False
    as_text: bool = False
    split: int = -1
    given: str = ""

    @property
    def count(self) -> int:
        """Numbers of one picture."""
        return self.side * self.side * self.channels

    def cells(self) -> Iterator[list[bytes]]:
        """Yield the cells of every row that has any.

        Raises:
            DataError: A line is longer than any picture's.
        """
        with self.open() as file:
            for number, line in enumerate(_lines(file, self.name)):
                if (number or not self.has_header) and line.strip():
                    yield [cell.strip(b' "') for cell in line.strip(b"\r\n").split(self.separator)]

    def said(self) -> Iterator[Said]:
        """Yield each row's label and split."""
        return map(self._said, self.cells())

    def _said(self, cells: Sequence[bytes]) -> Said:
        written = cells[self.split].decode("utf-8", "replace").lower() if 0 <= self.split < len(cells) else ""
        return Said(_label(cells[self.label]) if len(cells) > self.label else "", SPLITS.get(written, self.given))

    def examples(self) -> Iterator[tuple[NDArray[np.uint8], Said]]:
        """Yield pixels and what is said of each row.

        Raises:
            DataError: A row is no picture of this size.
        """
        woven: bool | None = None
        for number, cells in enumerate(self.cells(), start=1 + self.has_header):
            row = eight_bits(self._numbers(cells, number), self.largest)[None]
            if self.channels == 1:
                pixels = row.reshape(self.side, self.side)
            else:
                if woven is None:
                    woven = in_color(self._some(), self.side)[1]
                shape = (self.side, self.side, 3) if woven else (3, self.side, self.side)
                pixels = row.reshape(shape) if woven else row.reshape(shape).transpose(1, 2, 0)
            yield np.ascontiguousarray(pixels), self._said(cells)

    def _some(self) -> NDArray[np.uint8]:
        """Return the first rows, (n, count)."""
        rows = []
        for number, cells in enumerate(self.cells(), start=1):
            rows.append(eight_bits(self._numbers(cells, number), self.largest))
            if len(rows) >= 50:
                break
        return np.stack(rows)

    def _numbers(self, cells: Sequence[bytes], line: int) -> NDArray[np.float32]:
        place = self.first
        if self.as_text:
            values = cells[place].split() if len(cells) > place else []
        else:
            values = list(cells[place : place + self.count])
        try:
            numbers = np.array(values, dtype=np.float32)
        except ValueError:
            numbers = np.zeros(0, np.float32)
        if len(numbers) != self.count:
            raise DataError(
                f"Line {line:,} of {self.name} does not hold {self.count:,} numbers, one for each pixel of an image "
                f"of {self.side} x {self.side}, as the others do. Leave this line out, or put it right."
            )
        return numbers


def recognise(name: str, opens: Callable[[], IO[bytes]]) -> PixelGrid | None:
    """Return a table of pictures by its beginning; None if it is anything else.

    Args:
        name: For messages.
        opens: Opens its bytes.
    """
    with opens() as file:
        start = file.read(HEAD)
    lines = [line for line in start.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]
    if len(start) == HEAD and len(lines) > 1:
        lines = lines[:-1]  # cut in the middle
    if len(lines) < 2 or len(lines[0]) > LONGEST_LINE or b"\0" in start[:4096]:
        return None
    separator = max(_SEPARATORS, key=lambda sign: lines[1].count(sign))
    rows = [[cell.strip(b' "') for cell in line.split(separator)] for line in lines[: LOOKED_AT + 1]]
    found = _with_pixels_in_one(name, opens, lines) or _with_columns(name, opens, separator, rows)
    return found


def _with_columns(
    name: str, opens: Callable[[], IO[bytes]], separator: bytes, rows: Sequence[Sequence[bytes]]
) -> PixelGrid | None:
    width = len(rows[1])
    if width < LEAST_COLUMNS or len(rows[0]) != width:
        return None
    header = not all(_is_number(cell) for cell in rows[0]) or _are_numbered(rows)
    names = [cell.decode("utf-8", "replace").strip().lower() for cell in rows[0]] if header else []
    body = [row for row in rows[int(header) :] if len(row) == width]
    pixels = [i for i, called in enumerate(names) if _PIXEL.fullmatch(called)]
    is_sure = bool(pixels)
    if not pixels:
        pixels = _numbered(names) if header else _without_label(body, width)
    side, channels = sides_of(len(pixels))
    if not side or pixels != list(range(pixels[0], pixels[0] + len(pixels))):
        return None
    label = _label_column(names, pixels, width)
    values = _values(body, pixels)
    if values is None or values.min() < 0 or values.max() > 255:
        return None
    if not is_sure and not _is_smooth(values, side, channels):
        return None
    split = next((i for i, called in enumerate(names) if called in ("usage", "split", "set", "subset")), -1)
    top = range_of(float(values.max()))
    return PixelGrid(name, opens, separator, header, label, pixels[0], side, channels, top, is_sure, split=split)


def _with_pixels_in_one(name: str, opens: Callable[[], IO[bytes]], lines: Sequence[bytes]) -> PixelGrid | None:
    """Return a table such as FER2013's: one "pixels" column, its values separated by spaces."""
    names = [cell.strip(b' "').decode("utf-8", "replace").lower() for cell in lines[0].split(b",")]
    place = next((i for i, called in enumerate(names) if called in ("pixels", "pixel", "image", "pixel_values")), -1)
    if place < 0 or len(names) > 12:
        return None
    rows = [[cell.strip(b' "') for cell in line.split(b",")] for line in lines[1 : LOOKED_AT + 1]]
    counts = {len(row[place].split()) if len(row) == len(names) else 0 for row in rows}
    side, channels = sides_of(counts.pop()) if len(counts) == 1 else (0, 0)
    values = _values([row[place].split() for row in rows], list(range(side * side * channels))) if side else None
    if values is None or values.min() < 0 or values.max() > 255:
        return None
    label = next((i for i, called in enumerate(names) if called in LABELS), -1)
    split = next((i for i, called in enumerate(names) if called in ("usage", "split", "set", "subset")), -1)
    found = PixelGrid(name, opens, b",", True, label, place, side, channels, range_of(float(values.max())), True)
    return replace(found, as_text=True, split=split)


def _numbered(names: Sequence[str]) -> list[int]:
    """Return the columns that are only numbered, if all but one or two are."""
    numbered = [i for i, called in enumerate(names) if _NUMBERED.fullmatch(called) and called not in LABELS]
    # "0,0.1,0.2": a header in which the label is called like a pixel.
    for left in (numbered, numbered[1:], numbered[:-1]):
        if sides_of(len(left))[0] and len(names) - len(left) <= 3:
            return left
    return []


def _are_numbered(rows: Sequence[Sequence[bytes]]) -> bool:
    """Return whether the first row is pandas' renamed numbers, such as "0,0.1,0.2,0.3"."""
    return any(b"." in cell for cell in rows[0]) and not any(b"." in cell for row in rows[1:10] for cell in row)


def _without_label(body: Sequence[Sequence[bytes]], width: int) -> list[int]:
    """Return a headerless table's pixels: all columns but the first or the last."""
    if not sides_of(width - 1)[0]:
        return []
    firsts, lasts = {row[0] for row in body}, {row[-1] for row in body}
    return list(range(width - 1)) if len(firsts) == 1 and len(lasts) > 1 else list(range(1, width))


def _label_column(names: Sequence[str], pixels: Sequence[int], width: int) -> int:
    others = [i for i in range(width) if not pixels[0] <= i <= pixels[-1]]
    named = [i for i in others if names and names[i] in LABELS]
    return named[0] if named else others[0] if len(others) == 1 else -1


def _values(body: Sequence[Sequence[bytes]], pixels: Sequence[int]) -> NDArray[np.float32] | None:
    try:
        return np.array([[row[i] for i in pixels] for row in body], dtype=np.float32)
    except (ValueError, IndexError):
        return None


def _is_smooth(values: NDArray[np.float32], side: int, channels: int) -> bool:
    """Return whether vertically neighbouring values are alike, as only in images."""
    images = values.reshape(-1, side, side, 3) if channels == 3 else values.reshape(-1, side, side, 1)
    below = np.abs(np.diff(images, axis=1)).mean()
    mixed = np.random.default_rng(0).permutation(side)
    apart = np.abs(images[:, mixed] - images).mean()
    return bool(apart > 0 and below < SMOOTH * apart)


def _lines(file: IO[bytes], name: str) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DataError(f"{name} has a line of more than {LONGEST_LINE // 1024**2} MB, which is no image.")
        yield line


def _is_number(cell: bytes) -> bool:
    return len(cell) < 30 and cell.strip().replace(b".", b"", 1).isdigit()


def _label(cell: bytes) -> str:
    text = cell.decode("utf-8", "replace").strip()
    return text.removesuffix(".0") if text.removesuffix(".0").isdecimal() else text
