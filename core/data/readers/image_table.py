"""Reader for images in one heap, and a CSV beside them with their labels."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from core.data.archives import Archive, Entry, archive_kind, is_archive, open_archive, peek
from core.data.images.background import GROUNDS
from core.data.images.class_folders import arrange, folder_of, is_image, split_above
from core.data.images.decoding import WHITE
from core.data.images.image_names import LABEL_NAMES, ImageNames, is_table
from core.data.images.ingest import Placed, ground_of, take_in
from core.data.images.samples import samples_in, small
from core.data.images.skip_report import SkipReport
from core.data.images.sources import check_classes_left, check_task, named_labels, size_of, split_guess
from core.data.readers.label_table import LEAST_MATCHED, LabelTable, find_table
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.labels import LabelBook, check_label_count
from core.data.tables.skip_report import SkipReport as SkippedRows
from core.data.task_kinds import IMAGES
from core.data.wording import percent
from core.errors import DataError
from core.specs.dataset_types import Finding, Guess, ImportOptions, SourcePreview, Thumbnail


@dataclass(frozen=True, eq=False)
class _Source:
    """Images, their table, and the archives holding them (usually the same one)."""

    images: Archive
    beside: Archive
    table: LabelTable
    entries: list[Entry]
    names: ImageNames


def accepts(path: Path) -> float:
    """Tell how sure it is that this holds pictures and a table about them."""
    if not is_archive(path):
        return 0.0
    names = peek(path)
    images = [name for name in names if is_image(name)]
    if not any(map(is_table, names)) or not (images or _only_zip(path)):
        return 0.0
    if len({place.label for place in arrange(map(folder_of, images)).values()}) < 2:
        return 0.95
    try:  # class folders and a table: the table counts only if it surely is about the pictures
        with _opened(path, ImportOptions()) as source:
            sure = source.table.matched > LEAST_MATCHED and source.table.label_column.strip().lower() in LABEL_NAMES
    except DataError:
        return 0.0
    return 0.92 if sure else 0.4


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the classes with their counts, from the table and the pictures' names."""
    check_task(path, options)
    with _opened(path, options) as source:
        skipped = SkipReport()
        matched = list(_matched(source, skipped, SkippedRows()))
        written = Counter(label for _, label, _ in matched)
        check_label_count(len(written), source.table.label_column, source.table.name, numeric=False)
        names = named_labels(written, options)
        classes = Counter(name for _, label, _ in matched if (name := names[label]))
        _check_classes(source, classes)
        table = source.table
        ground = ground_of(source.images, [entry for entry, _, _ in matched], options.ground)
        chosen = {
            "task": IMAGES.first,
            "text_column": table.file_column,
            "label_column": table.label_column,
            "split_column": table.split_column,
            "label_map": names,
            "layout": "table",
            "ground": ground.name,
        }
        return SourcePreview(
            kind="pictures",
            format=_format(path, source),
            tasks=(IMAGES.first,),
            options=options.model_copy(update=chosen),
            size_bytes=size_of(path, source.images),
            columns=table.columns(),
            sample=tuple(zip(*[profile.values[:5] for profile in table.profiles], strict=True)),
            classes=dict(sorted(classes.items())),
            label_map=names,
            notes=(
                f"In {table.name}, '{table.file_column}' names the images and '{table.label_column}' their labels.",
                *(finding.message for finding in skipped.findings()),
            ),
            guesses=(*_guesses(table, Counter(split for _, _, split in matched), options), *ground.guesses()),
            rows=classes.total(),
        )


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Take the pictures in that the table names."""
    check_task(path, options)
    skipped, skipped_rows = SkipReport(), SkippedRows()
    book = LabelBook(options.label_map, options.normalise_labels)
    with _opened(path, options) as source:
        placed = []
        for entry, label, split in _matched(source, skipped, skipped_rows):
            book.counts[label] += 1
            if name := book.name(label):
                placed.append(Placed(entry, name, split))
            else:
                skipped.add("dropped-labels", entry.name)
        for entry in source.images.entries():
            if not is_image(entry.name) and not is_table(entry.name):
                skipped.add("skipped-files", entry.name)
        placed.sort(key=lambda place: place.entry.number)
        kept = take_in(source.images, placed, skipped, staged, progress, options.ground)
        findings = [
            *skipped.findings(),
            *skipped_rows.findings(source.table.name, "line"),
            *source.images.findings(),
        ]
        staged.findings += _each_once([*findings, *([merged] if (merged := book.finding(source.table.name)) else [])])
        table = source.table
        columns = {"file": table.file_column, "label": table.label_column, "split": table.split_column}
        staged.facts |= {"format": _format(path, source), "columns": columns, "label_map": book.names}
    check_classes_left(path.name, kept, book.names, staged, skipped)


def thumbnails(path: Path, options: ImportOptions) -> tuple[Thumbnail, ...]:
    """Return a few small pictures of each class."""
    with _opened(path, options) as source:
        labelled = [(entry, label) for entry, label, _ in _matched(source, SkipReport(), SkippedRows())]
        return small(samples_in(source.images, labelled), options.label_map, GROUNDS.get(options.ground, WHITE))


def _each_once(findings: list[Finding]) -> list[Finding]:
    """Return one finding of each code: a page knows them by it."""
    return list({finding.code: finding for finding in reversed(findings)}.values())[::-1]


@contextmanager
def _opened(path: Path, options: ImportOptions) -> Iterator[_Source]:
    with ExitStack() as stack:
        packed = _only_zip(path)
        images = stack.enter_context(open_archive(packed or path))
        beside = stack.enter_context(open_archive(path)) if packed and packed != path else images
        folder = stack.enter_context(TemporaryDirectory(prefix="touchstone-"))
        entries = [entry for entry in images.entries() if is_image(entry.name)]
        names = ImageNames(entries)
        yield _Source(images, beside, find_table(beside, names, options, Path(folder)), entries, names)


def _only_zip(path: Path) -> Path | None:
    """Return the only ZIP of a folder with just that and tables.

    A user who drops both gets such a folder.
    """
    if not path.is_dir():
        return None
    inside = [file for file in path.iterdir() if not file.name.startswith(".")]
    zips = [file for file in inside if file.suffix.lower() == ".zip" and file.is_file() and not file.is_symlink()]
    tables = [file for file in inside if is_table(file.name)]
    return zips[0] if len(zips) == 1 and tables and len(inside) == len(tables) + 1 else None


def _matched(source: _Source, skipped: SkipReport, skipped_rows: SkippedRows) -> Iterator[tuple[Entry, str, str]]:
    """Yield each labelled image with its label as written and its split."""
    labels: dict[int, str] = {}
    for row in source.table.rows(skipped_rows):
        found = source.names.find(f"{row.folder}/{row.file}" if row.folder else row.file, row.split)
        if len(found) != 1:
            skipped.add("ambiguous-names" if found else "missing-pictures", row.file[:100])
            continue
        entry = found[0]
        if entry.number in labels:
            if row.label and labels[entry.number] != row.label:
                skipped.add("repeated-rows", entry.name)
        elif row.label:
            labels[entry.number] = row.label
            yield entry, row.label, row.split or split_above(folder_of(entry.name))
    for entry in source.entries:
        if entry.number not in labels:
            skipped.add("missing-labels", entry.name)


def _check_classes(source: _Source, classes: Counter[str]) -> None:
    column = f"the column '{source.table.label_column}' of {source.table.name}"
    if len(classes) > 1:
        if max(classes.values()) > 2 or classes.total() < 10:
            return
        raise DataError(
            f"Nearly every image has a label of its own in {column}: {len(classes):,} labels for {classes.total():,} "
            "images. A model learns from several examples of each: choose another label column, or give the same "
            "label to images that show the same."
        )
    only = f"only one label, '{next(iter(classes))}'," if classes else "no label"
    raise DataError(
        f"There is {only} for the images in {column}. A model learns by telling classes apart: add images and "
        "rows with at least one other label, or choose another label column."
    )


def _format(path: Path, source: _Source) -> str:
    kind = archive_kind(path)
    return f"{kind} of images with labels in {source.table.name} ({source.table.tables[0][0].format})"


def _guesses(table: LabelTable, splits: Mapping[str, int], options: ImportOptions) -> Iterator[Guess]:
    if not options.layout and not options.text_column:
        why = f"{percent(table.matched, 1)} of its values name an image that is there"
        yield Guess("Column of file names", table.file_column, f"in {table.name}: {why}", "--text-column NAME")
    if not options.label_column:
        yield Guess("Label column", table.label_column, f"in {table.name}", "--label-column NAME")
    if table.split_column and not options.split_column:
        yield Guess("Split column", table.split_column, "it names parts of the data", "--split-column NAME")
    elif not table.split_column:
        yield from split_guess(splits)


READER = ReaderSpec(
    "picture-table",
    "Images and a table with their labels (a ZIP or a folder)",
    accepts,
    preview,
    read,
    lambda: ("table",),
    IMAGES,
    thumbnails,
)
