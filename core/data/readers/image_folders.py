"""Reader for pictures in class folders: a ZIP or a folder."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.archives import Archive, Entry, archive_kind, is_archive, open_archive, peek
from core.data.documents.archived_documents import is_table
from core.data.images.background import GROUNDS
from core.data.images.class_folders import (
    Folder,
    Place,
    arrange,
    empty_classes,
    folder_of,
    is_image,
    split_above,
    split_named,
)
from core.data.images.decoding import FORMATS_IN_WORDS, SUFFIXES, WHITE
from core.data.images.ingest import Placed, ground_of, take_in
from core.data.images.samples import samples_in, small
from core.data.images.skip_report import SkipReport
from core.data.images.sources import (
    accepts_broken,
    check_classes_left,
    check_task,
    named_labels,
    size_of,
    split_guess,
)
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.labels import LabelBook
from core.data.task_kinds import IMAGES
from core.data.wording import listed
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview, Thumbnail


@dataclass(frozen=True, eq=False)
class _Found:
    """What the names alone say."""

    images: list[Entry]
    others: list[Entry]
    places: Mapping[Folder, Place]
    empty: list[str]  # names of class folders without a picture

    def place(self, entry: Entry) -> Place | None:
        return self.places.get(folder_of(entry.name))

    @property
    def counts(self) -> Counter[str]:
        """Pictures by class, as written."""
        return Counter(place.label for entry in self.images if (place := self.place(entry)))


def accepts(path: Path) -> float:
    """Tell how sure it is that this holds class folders of pictures."""
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return 0.3  # one picture: it is refused with the sentence that says what to bring instead
    if not is_archive(path):
        return accepts_broken(path)
    names = peek(path)
    images = [name for name in names if is_image(name)]
    if not images:
        return 0.02
    classes = {place.label for place in arrange(map(folder_of, images)).values()}
    return 0.9 if len(classes) > 1 and 2 * len(images) > len(names) else 0.5 if 10 * len(images) > len(names) else 0.2


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the classes with their counts, from the names alone."""
    check_task(path, options)
    with _open(path) as archive:
        found = _find(archive)
        written = found.counts
        names = named_labels(written, options)
        splits = Counter(place.split for entry in found.images if (place := found.place(entry)))
        ground = ground_of(archive, [entry for entry in found.images if found.place(entry)], options.ground)
    classes: Counter[str] = Counter()
    for label, count in written.items():
        classes[names[label]] += count
    classes.pop("", None)
    chosen = {"task": IMAGES.first, "label_map": names, "layout": "class-folders", "ground": ground.name}
    return SourcePreview(
        kind="pictures",
        format=f"{archive_kind(path)} of class folders",
        tasks=(IMAGES.first,),
        options=options.model_copy(update=chosen),
        size_bytes=size_of(path, archive),
        classes=dict(sorted(classes.items())),
        label_map=names,
        notes=tuple(_notes(found, splits)),
        guesses=(*_guesses(found, classes, splits, options), *ground.guesses()),
        rows=sum(classes.values()),
    )


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Take the pictures in."""
    check_task(path, options)
    skipped, book = SkipReport(), LabelBook(options.label_map, options.normalise_labels)
    with _open(path) as archive:
        found = _find(archive)
        placed = []
        for entry in found.images:
            place = found.place(entry)
            if place is None:
                skipped.add("outside-class-folders", entry.name)
                continue
            book.counts[place.label] += 1
            if name := book.name(place.label):
                placed.append(Placed(entry, name, place.split))
            else:
                skipped.add("dropped-labels", entry.name)
        for entry in found.others:
            skipped.add("skipped-files", entry.name)
        for name in found.empty:
            skipped.add("empty-classes", name)
        kept = take_in(archive, placed, skipped, staged, progress, options.ground)
        merged = book.finding(path.name)
        staged.findings += [*skipped.findings(), *([merged] if merged else []), *archive.findings()]
    staged.facts |= {"format": f"{archive_kind(path)} of class folders", "label_map": book.names}
    check_classes_left(path.name, kept, book.names, staged, skipped)


def thumbnails(path: Path, options: ImportOptions) -> tuple[Thumbnail, ...]:
    """Return a few small pictures of each class."""
    with _open(path) as archive:
        found = _find(archive)
        labelled = [(entry, place.label) for entry in found.images if (place := found.place(entry))]
        return small(samples_in(archive, labelled), options.label_map, GROUNDS.get(options.ground, WHITE))


def _open(path: Path) -> Archive:
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        raise DataError(
            f"{path.name} is a single image. Import a folder or a ZIP in which each class has a folder of its own "
            "with its images; at least two classes."
        )
    return open_archive(path)


def _find(archive: Archive) -> _Found:
    """Return what is a picture of which class.

    Raises:
        DataError: There are no two classes.
    """
    images = [entry for entry in archive.entries() if is_image(entry.name)]
    others = [entry for entry in archive.entries() if not is_image(entry.name)]
    holding = {folder_of(entry.name) for entry in images}
    places = arrange(holding)
    _check_classes(archive.name, images, others, places)
    return _Found(images, others, places, empty_classes(archive.folders, places, holding))


def _check_classes(name: str, images: Sequence[Entry], others: Sequence[Entry], places: Mapping[Folder, Place]) -> None:
    if not images:
        raise _no_images(name, others)
    classes = {place.label for place in places.values()}
    if not classes:
        has_splits = all(split_above(folder_of(entry.name)) for entry in images)
        about = "Their folders say what they are for (training, test), not what they show. " if has_splits else ""
        raise DataError(
            f"{name} holds {len(images):,} images but no class folders, so nobody can know what they show. {about}"
            "Put the images of each class into a folder named after it (at least two classes), or add a CSV file "
            "with a column of file names and a column of labels."
        )
    if len(classes) == 1:
        raise DataError(
            f"{name} has only one class folder with images, '{classes.pop()}'. A model learns by telling classes "
            "apart: add a second folder with images of something else, then import again."
        )


def _no_images(name: str, others: Sequence[Entry]) -> DataError:
    """Return the message for an image-less folder or ZIP that no reader accepted."""
    if not others:
        return DataError(
            f"{name} holds no files. Import images ({FORMATS_IN_WORDS}), each in a folder named after its class; or a "
            "table; or texts."
        )
    tables = [entry.name for entry in others if is_table(entry.name)]
    if len(tables) > 1:
        return DataError(
            f"{name} holds {len(tables):,} tables ({listed(tables)}), and nobody can know which is meant. Import one "
            f"of "
            "them; the rows of the others can then be added to it as a new version."
        )
    return DataError(
        f"{name} holds nothing that can be read, only other files (such as {others[0].name}). Import images "
        f"({FORMATS_IN_WORDS}), each in a folder named after its class; or one table (CSV, Excel, Parquet, JSON); or "
        "texts (TXT, Markdown, PDF, DOCX)."
    )


def _notes(found: _Found, splits: Counter[str]) -> list[str]:
    notes = []
    titles = {"train": "training", "validation": "validation", "test": "test"}
    given = [f"{splits[split]:,} for {title}" for split, title in titles.items() if splits[split]]
    if given:
        notes.append(f"The folders say what each image is for: {', '.join(given)}. This is kept.")
    outside = len(found.images) - splits.total()
    if outside:
        notes.append(f"{outside:,} images lie outside the class folders and will be left out.")
    if found.others:
        few = len(found.others) == 1
        others = "One other file" if few else f"{len(found.others):,} other files"
        notes.append(f"{others} ({'' if few else 'such as '}{found.others[0].name}) will be skipped.")
    if found.empty:
        notes.append(f"No image was found in: {', '.join(found.empty[:5])}. These classes will be missing.")
    by_label: dict[tuple[str, str], set[Folder]] = {}
    for folder, place in found.places.items():
        by_label.setdefault((place.split, place.label), set()).add(folder)
    several = sorted({label for (_, label), folders in by_label.items() if len(folders) > 1})
    if several:
        notes.append(
            f"Folders of the same name in several places are one class: {', '.join(several[:5])}. "
            "If they are different things, give the folders different names."
        )
    return notes


def _guesses(
    found: _Found, classes: Mapping[str, int], splits: Mapping[str, int], options: ImportOptions
) -> tuple[Guess, ...]:
    lines = () if options.layout else (_layout_guess(found, classes),)
    return (*lines, *split_guess(splits))


def _layout_guess(found: _Found, classes: Mapping[str, int]) -> Guess:
    why = "the lowest folder that holds an image is its class"
    deep = any(sum(not split_named(part) for part in folder) > 2 for folder in found.places)
    option = "--layout upper-folder, where these folders are sessions or persons" if deep else ""
    return Guess("Classes", f"the folders {listed(list(classes))}", why, option)


READER = ReaderSpec(
    "picture-folders",
    "Images in class folders (a ZIP or a folder)",
    accepts,
    preview,
    read,
    lambda: ("class-folders",),
    IMAGES,
    thumbnails,
)
