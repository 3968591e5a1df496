"""Reader for images in other tools' layouts: COCO, YOLO, FiftyOne and others.

Each layout has a file.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core.data.archives import Entry, archive_kind, is_archive, open_archive, peek
from core.data.images.annotated import Files, Labelling
from core.data.images.background import GROUNDS
from core.data.images.class_folders import is_image
from core.data.images.decoding import WHITE
from core.data.images.ingest import Placed, ground_of, take_in
from core.data.images.layout_specs import LayoutSpec, layouts, likeliest
from core.data.images.samples import samples_in, small
from core.data.images.skip_report import SkipReport
from core.data.images.sources import (
    check_classes_left,
    check_label_kinds,
    check_task,
    named_labels,
    size_of,
    split_guess,
)
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.labels import LabelBook
from core.data.task_kinds import IMAGES
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview, Thumbnail


def accepts(path: Path) -> float:
    """Return the confidence that this source has one of the tools' layouts."""
    if not is_archive(path):
        return 0.0
    names = peek(path)
    if not any(map(is_image, names)) or not any(spec.may_be(names) for spec in layouts().values()):
        return 0.0
    try:
        with open_archive(path) as archive:
            return likeliest(Files.of(archive), names)[1]
    except DataError:
        return 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the classes with their counts, from the annotations."""
    check_task(path, options)
    with open_archive(path) as archive:
        files = Files.of(archive)
        spec, labelling = _labelling(path, files, options)
        written = Counter(said.label for said in labelling.said.values())
        names = named_labels(written, options)
        classes = Counter[str]()
        for label, count in written.items():
            classes[names[label]] += count
        classes.pop("", None)
        check_label_kinds(classes, labelling.title, archive.name)
        ground = ground_of(archive, _labelled(files, labelling), options.ground)
        chosen = {"task": IMAGES.first, "label_map": names, "layout": spec.name, "ground": ground.name}
        return SourcePreview(
            kind="pictures",
            format=f"{archive_kind(path)} of images: {labelling.title}",
            tasks=(IMAGES.first,),
            options=options.model_copy(update=chosen),
            size_bytes=size_of(path, archive),
            classes=dict(sorted(classes.items())),
            label_map=names,
            notes=tuple(_notes(files, labelling)),
            guesses=(*_guesses(spec, labelling, options), *ground.guesses()),
            rows=classes.total(),
        )


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Take the pictures in that have a label."""
    check_task(path, options)
    book = LabelBook(options.label_map, options.normalise_labels)
    with open_archive(path) as archive:
        files = Files.of(archive)
        spec, labelling = _labelling(path, files, options)
        skipped, placed = labelling.skipped, []
        for entry in files.images:
            said = labelling.said.get(entry.number)
            if said is None:
                skipped.add("unlabelled-pictures", entry.name)
                continue
            book.counts[said.label] += 1
            if name := book.name(said.label):
                placed.append(Placed(entry, name, said.split))
            else:
                skipped.add("dropped-labels", entry.name)
        _note_skipped(files, labelling, skipped)
        kept = take_in(archive, placed, skipped, staged, progress, options.ground)
        merged = book.finding(path.name)
        staged.findings += [*skipped.findings(), *([merged] if merged else []), *archive.findings()]
    about = {
        "format": f"{archive_kind(path)} of images: {labelling.title}",
        "layout": spec.name,
        "label_map": book.names,
    }
    staged.facts |= about
    check_classes_left(path.name, kept, book.names, staged, skipped)


def thumbnails(path: Path, options: ImportOptions) -> tuple[Thumbnail, ...]:
    """Return a few small pictures of each class."""
    with open_archive(path) as archive:
        files = Files.of(archive)
        said = _labelling(path, files, options)[1].said
        labelled = [(entry, said[entry.number].label) for entry in files.images if entry.number in said]
        return small(samples_in(archive, labelled), options.label_map, GROUNDS.get(options.ground, WHITE))


def _labelling(path: Path, files: Files, options: ImportOptions) -> tuple[LayoutSpec, Labelling]:
    """Return the requested or else likeliest layout, and its labels.

    Raises:
        DataError: It says nothing of these pictures.
    """
    spec = layouts().get(options.layout) or likeliest(files, [e.name for e in files.archive.entries()])[0]
    if spec is None:
        raise DataError(f"{path.name} is laid out as none of the tools does that are known here.")
    labelling = spec.label(files)
    if not labelling.said:
        raise DataError(
            f"{path.name} was read as {labelling.title}, but none of the {len(files.images):,} images in it is "
            f"named there. Check that the right images were packed. {labelling.skipped.reasons()}".strip()
        )
    return spec, labelling


def _labelled(files: Files, labelling: Labelling) -> Sequence[Entry]:
    return [entry for entry in files.images if entry.number in labelling.said]


def _note_skipped(files: Files, labelling: Labelling, skipped: SkipReport) -> None:
    for entry in files.others:
        if entry.number not in labelling.used:
            skipped.add("skipped-files", entry.name)


def _notes(files: Files, labelling: Labelling) -> list[str]:
    skipped = SkipReport()
    for entry in files.images:
        if entry.number not in labelling.said:
            skipped.add("unlabelled-pictures", entry.name)
    _note_skipped(files, labelling, skipped)
    both = [*labelling.skipped.findings(), *skipped.findings()]
    return [*labelling.notes, *(finding.message for finding in both)]


def _guesses(spec: LayoutSpec, labelling: Labelling, options: ImportOptions) -> list[Guess]:
    layout = Guess("Layout", spec.name, labelling.title, "--layout class-folders, table or another one")
    split = split_guess(Counter(said.split for said in labelling.said.values()))
    return [*([] if options.layout else [layout]), *labelling.guesses, *split]


READER = ReaderSpec(
    "picture-layouts",
    "Images with the annotations of another tool (COCO, YOLO, FiftyOne ...)",
    accepts,
    preview,
    read,
    lambda: layouts(),
    IMAGES,
    thumbnails,
)
