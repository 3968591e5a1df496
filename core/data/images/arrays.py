"""Images given as numbers: counted, described, and written as PNG files into a draft."""

import io
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.disk_space import size_of
from core.data.images.annotated import Said
from core.data.images.ingest import describe, write
from core.data.images.samples import Sample, small
from core.data.images.skip_report import SkipReport
from core.data.images.sources import check_classes_left, check_label_kinds, check_task, named_labels, split_guess
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.labels import LabelBook
from core.data.task_kinds import IMAGES
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview, Thumbnail

LEAST_SIDE = 8  # pixels
MOST_LOOKED_AT = 2_000_000  # labels that are counted before anything is imported
REPORTED = 200  # pictures between two reports


@dataclass(frozen=True, eq=False)
class ArrayPart:
    """Pictures of one file, or one part of it.

    Args:
        name: Of the file, or of what is in it.
        said: Yields the label of each picture, as written, and its split or "".
        examples: Yields pixels, (H, W) or (H, W, 3) of 0 to 255, with what is said of each picture.
    """

    name: str
    said: Callable[[], Iterator[Said]]
    examples: Callable[[], Iterator[tuple[NDArray[np.uint8], Said]]]


@dataclass(frozen=True, eq=False)
class ArraySource:
    """An opened source of images as numbers, with its notes and guesses."""

    parts: Sequence[ArrayPart]
    title: str
    notes: Sequence[str] = ()
    guesses: Sequence[Guess] = ()


def array_reader(
    name: str,
    title: str,
    accepts: Callable[[Path], float],
    opened: Callable[[Path, ImportOptions], AbstractContextManager[ArraySource]],
    layout: str = "",
) -> ReaderSpec:
    """Return the reader of what is opened as arrays."""

    def preview(path: Path, options: ImportOptions) -> SourcePreview:
        check_task(path, options)
        with opened(path, options) as source:
            return _preview(path, options, source)

    def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
        check_task(path, options)
        with opened(path, options) as source:
            _read(path, options, source, staged, progress)

    def thumbnails(path: Path, options: ImportOptions) -> tuple[Thumbnail, ...]:
        with opened(path, options) as source:
            return _thumbnails(source.parts, options)

    return ReaderSpec(name, title, accepts, preview, read, lambda: (layout or name,), IMAGES, thumbnails)


def _preview(path: Path, options: ImportOptions, source: ArraySource) -> SourcePreview:
    """Return the classes with their counts.

    Raises:
        DataError: There are no two classes.
    """
    written, splits = Counter[str](), Counter[str]()
    for part in source.parts:
        for said in islice(part.said(), MOST_LOOKED_AT):
            written[said.label] += 1
            splits[said.split] += 1
    exact = written.total() < MOST_LOOKED_AT
    written.pop("", None)
    names = named_labels(written, options)
    classes = Counter[str]()
    for label in _ordered(written):
        classes[names[label]] += written[label]
    classes.pop("", None)
    check_label_kinds(classes, source.title, path.name)
    return SourcePreview(
        kind="pictures",
        format=source.title,
        tasks=(IMAGES.first,),
        options=options.model_copy(update={"task": IMAGES.first, "label_map": names}),
        size_bytes=size_of(path),
        classes=dict(classes),
        label_map=names,
        notes=tuple(source.notes),
        guesses=(*source.guesses, *split_guess(splits)),
        rows=classes.total(),
        rows_are_exact=exact,
    )


