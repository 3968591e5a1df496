"""A folder or ZIP of images with annotation files, as a layout reads it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

from core.data.archives import Archive, Entry, UnreadableEntry
from core.data.images.class_folders import folder_of, is_image, split_above
from core.data.images.image_names import ImageNames
from core.data.images.skip_report import SkipReport
from core.errors import DataError
from core.specs.dataset_types import Guess

HEAD = 64 * 1024  # bytes that say what a file is
LARGEST_FILE = 150 * 1024**2  # bytes of one file of annotations
_UPLOADED = re.compile(r"[0-9a-f]{8}-")  # what Label Studio puts before the name of an uploaded file
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Said:
    """The annotation of one image: its label as written, and its split or ""."""

    label: str
    split: str = ""


@dataclass(frozen=True, eq=False)
class Labelling:
    """What a layout found out.

    Args:
        title: What it is, with the files that say so: "COCO annotations (instances.json)".
        said: By the number of the picture's entry; pictures that are missing here have no label.
        used: Numbers of the other files that were read.
        notes: Whole sentences.
        guesses: What was decided without being asked.
        skipped: Rows and files that could not be used.
    """

    title: str
    said: Mapping[int, Said]
    used: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    skipped: SkipReport = field(default_factory=SkipReport)


@dataclass(frozen=True, eq=False)
class Files:
    """Pictures and the other files beside them."""

    archive: Archive
    images: list[Entry]
    others: list[Entry]

    @classmethod
    def of(cls, archive: Archive) -> "Files":
        """Return an archive's files."""
        images = [entry for entry in archive.entries() if is_image(entry.name)]
        return cls(archive, images, [entry for entry in archive.entries() if not is_image(entry.name)])

    @cached_property
    def _names(self) -> ImageNames:
        return ImageNames(self.images)

    def ending(self, *endings: str) -> list[Entry]:
        """Return the other files whose names end so, in lower case."""
        return [entry for entry in self.others if entry.name.lower().endswith(endings)]

    def find(self, written: str, beside: Entry | None = None) -> Entry | None:
        """Return the picture that a file of annotations means, if it is sure which.

        Args:
            written: A name, a path or an address, with or without suffix.
            beside: The file that says so: of several pictures of a name, one of its own folder or split is meant.
        """
        names = [written, *([address] if (address := _path_of(written)) != written else [])]
        last = names[-1].rpartition("/")[2]
        if _UPLOADED.match(last):
            names.append(last[9:])
        split = split_above(folder_of(beside.name)) if beside else ""
        for name in names:
            found = self._names.find(name, split)
            if len(found) > 1 and beside is not None:
                found = _nearest(found, beside)
            if len(found) == 1:
                return found[0]
        return None

    def head(self, entry: Entry) -> str:
        """Return how a file begins, as text; "" if it cannot be read."""
        try:
            with self.archive.open(entry) as file:
                return _decoded(file.read(HEAD))
        except UnreadableEntry:
            return ""

    def text(self, entry: Entry) -> str:
        """Return a file as text.

        Raises:
            DataError: It is too large or damaged.
        """
        return _decoded(self.archive.read(entry, LARGEST_FILE))

    def json(self, entry: Entry) -> Any:
        """Return what a JSON file holds.

        Raises:
            DataError: It is too large, or no JSON.
        """
        try:
            return json.loads(self.text(entry))
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{entry.name} is no JSON that can be read: it is damaged or was cut off. Export it again."
            ) from error

    def lines(self, entry: Entry) -> list[str]:
        """Return a text file's lines that hold something, stripped."""
        return [line.strip() for line in self.text(entry).splitlines() if line.strip()]


def split_of(entry: Entry, beside: Entry | None = None) -> str:
    """Return the split by an image's folders, else by its label file's folders."""
    return split_above(folder_of(entry.name)) or (split_above(folder_of(beside.name)) if beside else "")


def named(entries: Iterable[Entry]) -> str:
    """Return the files' names for a title: the first, and how many more."""
    names = [entry.name.rpartition("/")[2] for entry in entries]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more" if names else ""


def _path_of(written: str) -> str:
    """Return the path within an address such as "/data/local-files/?d=photos/cat.jpg" or "s3://bucket/cat%201.jpg"."""
    try:
        parts = urlsplit(written.strip())
    except ValueError:
        return written
    queried = parts.query.removeprefix("d=") if parts.query.startswith("d=") else ""
    is_address = parts.scheme in ("http", "https", "s3", "gs", "azure-blob", "file")
    return unquote(queried or parts.path) if queried or is_address or "%" in written else written


def _nearest(found: list[Entry], beside: Entry) -> list[Entry]:
    """Return the pictures that share the most folders with a file."""
    mine = folder_of(beside.name)

    def shared(entry: Entry) -> int:
        pairs = zip(folder_of(entry.name), mine, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(mine), len(folder_of(entry.name))))

    most = max(map(shared, found))
    return [entry for entry in found if shared(entry) == most]


def _decoded(content: bytes) -> str:
    if content.startswith(_BOMS[1:]):
        return content.decode("utf-16", "replace")
    return content.removeprefix(_BOMS[0]).decode("utf-8", "replace")
