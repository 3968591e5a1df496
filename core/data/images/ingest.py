"""Import of images from an archive into a draft: checked, hashed, packed, problems reported."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from core.data.archives import Archive, Entry, UnreadableEntry
from core.data.images.background import LARGEST, LOOKED_AT, Ground, find_ground, may_be_transparent, spread
from core.data.images.decoding import (
    COMPOSED,
    WHITE,
    BadImage,
    HollowImage,
    TooLargeImage,
    TooSmallImage,
    UnreadableImage,
    decoded,
    holds_several,
    without_color,
)
from core.data.images.image_hash import hash_pixels, perceptual_hash
from core.data.images.pixel_budget import PixelBudget
from core.data.images.skip_report import SkipReport
from core.data.images.thread_pool import in_order
from core.data.images.unreadable import Cause, cause_of
from core.data.rows import IMAGE_ROWS
from core.data.staging import Progress, StagedDataset

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_KEPT = 25 * 1024**2  # bytes; larger files are saved anew
LARGEST_READ = 200 * 1024**2  # bytes
KEPT_SIDE = 2048  # pixels of the longer side of pictures that are saved anew


@dataclass(frozen=True)
class IngestedImage:
    """A picture as it is kept.

    Args:
        content: The file.
        width: Upright, in pixels.
        height: Upright, in pixels.
        channels: 1 if it has no colour, else 3.
        pixels: Hash of the pixels, 16 bytes.
        looks: Perceptual hash; None for small ones.
        saved_anew: Whether it is smaller than it came.
        is_first: Whether its file holds others after it.
        composed: Whether it was transparent, and is kept on another ground than white.
    """

    content: bytes
    width: int
    height: int
    channels: int
    pixels: bytes
    looks: int | None
    saved_anew: bool = False
    is_first: bool = False
    composed: bool = False


@dataclass(frozen=True)
class Unusable:
    """An unusable file: its finding's code and, if unreadable, the cause."""

    code: str
    cause: Cause = "cut"


@dataclass(frozen=True)
class Placed:
    """An archive file with its label and split by location, "" for no split."""

    entry: Entry
    label: str
    split: str


def examine(content: bytes, ground: int = WHITE) -> IngestedImage:
    """Return a picture with all that is kept of it.

    Args:
        content: The file.
        ground: What lies below it where it is transparent; on another one than white it is saved anew.

    Raises:
        BadImage: It cannot be used; which kind says why.
    """
    saved_anew, is_first = len(content) > LARGEST_KEPT, holds_several(content)
    if saved_anew:
        content = _save_smaller(content)
    with decoded(content, ground=ground) as image:
        composed = ground != WHITE and COMPOSED in image.info
        if composed:
            image.info.clear()
            content = _as_png(image)
        return replace(describe(image, content), saved_anew=saved_anew, is_first=is_first, composed=composed)


def examine_or_say(content: bytes, ground: int, budget: PixelBudget) -> IngestedImage | Unusable:
    """Return an image with everything that is stored, or why it is unusable."""
    if budget.is_spent:
        return Unusable("pixels-beyond-budget")
    try:
        found = examine(content, ground)
        budget.spend(found.width * found.height, len(content))
        return found
    except BadImage as error:
        code = CODES[type(error)]
        if code == "unreadable-files":
            budget.spend_on_broken(content)
        return Unusable(code, cause_of(content)) if code == "unreadable-files" else Unusable(code)


def describe(image: "Image", content: bytes) -> IngestedImage:
    """Return what is kept of a picture that is decoded already.

    Args:
        image: Mode "L" or "RGB".
        content: Its file.
    """
    image = without_color(image)
    return IngestedImage(
        content=content,
        width=image.width,
        height=image.height,
        channels=1 if image.mode == "L" else 3,
        pixels=hash_pixels(image),
        looks=perceptual_hash(image),
    )


