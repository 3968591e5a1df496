"""Datasets collected from images, class by class; every image is saved before it counts.

A collection is a folder of class folders, which is also how it is imported: `<id>/<label>/<number>.jpg`. What begins
with a dot is ours: `.collection.json`, and `.removed/<label>/`, from which pictures come back.
"""

import json
import os
import re
import shutil
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from core.data.imports.reservations import Reservations
from core.data.inspection_client import checked_image, thumbnail
from core.errors import DataError, UserError

MOST_IMAGES, MOST_LABELS, MOST_BYTES = 10_000, 100, 15 * 2**20  # of a collection; of one picture
LONGEST_LABEL, LONGEST_TITLE = 60, 80  # characters
THUMBNAIL = 256  # pixels of the longer side
CARD, REMOVED = ".collection.json", ".removed"
_NOT_IN_A_LABEL = re.compile(r"[\x00-\x1f\x7f/\\]")
_FILE = re.compile(r"\.?(\d+)(?:\.(?:jpg|png))?")


@dataclass(frozen=True)
class Collection:
    """One data set being put together."""

    id: str
    title: str
    created_at: datetime
    numbers: dict[str, tuple[int, ...]]  # of the pictures that are there, by label

    @property
    def counts(self) -> dict[str, int]:
        """How many pictures each class has."""
        return {label: len(numbers) for label, numbers in self.numbers.items()}


class Collections:
    """Every collection. Two pages, and two threads, may change one at the same time.

    Args:
        folder: A sub-folder a collection.
        space: Counts what is promised to files on their way; shared by all that writes to the same disk.
    """

    def __init__(self, folder: Path, space: Reservations | None = None) -> None:
        self.folder = folder
        self.space = space or Reservations()

    def new(self, title: str) -> str:
        """Begin a collection; return its id.

        Raises:
            UserError: The title has no characters, or too many.
        """
        clean = " ".join(title.split())
        if not 0 < len(clean) <= LONGEST_TITLE:
            raise UserError(f"A title needs 1 to {LONGEST_TITLE} characters; this has {len(clean)}.")
        collection_id = uuid4().hex[:12]
        folder = self.folder / collection_id
        folder.mkdir(parents=True)
        card = {"title": clean, "created_at": datetime.now(UTC).isoformat()}
        _write(folder / CARD, json.dumps(card, ensure_ascii=False).encode())
        return collection_id

    def list(self) -> list[Collection]:
        """Return every collection, the newest first."""
        found = [self.get(card.parent.name) for card in self.folder.glob(f"*/{CARD}")]
        return sorted(found, key=lambda collection: collection.created_at, reverse=True)

    def get(self, collection_id: str) -> Collection:
        """Return one collection.

        Raises:
            UserError: There is none of this id.
        """
        folder = self.path(collection_id)
        card = json.loads((folder / CARD).read_bytes())
        numbers = {label.name: tuple(sorted(_images(label))) for label in _labels(folder)}
        return Collection(collection_id, card["title"], datetime.fromisoformat(card["created_at"]), numbers)

    def path(self, collection_id: str) -> Path:
        """Return its folder, which can be imported as it is.

        Raises:
            UserError: There is none of this id.
        """
        folder = self.folder / collection_id
        if not collection_id.isalnum() or not (folder / CARD).is_file():
            raise UserError("This collection of images is not here any more. It was imported or removed.")
        return folder

    def discard(self, collection_id: str) -> None:
        """Remove a collection with its pictures; it may be gone already."""
        with suppress(UserError):
            gone = self.folder / f".gone-{collection_id}"
            self.path(collection_id).rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    # --- pictures ---

    def add_image(self, collection_id: str, label: str, content: bytes) -> int:
        """Keep a picture; return its number in its class.

        Raises:
            DataError: It is no picture that can be used, or there are too many.
            UserError: The label cannot be one, or there is no such collection.
        """
        folder = self.path(collection_id)
        clean = _clean(label)
        if len(content) > MOST_BYTES:
            raise DataError(
                f"This image has {len(content) / 2**20:.0f} MB; at most {MOST_BYTES // 2**20} can be kept. "
                "Make it smaller and add it again."
            )
        place = _found(folder, clean) or folder / clean
        _check_room(folder, is_new=not place.is_dir())
        with self.space.hold(folder, MOST_BYTES):
            kept = checked_image(content)
            place.mkdir(exist_ok=True)
            return _keep(place, folder / REMOVED / place.name, kept)

    def remove_image(self, collection_id: str, label: str, number: int) -> None:
        """Take a picture away; it can come back.

        Raises:
            UserError: There is no such picture.
        """
        folder = self.path(collection_id)
        place = _the_label(folder, label)
        removed = folder / REMOVED / place.name
        removed.mkdir(parents=True, exist_ok=True)
        _move(_image(place, number), removed)

    def restore_image(self, collection_id: str, label: str, number: int) -> None:
        """Bring a removed picture back under its number.

        Raises:
            UserError: There is no such removed picture.
        """
        folder = self.path(collection_id)
        clean = _clean(label)
        place = _found(folder, clean) or folder / clean
        image = _image(folder / REMOVED / place.name, number)
        place.mkdir(exist_ok=True)
        _move(image, place)

    def image(self, collection_id: str, label: str, number: int, largest: int = THUMBNAIL) -> bytes:
        """Return a small copy of a picture, as PNG or JPEG.

        Raises:
            UserError: There is no such picture.
        """
        try:
            return thumbnail(_image(_the_label(self.path(collection_id), label), number).read_bytes(), largest)
        except FileNotFoundError as error:  # removed between two looks
            raise _no_image() from error

    # --- classes ---

    def rename_label(self, collection_id: str, label: str, new: str) -> None:
        """Give a class another name.

        Raises:
            UserError: There is no such class, the new name cannot be one, or another class has it.
        """
        folder = self.path(collection_id)
        place, clean = _the_label(folder, label), _clean(new)
        if (other := _found(folder, clean)) is not None and other != place:
            raise UserError(f"There is a class named '{other.name}' already. Choose another name.")
        for inside in (folder, folder / REMOVED):
            if (inside / place.name).is_dir():
                (inside / place.name).rename(inside / clean)

    def remove_label(self, collection_id: str, label: str) -> None:
        """Take a class away with its pictures, each of which can come back.

        Raises:
            UserError: There is no such class.
        """
        place = _the_label(self.path(collection_id), label)
        for number in _images(place):
            with suppress(UserError):  # another page was quicker
                self.remove_image(collection_id, label, number)
        with suppress(OSError):  # another page has just added one
            place.rmdir()