def _read(path: Path, options: ImportOptions, source: ArraySource, staged: StagedDataset, progress: Progress) -> None:
    """Write every picture that has a label as PNG into the draft."""
    from PIL import Image

    skipped, book, kept = SkipReport(), LabelBook(options.label_map, options.normalise_labels), Counter[str]()
    progress.stage("Reading images", sum(1 for part in source.parts for _ in part.said()), "images")
    done = 0
    for part in source.parts:
        for number, (pixels, said) in enumerate(part.examples(), start=1):
            called = f"{part.name} #{number}"
            done += 1
            if done % REPORTED == 0:
                progress.advance(done)
            if not said.label:
                skipped.add("unlabelled-pictures", called)
                continue
            book.counts[said.label] += 1
            if not (name := book.name(said.label)):
                skipped.add("dropped-labels", called)
                continue
            image, file = Image.fromarray(pixels), io.BytesIO()
            image.save(file, "PNG", compress_level=1)
            write(describe(image, file.getvalue()), called, name, said.split, number, staged)
            kept[name] += 1
    staged.labels = tuple(dict.fromkeys(name for label in _ordered(book.counts) if (name := book.name(label))))
    merged = book.finding(path.name)
    staged.findings += [*skipped.findings(), *([merged] if merged else [])]
    staged.facts |= {"format": source.title, "label_map": book.names, "files": [part.name for part in source.parts]}
    check_classes_left(path.name, kept, book.names, staged, skipped)


def _thumbnails(parts: Sequence[ArrayPart], options: ImportOptions) -> tuple[Thumbnail, ...]:
    """Return a few small pictures of each class, from the beginning of each part."""
    examples = (
        (f"{part.name} #{number}", said.label, pixels)
        for part in parts
        for number, (pixels, said) in enumerate(part.examples(), start=1)
    )
    samples = (Sample(label, name, lambda p=pixels: p) for name, label, pixels in examples)  # type: ignore[misc]
    return small(samples, options.label_map)


def sides_of(count: int) -> tuple[int, int]:
    """Return square images' side and channels for a number count; (0, 0) if none."""
    for channels in (1, 3):
        side = math.isqrt(count // channels)
        if side >= LEAST_SIDE and side * side * channels == count:
            return side, channels
    return 0, 0


def in_color(pixels: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], bool]:
    """Return colour rows, (N, 3 side side), as images, and whether channels came interleaved.

    The images are (N, side, side, 3).

    Some write red, green and blue of each pixel, some all of the red first: what is smoother is right.
    """
    woven = pixels.reshape(-1, side, side, 3)
    planes = pixels.reshape(-1, 3, side, side).transpose(0, 2, 3, 1)
    is_woven = _roughness(woven) <= _roughness(planes)
    return (woven if is_woven else np.ascontiguousarray(planes)), is_woven


def eight_bits(numbers: NDArray[np.generic], largest: float, smallest: float = 0.0) -> NDArray[np.uint8]:
    """Return pixels from 0 to 255, scaled from numbers of a given range."""
    if numbers.dtype == np.uint8 and largest > 16:
        return numbers.view(np.uint8)
    low, high = (0.0, range_of(largest)) if smallest >= 0 else (-range_of(-smallest), range_of(max(largest, -smallest)))
    plain = np.nan_to_num(numbers.astype(np.float32), posinf=high, neginf=low)
    return ((plain - low) * (255 / (high - low))).clip(0, 255).round().astype(np.uint8)


def range_of(largest: float) -> float:
    """Return the likely maximum of a range: 1, 16, 255, 4,095 or 65,535."""
    return next((float(top) for top in (1, 16, 255, 1023, 4095, 65535) if largest <= top), max(largest, 1.0))


def check_several(parts: Sequence[object], name: str) -> None:
    """Refuse a source in which there is nothing with a label."""
    if not parts:
        raise DataError(
            f"{name} holds images as numbers, but no labels that belong to them. Import the file that says what they "
            "show in the same folder or ZIP."
        )


def _roughness(images: NDArray[np.uint8]) -> float:
    some = images[:50].astype(np.int16)
    return float(np.abs(np.diff(some, axis=1)).mean() + np.abs(np.diff(some, axis=2)).mean())


def _ordered(labels: Counter[str]) -> list[str]:
    """Return labels as people order them: "2" before "10"."""
    return sorted(labels, key=lambda label: (not label.isdecimal(), int(label) if label.isdecimal() else 0, label))
