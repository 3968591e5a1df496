"""Reader for Hugging Face's Parquet images: a {bytes, path} column and a label column."""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.data.archives import Entry, is_archive, open_archive, peek
from core.data.images import ingest
from core.data.images.background import GROUNDS, LARGEST, LOOKED_AT, Ground, find_ground
from core.data.images.class_folders import split_above, split_named
from core.data.images.decoding import WHITE
from core.data.images.pixel_budget import PixelBudget
from core.data.images.samples import Sample, small
from core.data.images.skip_report import SkipReport
from core.data.images.sources import check_classes_left, check_label_kinds, check_task, named_labels, split_guess
from core.data.images.thread_pool import in_order
from core.data.readers.image_columns import ImageFile, open_file
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.labels import LabelBook
from core.data.task_kinds import IMAGES
from core.data.wording import listed
from core.errors import DataError
from core.specs.dataset_types import Column, ColumnKind, Guess, ImportOptions, SourcePreview, Thumbnail

SUFFIXES = (".parquet", ".pq")
MOST_FILES = 200
LARGEST_MEMBER = 8 * 1024**3  # bytes of one Parquet file within a ZIP


@dataclass(frozen=True)
class _Shard:
    """One file of a set, with the split that its name says."""

    file: ImageFile
    name: str
    split: str


def accepts(path: Path) -> float:
    """Tell how sure it is that this is Parquet with pictures in it."""
    try:
        if path.is_file() and not is_archive(path):
            found = open_file(path) if path.name.lower().endswith(SUFFIXES) else None
            return 0.97 if found else 0.0
        names = peek(path) if is_archive(path) else []
        shards = [name for name in names if name.lower().endswith(SUFFIXES)]
        if not shards or len(shards) > MOST_FILES:
            return 0.0
        with _opened(path, 1) as first:
            return 0.96 if first else 0.0
    except (DataError, OSError):
        return 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the classes with their counts, from the column of labels alone."""
    check_task(path, options)
    with _opened(path) as shards:
        label, split = _columns(path, shards, options)
        said = Counter(_said(shards, label, split))
        written, splits = Counter[str](), Counter[str]()
        for (name, part), count in said.items():
            written[name] += count
            splits[part] += count
        missing = written.pop("", 0)
        names = named_labels(written, options)
        classes = Counter[str]()
        for name, count in written.items():
            classes[names[name]] += count
        classes.pop("", None)
        check_label_kinds(classes, f"the column '{label}'", path.name)
        ground = _ground(shards, options)
        chosen: dict[str, object] = {"task": IMAGES.first, "label_column": label, "split_column": split}
        chosen |= {"label_map": names, "ground": ground.name}
        notes = [f"The images are in the column '{shards[0].file.images}'."]
        if missing:
            notes.append(f"{missing:,} rows have no label and will be left out.")
        return SourcePreview(
            kind="pictures",
            format=_title(shards),
            tasks=(IMAGES.first,),
            options=options.model_copy(update=chosen),
            size_bytes=sum(shard.file.path.stat().st_size for shard in shards),
            columns=_shown(shards[0].file, label, split),
            classes=dict(sorted(classes.items())),
            label_map=names,
            notes=tuple(notes),
            guesses=(*_guesses(shards[0].file, label, split, options), *split_guess(splits), *ground.guesses()),
            rows=classes.total(),
        )


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write every picture that has a label into the draft."""
    check_task(path, options)
    skipped, book, kept = SkipReport(), LabelBook(options.label_map, options.normalise_labels), Counter[str]()
    with _opened(path) as shards:
        label, split = _columns(path, shards, options)
        ground, budget = _ground(shards, options), PixelBudget()
        progress.stage("Reading images", sum(shard.file.rows for shard in shards), "images")

        def context(row: tuple[str, bytes, str, str]) -> tuple[str, str, str, ingest.IngestedImage | ingest.Unusable]:
            name, content, written, part = row
            if not written:
                return name, written, part, ingest.Unusable("unlabelled-pictures")
            return name, written, part, ingest.examine_or_say(content, ground.level, budget)

        rows = _rows(shards, label, split)
        for number, (name, written, part, found) in enumerate(in_order(context, rows, lambda r: len(r[1])), start=1):
            progress.advance(number)
            if written:
                book.counts[written] += 1
                if not (called := book.name(written)):
                    skipped.add("dropped-labels", name)
                    continue
            ingest.note(found, name, skipped)
            if isinstance(found, ingest.IngestedImage):
                ingest.write(found, name, called, part, number, staged)
                kept[called] += 1
        if shards[0].file.label_names.get(label):
            staged.labels = tuple(n for w in shards[0].file.label_names[label] if (n := book.names.get(w, "")))
        staged.facts |= {"format": _title(shards), "label_map": book.names, "columns": {"label": label, "split": split}}
    if ground.name:
        staged.facts["ground"] = ground.name
    merged = book.finding(path.name)
    staged.findings += [*skipped.findings(), *([merged] if merged else [])]
    check_classes_left(path.name, kept, book.names, staged, skipped)


