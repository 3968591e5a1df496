"""Reader for MNIST's idx files: image and label pairs, gzip-compressed or not."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np

from core.data.archives import Archive, is_archive, open_archive, peek
from core.data.images.class_folders import split_named
from core.data.images.idx_format import IdxFile, recognise
from core.data.images.ingest import describe, write
from core.data.images.samples import Sample, small
from core.data.images.skip_report import SkipReport
from core.data.images.sources import check_task, refuse_nothing_left, split_guess
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.task_kinds import IMAGES
from core.errors import DataError
from core.specs.dataset_types import ImportOptions, SourcePreview, Thumbnail

MOST_FILES = 40  # of a folder or ZIP, whose headers are looked at
_SPLITS = {"t10k": "test"}  # as MNIST calls its test files


@dataclass(frozen=True)
class _Pair:
    images: IdxFile
    labels: IdxFile
    split: str


def accepts(path: Path) -> float:
    """Tell how sure it is that this is an idx file, or holds some."""
    if not is_archive(path):
        return 0.95 if path.is_file() and _recognised(path) else 0.0
    names = [name.lower() for name in peek(path)]
    if any("idx3" in name or "idx1" in name for name in names):
        return 0.97
    if not 0 < len(names) <= MOST_FILES or not any(_may_be(name) for name in names):
        return 0.0
    try:
        with open_archive(path) as archive:
            return 0.93 if _in_archive(archive) else 0.0
    except DataError:
        return 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the classes with their counts, and which pairs there are."""
    check_task(path, options)
    with _opened(path) as pairs:
        counts: Counter[int] = Counter()
        for pair in pairs:
            for labels in pair.labels.batches():
                counts.update(dict(zip(*(v.tolist() for v in np.unique(labels, return_counts=True)), strict=True)))
        names = {str(number): options.label_map.get(str(number), str(number)) for number in sorted(counts)}
        classes: Counter[str] = Counter()
        for number in sorted(counts):
            classes[names[str(number)]] += counts[number]
        classes.pop("", None)
        _check_classes(path, classes)
        return SourcePreview(
            kind="pictures",
            format="idx files (MNIST's format)",
            tasks=(IMAGES.first,),
            options=options.model_copy(update={"task": IMAGES.first, "label_map": names}),
            size_bytes=path.stat().st_size if path.is_file() else sum(f.stat().st_size for f in _files(path)),
            classes=dict(classes),
            label_map=names,
            notes=tuple(map(_note, pairs)),
            guesses=split_guess(_splits(pairs)),
            rows=sum(pair.images.shape[0] for pair in pairs),
        )


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write every picture as PNG into the draft."""
    check_task(path, options)
    from PIL import Image

    skipped = SkipReport()
    with _opened(path) as pairs:
        progress.stage("Reading images", sum(pair.images.shape[0] for pair in pairs), "images")
        done, used = 0, set()
        for pair in pairs:
            for number, (pixels, label) in enumerate(_examples(pair)):
                name = options.label_map.get(str(label), str(label))
                used.add(label)
                if name:
                    image = Image.fromarray(pixels)
                    file = io.BytesIO()
                    image.save(file, "PNG", compress_level=1)
                    described = describe(image, file.getvalue())
                    write(described, f"{pair.images.name} #{number + 1}", name, pair.split, number + 1, staged)
                else:
                    skipped.add("dropped-labels", f"{pair.images.name} #{number + 1}")
                done += 1
                if done % 200 == 0:
                    progress.advance(done)
    names = [options.label_map.get(str(label), str(label)) for label in sorted(used)]
    staged.labels = tuple(dict.fromkeys(name for name in names if name))
    staged.facts |= {"format": "idx files (MNIST's format)", "files": [pair.images.name for pair in pairs]}
    staged.findings += skipped.findings()
    refuse_nothing_left(path.name, staged, skipped)


def thumbnails(path: Path, options: ImportOptions) -> tuple[Thumbnail, ...]:
    """Return a few small pictures of each class, from the beginning of each pair."""
    with _opened(path) as pairs:
        examples = ((pair.images.name, str(label), pixels) for pair in pairs for pixels, label in _examples(pair))
        samples = (Sample(label, name, lambda p=pixels: p) for name, label, pixels in examples)  # type: ignore[misc]
        return small(samples, options.label_map)


def _examples(pair: _Pair) -> Iterator[tuple[np.ndarray, int]]:
    labels = chain.from_iterable(batch.tolist() for batch in pair.labels.batches())
    images = chain.from_iterable(pair.images.batches())
    return zip(images, labels, strict=True)


@contextmanager
def _opened(path: Path) -> Iterator[list[_Pair]]:
    """Find the pairs in a ZIP, a folder, or a file and its neighbours."""
    if not is_archive(path):
        files = _files(path)
        yield _pairs(path.name, [f for f in map(_recognised, files) if f is not None], [file.name for file in files])
        return
    with open_archive(path) as archive:
        yield _pairs(path.name, _in_archive(archive), [entry.name for entry in archive.entries()])


def _files(path: Path) -> list[Path]:
    """Return a folder's files, or a file with the neighbours named like its partner."""
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
    mine = _recognised(path)
    partners = [path.with_name(mine.partner), path.with_name(mine.partner + ".gz")] if mine else []
    partners += [path.with_name(mine.partner.removesuffix(".gz"))] if mine else []
    there = [partner for partner in dict.fromkeys(partners) if partner != path and partner.is_file()]
    return [path, *there[:1]]