def write(image: IngestedImage, name: str, label: str, split: str, source: int, staged: StagedDataset) -> None:
    """Write one picture and its row into the draft.

    Args:
        image: What is kept of it.
        name: As in the source.
        label: Its class.
        split: As the source says, or "".
        source: Its number in the source, from 1.
        staged: Gets both.
    """
    staged.rows(IMAGE_ROWS).add(
        name=name,
        label=label,
        pack="",  # the importer gives the pack its name
        offset=staged.pack().add(image.content),
        size_bytes=len(image.content),
        width=image.width,
        height=image.height,
        channels=image.channels,
        pixels=image.pixels,
        looks=image.looks,
        given=split,
        source=source,
    )


def take_in(
    archive: Archive,
    placed: Iterable[Placed],
    skipped: SkipReport,
    staged: StagedDataset,
    progress: Progress,
    ground: str = "",
) -> Counter[str]:
    """Write pictures into the draft, in order; those that cannot be used are noted.

    Args:
        archive: That they are in.
        placed: Which, and their labels and splits.
        skipped: Takes what cannot be used.
        staged: Gets rows and pictures.
        progress: Is told the bytes.
        ground: On which transparent pictures are laid; "" finds it out.

    Returns:
        How many pictures of each label were written.
    """
    waiting, kept = list(placed), Counter[str]()
    under = ground_of(archive, [place.entry for place in waiting], ground)
    context = partial(_examine, ground=under.level, budget=PixelBudget())
    progress.stage("Reading images", sum(place.entry.size_bytes for place in waiting), "bytes")
    read, done = _read(archive, waiting), 0
    for place, found in zip(waiting, in_order(context, read, _weight), strict=True):
        if isinstance(found, IngestedImage):
            write(found, place.entry.name, place.label, place.split, place.entry.number + 1, staged)
            kept[place.label] += 1
        note(found, place.entry.name, skipped)
        done += place.entry.size_bytes
        progress.advance(done)
    if under.name:
        staged.facts["ground"] = under.name
    return kept


def ground_of(archive: Archive, entries: Sequence[Entry], chosen: str) -> Ground:
    """Return the background for an archive's transparent images, from a sample of them.

    Raises:
        DataError: There is no such ground.
    """
    if chosen:
        return find_ground((), chosen)
    some = [entry for entry in entries if may_be_transparent(entry.name) and entry.size_bytes <= LARGEST]
    return find_ground(_readable(archive, spread(some, LOOKED_AT)))


def _readable(archive: Archive, entries: Iterable[Entry]) -> Iterator[bytes]:
    for entry in entries:
        with suppress(UnreadableEntry):
            yield archive.read(entry, LARGEST)


def note(found: IngestedImage | Unusable, name: str, skipped: SkipReport) -> None:
    """Say what was not, or not wholly, taken in of a file."""
    if isinstance(found, Unusable):
        skipped.add(found.code, name, found.cause)
        return
    if found.saved_anew:
        skipped.add("shrunk-pictures", name)
    if found.is_first:
        skipped.add("first-frames", name)
    if found.composed:
        skipped.add("composed-pictures", name)


def _read(archive: Archive, placed: list[Placed]) -> Iterator[bytes | Unusable]:
    """Yield the bytes of each file, or why there are none."""
    for place in placed:
        if place.entry.size_bytes > LARGEST_READ:
            yield Unusable("too-large-pictures")
            continue
        try:
            yield archive.read(place.entry, LARGEST_READ)
        except UnreadableEntry:
            yield Unusable("unreadable-files")


def _weight(read: bytes | Unusable) -> int:
    return 0 if isinstance(read, Unusable) else len(read)


def _examine(read: bytes | Unusable, ground: int, budget: PixelBudget) -> IngestedImage | Unusable:
    return read if isinstance(read, Unusable) else examine_or_say(read, ground, budget)


CODES: dict[type[BadImage], str] = {
    UnreadableImage: "unreadable-files",
    TooLargeImage: "too-large-pictures",
    HollowImage: "hollow-pictures",
    TooSmallImage: "too-small-pictures",
}


def _as_png(image: "Image") -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _save_smaller(content: bytes) -> bytes:
    with decoded(content, KEPT_SIDE) as image:
        image.thumbnail((KEPT_SIDE, KEPT_SIDE), reducing_gap=3)
        image.info.clear()
        file = io.BytesIO()
        image.save(file, "JPEG", quality=92)
        return file.getvalue()
