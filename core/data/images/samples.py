"""A few small images of each class, shown before an import.

How much is decoded is bounded.
"""

import base64
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.archives import Archive, Entry, UnreadableEntry
from core.data.images.background import spread
from core.data.images.decoding import WHITE, BadImage, decode, pixels_of
from core.specs.dataset_types import Thumbnail

CLASSES, EACH = 12, 4  # shown
SIDE = 96  # pixels of the longer side
LARGEST = 8 * 1024**2  # bytes of a file that is looked at
MOST_PIXELS = 12_000_000  # of one picture
PIXELS_TOGETHER = 60_000_000  # of all that are decoded
LOOKED_AT = 1_000  # examples of a source that can only be read from its beginning


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture that could be shown.

    Args:
        label: As written.
        name: In the source.
        content: Returns its file, or its pixels, (H, W) or (H, W, 3).
    """

    label: str
    name: str
    content: Callable[[], bytes | NDArray[np.uint8]]


def samples_in(archive: Archive, labelled: Sequence[tuple[Entry, str]]) -> Iterator[Sample]:
    """Yield some images of each class of an archive, evenly from first to last."""
    by_label: dict[str, list[Entry]] = defaultdict(list)
    for entry, label in labelled:
        if entry.size_bytes <= LARGEST:
            by_label[label].append(entry)
    for label, entries in by_label.items():
        for entry in spread(entries, EACH):
            yield Sample(label, entry.name, lambda entry=entry: _read(archive, entry))  # type: ignore[misc]


def small(samples: Iterable[Sample], names: Mapping[str, str], ground: int = WHITE) -> tuple[Thumbnail, ...]:
    """Return small copies of the first few pictures of each class.

    Args:
        samples: Lazily; only as many are taken as are shown.
        names: What each label as written is called; "" leaves it out.
        ground: Below transparent ones.
    """
    chosen = sorted({name for name in names.values() if name})[:CLASSES]
    found: dict[str, list[Thumbnail]] = {name: [] for name in chosen}
    pixels = 0
    for number, sample in enumerate(samples):
        name = names.get(sample.label, "")
        if name in found and len(found[name]) < EACH and pixels < PIXELS_TOGETHER:
            made, cost = _small(sample.content(), ground)
            pixels += cost
            if made:
                found[name].append(Thumbnail(name, sample.name, made))
        if number >= LOOKED_AT or all(len(shown) == EACH for shown in found.values()):
            break
    return tuple(thumbnail for shown in found.values() for thumbnail in shown)


def _read(archive: Archive, entry: Entry) -> bytes:
    try:
        return archive.read(entry, LARGEST)
    except UnreadableEntry:
        return b""


def _small(content: bytes | NDArray[np.uint8], ground: int) -> tuple[str, int]:
    """Return a thumbnail in base64, "" for none, and the count of decoded pixels."""
    from PIL import Image

    if isinstance(content, np.ndarray):
        image, cost = Image.fromarray(content), content.size
    else:
        cost = pixels_of(content)
        if not 0 < cost <= MOST_PIXELS:
            return "", 0
        try:
            image = decode(content, SIDE, ground)
        except BadImage:
            return "", cost
    lossless = max(image.size) <= SIDE
    image.thumbnail((SIDE, SIDE), reducing_gap=2)
    image.info.clear()
    file = io.BytesIO()
    if lossless:
        image.save(file, "PNG", compress_level=6)
    else:
        image.save(file, "JPEG", quality=85)
    return base64.b64encode(file.getvalue()).decode("ascii"), cost