def _clean(label: str) -> str:
    """Return a label that is a valid folder name and keeps the user's spelling.

    Raises:
        UserError: There is none.
    """
    clean = unicodedata.normalize("NFC", " ".join(label.split()))
    if not 0 < len(clean) <= LONGEST_LABEL:
        raise UserError(f"The name of a class needs 1 to {LONGEST_LABEL} characters; this has {len(clean)}.")
    if _NOT_IN_A_LABEL.search(clean) or clean.startswith("."):
        raise UserError("The name of a class cannot begin with a dot or have a slash in it. Choose another name.")
    return clean


def _labels(folder: Path) -> list[Path]:
    inside = [place for place in folder.iterdir() if place.is_dir() and not place.name.startswith(".")]
    return sorted(inside, key=lambda place: (place.name.casefold(), place.name))


def _found(folder: Path, label: str) -> Path | None:
    """Return the folder of a class; "Cat" and "cat" are one."""
    return next((place for place in _labels(folder) if place.name.casefold() == label.casefold()), None)


def _the_label(folder: Path, label: str) -> Path:
    if (place := _found(folder, _clean(label))) is None:
        raise UserError(f"There is no class named '{label.strip()}' here any more.")
    return place


def _images(place: Path) -> dict[int, Path]:
    """Return the pictures in a folder by number."""
    inside = place.iterdir() if place.is_dir() else ()
    return {int(found[1]): f for f in inside if (found := _FILE.fullmatch(f.name)) and not f.name.startswith(".")}


def _image(place: Path, number: int) -> Path:
    for suffix in ("jpg", "png"):
        if (file := place / f"{number}.{suffix}").is_file():
            return file
    raise _no_image()


def _no_image() -> UserError:
    return UserError("This image is not here any more. It was removed, perhaps on another page.")


def _move(image: Path, folder: Path) -> None:
    try:
        image.rename(folder / image.name)
    except FileNotFoundError as error:  # another page was quicker
        raise _no_image() from error


def _check_room(folder: Path, *, is_new: bool) -> None:
    labels = _labels(folder)
    if is_new and len(labels) >= MOST_LABELS:
        raise DataError(f"There are {MOST_LABELS} classes already, which is the most that a collection can have.")
    if sum(len(_images(place)) for place in labels) >= MOST_IMAGES:
        raise DataError(
            f"There are {MOST_IMAGES:,} images already, which is the most that a collection can have. "
            "Import it; more can be added to the data set then."
        )


def _keep(place: Path, removed: Path, content: bytes) -> int:
    """Write an image under the next free number; two pages never get the same."""
    suffix = "png" if content.startswith(b"\x89PNG") else "jpg"
    number = max([0, *_taken(place), *_taken(removed)]) + 1
    while True:
        reserved = place / f".{number}"
        try:
            reserved.open("xb").close()
        except FileExistsError:
            number += 1
            continue
        try:
            if number not in _images(place) and number not in _images(removed):
                _write(reserved, content)
                reserved.rename(place / f"{number}.{suffix}")
                return number
        finally:
            reserved.unlink(missing_ok=True)
        number += 1  # somebody took it between our two looks


def _taken(place: Path) -> list[int]:
    inside = place.iterdir() if place.is_dir() else ()
    return [int(found[1]) for file in inside if (found := _FILE.fullmatch(file.name))]


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