def thumbnails(path: Path, options: ImportOptions) -> tuple[Thumbnail, ...]:
    """Return a few small pictures of each class, from the beginning of each file."""
    with _opened(path) as shards:
        rows = _rows(shards, options.label_column, options.split_column)
        samples = (Sample(label, name, lambda c=content: c) for name, content, label, _ in rows)  # type: ignore[misc]
        return small(samples, options.label_map, GROUNDS.get(options.ground, WHITE))


@contextmanager
def _opened(path: Path, most: int = MOST_FILES) -> Iterator[list[_Shard]]:
    """Yield the files with images, copying a ZIP's files out under our own names."""
    if not is_archive(path):
        found = open_file(path)
        yield [_Shard(found, path.name, "")] if found else []
        return
    with ExitStack() as stack:
        archive = stack.enter_context(open_archive(path))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="touchstone-")))
        shards = []
        for entry in [e for e in archive.entries() if e.name.lower().endswith(SUFFIXES)][:most]:
            copy = folder / f"{entry.number}.parquet"
            if entry.size_bytes > LARGEST_MEMBER:
                raise DataError(f"{entry.name} is larger than 8 GB. Import it in parts.")
            with archive.open(entry) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
            if (file := open_file(copy)) is not None:
                shards.append(_Shard(file, entry.name, _split_of(entry)))
        yield shards if len(shards) == 1 or {s.file.images for s in shards} == {shards[0].file.images} else []


def _split_of(entry: Entry) -> str:
    """Return the split that a name such as "data/validation-00000-of-00002.parquet" says."""
    stem = entry.name.rpartition("/")[2].rpartition(".")[0].lower()
    words = stem.replace("_", "-").split("-")
    named = next((split for word in words if (split := split_named(word))), "")
    return named or split_above(tuple(entry.name.split("/")[:-1]))


def _columns(path: Path, shards: Sequence[_Shard], options: ImportOptions) -> tuple[str, str]:
    """Return the label and split columns, each "" if there is none.

    Raises:
        DataError: There are no pictures, or no labels.
    """
    if not shards:
        raise DataError(f"{path.name} holds no Parquet file with images in it.")
    file = shards[0].file
    for wanted in (options.label_column, options.split_column):
        if wanted and wanted not in file.plain:
            raise DataError(f"{path.name} has no column '{wanted}'; it has {listed(file.plain)}.")
    split = options.split_column or file.split_column()
    label = options.label_column or file.label_column(split)
    if not label:
        raise DataError(
            f"{path.name} holds images in its column '{file.images}', but no column says what they show; beside it "
            f"there is {listed(file.plain) if file.plain else 'nothing'}. Add a column 'label' with one class for "
            "each image, or name it with --label-column."
        )
    return label, split


def _said(shards: Sequence[_Shard], label: str, split: str) -> Iterator[tuple[str, str]]:
    for shard in shards:
        for batch in shard.file.columns([label, *([split] if split else [])]):
            splits = batch[split] if split else [""] * len(batch[label])
            for name, part in zip(batch[label], splits, strict=True):
                yield name, shard.file.split_called(part) or shard.split


def _rows(shards: Sequence[_Shard], label: str, split: str) -> Iterator[tuple[str, bytes, str, str]]:
    for shard in shards:
        for number, (name, content, written, part) in enumerate(shard.file.examples(label, split), start=1):
            yield name or f"{shard.name} #{number}", content, written, shard.file.split_called(part) or shard.split


def _ground(shards: Sequence[_Shard], options: ImportOptions) -> Ground:
    if options.ground:
        return find_ground((), options.ground)
    each = max(1, LOOKED_AT // len(shards))
    contents = (content for shard in shards for content in shard.file.some(each) if len(content) <= LARGEST)
    return find_ground(contents)


def _title(shards: Sequence[_Shard]) -> str:
    files = "Parquet" if len(shards) == 1 else f"{len(shards):,} Parquet files"
    return f"{files} with images, as Hugging Face keeps them"


def _shown(file: ImageFile, label: str, split: str) -> tuple[Column, ...]:
    roles: dict[str, Any] = {label: "label", split: "split"}
    found = []
    for name in file.plain:
        values = file.beginning(name)
        examples = tuple(dict.fromkeys(value[:80] for value in values if value))[:3]
        kind: ColumnKind = "category" if name in (label, split) else "text"
        missing = sum(not value for value in values)
        found.append(Column(name, kind, roles.get(name, "ignored"), len(set(values)), missing, examples))
    return tuple(found)


def _guesses(file: ImageFile, label: str, split: str, options: ImportOptions) -> Iterator[Guess]:
    others = [name for name in file.plain if name not in (label, split)]
    if not options.label_column:
        named = "its classes have names in the file" if file.label_names.get(label) else "it repeats as labels do"
        yield Guess("Label column", label, named, "--label-column NAME")
    if split and not options.split_column:
        yield Guess("Split column", split, "it names parts of the data", "--split-column NAME")
    if others:
        yield Guess("Not used", listed(others), "an image and its label are all that is learnt from")


READER = ReaderSpec(
    "picture-parquet",
    "Images in Parquet (Hugging Face)",
    accepts,
    preview,
    read,
    lambda: ("parquet",),
    IMAGES,
    thumbnails,
)