def _recognised(file: Path) -> IdxFile | None:
    return recognise(file.name, lambda: file.open("rb"))


def _may_be(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return last.endswith((".gz", ".idx", "ubyte")) or "." not in last


def _in_archive(archive: Archive) -> list[IdxFile]:
    entries = [entry for entry in archive.entries() if _may_be(entry.name)][:MOST_FILES]
    return [f for e in entries if (f := recognise(e.name, partial(archive.open, e))) is not None]


def _pairs(source: str, files: Sequence[IdxFile], names: Sequence[str]) -> list[_Pair]:
    """Return pictures with their labels; `names` are those of all files, idx or not.

    Raises:
        DataError: A partner is missing, or does not fit, or there are several sets.
    """
    if not files:
        raise DataError(
            f"{source} holds no idx files that can be read: they are damaged, or of numbers other than bytes."
        )
    images, labels = ([f for f in files if f.has_labels == wanted] for wanted in (False, True))
    by_key = {file.key: file for file in labels}
    if len(images) == len(labels) == 1:
        by_key = {images[0].key: labels[0]}
    for alone in [*(f for f in images if f.key not in by_key), *(f for f in labels if not images)]:
        _check_begin(alone, names)
        what, other = ("labels", "images") if alone.has_labels else ("images", "labels")
        raise DataError(
            f"{alone.name} holds {what}, but the file with their {other} is missing (it is usually called "
            f"'{alone.partner}'). Import both together, in one folder or ZIP."
        )
    pairs = [_Pair(file, by_key[file.key], _split_of(file.key)) for file in sorted(images, key=lambda f: f.key)]
    splits = Counter(pair.split for pair in pairs)
    if max(splits.values()) > 1:
        raise DataError(
            f"{source} holds several sets of images ({', '.join(pair.images.name for pair in pairs[:4])}). "
            "Import one set at a time: one pair for training and one for testing."
        )
    for pair in pairs:
        if pair.images.shape[0] != pair.labels.shape[0]:
            raise DataError(
                f"{pair.images.name} holds {pair.images.shape[0]:,} images, but {pair.labels.name} "
                f"{pair.labels.shape[0]:,} labels. They do not belong together; check which files you took."
            )
    order = ("train", "validation", "test", "")
    return (
        sorted(pairs, key=lambda pair: order.index(pair.split))
        if len(pairs) > 1
        else [_Pair(pairs[0].images, pairs[0].labels, "")]
    )


def _check_begin(alone: IdxFile, names: Sequence[str]) -> None:
    """Raise if a pair's other file exists but does not begin as idx."""
    plain = alone.partner.removesuffix(".gz")
    there = next((name for name in names if name.removesuffix(".gz") == plain), "")
    if there:
        kind = "images (of at most 4,096 pixels a side)" if alone.has_labels else "labels"
        raise DataError(
            f"{there} does not begin as an idx file of {kind} does, with numbers of one byte each: it is damaged, or "
            "of another kind. Download or copy it again."
        )


def _split_of(key: str) -> str:
    words = key.replace("_", "-").replace(".", "-").split("-")
    return next((split for word in reversed(words) if (split := _SPLITS.get(word) or split_named(word))), "")


def _check_classes(path: Path, classes: Counter[str]) -> None:
    if len(classes) < 2:
        raise DataError(
            f"All images of {path.name} have the same label. A model learns by telling classes apart: import "
            "images of at least two."
        )


def _splits(pairs: Sequence[_Pair]) -> Counter[str]:
    counts = Counter[str]()
    for pair in pairs:
        counts[pair.split] += pair.images.shape[0]
    return counts


def _note(pair: _Pair) -> str:
    count, height, width = pair.images.shape[:3]
    purpose = {"train": " for training", "validation": " for validation", "test": " for test"}.get(pair.split, "")
    return f"{pair.images.name}: {count:,} images of {width} x {height} pixels{purpose}."


READER = ReaderSpec("idx", "idx files (MNIST's format)", accepts, preview, read, tasks=IMAGES, thumbnails=thumbnails)
