"""Label tables beside images: found, matched with the images' names, and read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from core.data.archives import Archive, Entry, UnreadableEntry
from core.data.images.class_folders import folder_of, is_image, split_above, split_named
from core.data.images.image_names import LABEL_NAMES, LINES, WORKBOOKS, ImageNames, is_table
from core.data.readers import delimited, json_rows, parquet, spreadsheet
from core.data.split_names import SPLIT_NAMES
from core.data.tables.columns import ColumnProfile, profile_column
from core.data.tables.roles import guess_label, guess_split
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import Table
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import Column, ColumnRole, ImportOptions

MOST_TABLES = 20
LARGEST_TABLE = 200 * 1024**2  # bytes
LOOKED_AT = 1_000  # rows of a table that say what its columns are
LEAST_MATCHED = 0.2  # share of the rows whose picture is there


@dataclass(frozen=True)
class Row:
    """One row of a table of labels; `split` is "" where it says nothing."""

    file: str
    label: str
    split: str
    folder: str  # of the table


@dataclass(frozen=True, eq=False)
class LabelTable:
    """The table (or tables, one for each split) of a source of pictures.

    Args:
        tables: Opened, each with the split that its name or folder says, and its folder.
        file_column: Holds the names of the pictures.
        label_column: Holds what they show.
        split_column: Says what they are for; "" if none does.
        profiles: Of the first table's columns.
        matched: Share of its first rows whose picture is there.
    """

    tables: Sequence[tuple[Table, str, str]]
    file_column: str
    label_column: str
    split_column: str
    profiles: Sequence[ColumnProfile]
    matched: float

    @property
    def name(self) -> str:
        """The files' names."""
        names = list(dict.fromkeys(table.path.name for table, _, _ in self.tables))
        return " and ".join(names)

    def columns(self) -> tuple[Column, ...]:
        """Return the columns as they are shown."""
        roles: dict[str, ColumnRole] = {
            self.split_column: "split",
            self.file_column: "text",
            self.label_column: "label",
        }
        return tuple(
            Column(p.name, p.kind, roles.get(p.name, "ignored"), p.distinct, p.missing, p.examples, p.note)
            for p in self.profiles
        )

    def rows(self, skipped: SkipReport) -> Iterator[Row]:
        """Yield every row of every table.

        Args:
            skipped: Takes what the tables' own reader leaves out.
        """
        for table, split, folder in self.tables:
            columns = (self.file_column, self.label_column, self.split_column)
            wanted = [table.index(name) for name in columns if name]
            for batch in table.batches(wanted, skipped):
                splits = batch.columns[2] if self.split_column else [""] * len(batch)
                for file, label, given in zip(batch.columns[0], batch.columns[1], splits, strict=True):
                    yield Row(file, label.strip(), SPLIT_NAMES.get(given.strip().lower(), "") or split, folder)


def find_table(archive: Archive, names: ImageNames, options: ImportOptions, folder: Path) -> LabelTable:
    """Return the table that names the pictures and their labels.

    Args:
        archive: That holds tables.
        names: Of the pictures.
        options: `text_column` is the column of file names; empty columns are guessed.
        folder: Where tables are copied to while they are read.

    Raises:
        DataError: No table fits; the message says what is missing.
    """
    entries = [entry for entry in archive.entries() if is_table(entry.name)][:MOST_TABLES]
    tables, problems = [], []
    for number, entry in enumerate(entries):
        try:
            tables.append(_match(entry, _copied(archive, entry, folder / str(number)), names, options))
        except DataError as error:
            problems.append(error)
    if not tables:
        raise (
            problems[0]
            if len(problems) == 1
            else DataError(
                f"None of the {len(entries)} tables of {archive.name} names the images and their labels. {problems[0]}"
            )
        )
    best = max(tables, key=lambda found: found.matched)
    alike = [found for found in tables if found is best or _is_alike(found, best)]
    return replace(best, tables=[found.tables[0] for found in alike])


def _words_of(stem: str) -> str:
    """Return a table's name without label words: "train_labels" is about "train"."""
    for word in ("labels", "label", "annotations", "metadata", "classes", "images", "df"):
        stem = stem.lower().removesuffix(word).removeprefix(word).strip("_- .")
    return stem


def _is_alike(found: LabelTable, best: LabelTable) -> bool:
    """Return whether a table matches another one, from another split or folder."""
    same = (found.file_column, found.label_column) == (best.file_column, best.label_column)
    (table, split, folder), (other, its_split, its_folder) = found.tables[0], best.tables[0]
    has_split = best.split_column == "" or best.split_column in table.names
    parts = bool(split and its_split) or (table.path.name == other.path.name and folder != its_folder)
    return same and has_split and parts


def _split_of(entry: Entry) -> str:
    """Return the split that a table's name says, or a folder above it."""
    stem = PurePosixPath(entry.name).stem
    return split_named(_words_of(stem)) or split_above(folder_of(entry.name))


def _copied(archive: Archive, entry: Entry, folder: Path) -> Path:
    """Copy a table out of the archive: the reader of tables reads files."""
    folder.mkdir()
    copy = folder / (entry.name.rsplit("/", 1)[-1])
    try:
        copy.write_bytes(archive.read(entry, LARGEST_TABLE))
    except UnreadableEntry as error:
        raise DataError(str(error)) from error
    return copy


def _opened(path: Path, options: ImportOptions) -> Table:
    name = path.name.lower()
    if name.endswith(LINES):
        return json_rows.open_table(path, options)
    if name.endswith(WORKBOOKS):
        return spreadsheet.open_table(path, options)
    if name.endswith(".parquet"):
        return parquet.open_table(path, options)
    return delimited.open_table(path, options)


def _match(entry: Entry, path: Path, names: ImageNames, options: ImportOptions) -> LabelTable:
    table = _opened(path, options)
    sample: list[list[str]] = [[] for _ in table.names]
    for batch in table.batches(range(len(table.names)), SkipReport()):
        for column, values in zip(sample, batch.columns, strict=True):
            column += values[: LOOKED_AT - len(column)]
        if not sample or len(sample[0]) >= LOOKED_AT:
            break
    if not sample or not sample[0]:
        raise DataError(f"{path.name} has no rows below its header, so no image has a label.")
    profiles = [
        profile_column(name, i, column) for i, (name, column) in enumerate(zip(table.names, sample, strict=True))
    ]
    file_column, matched = _file_column(table, sample, names, options)
    others = [p for p in profiles if p.name != file_column and not _holds_objects(p.values)]
    split = options.split_column or guess_split(others) or _split_column(others)
    label = options.label_column or _label_column(table, others, file_column, split)
    for name in (label, split):
        if name:
            table.index(name)  # a `DataError` names the columns that there are
    place = (table, _split_of(entry), entry.name.rpartition("/")[0])
    return LabelTable([place], file_column, label, split, profiles, matched)


def _holds_objects(values: Sequence[str]) -> bool:
    """Tell whether a column holds JSON: no class is called like that."""
    some = [value.lstrip() for value in values[:50] if value.strip()]
    return bool(some) and all(value.startswith(("{", "[{")) for value in some)


def _split_column(profiles: Sequence[ColumnProfile]) -> str:
    """Return a column whose values are all names of splits, whatever it is called."""
    for profile in profiles:
        values = {value.strip().lower() for value in profile.values if value.strip()}
        if len(values) > 1 and "train" in {SPLIT_NAMES.get(value) for value in values} and values <= {*SPLIT_NAMES}:
            return profile.name
    return ""


def _file_column(
    table: Table, sample: Sequence[Sequence[str]], names: ImageNames, options: ImportOptions
) -> tuple[str, float]:
    shares = [sum(bool(names.find(value)) for value in set(column)) / len(set(column)) for column in sample]
    if options.text_column:
        return options.text_column, shares[table.index(options.text_column)]
    # Of columns that fit alike, names with a suffix fit better, and so do those that differ more: "7" may be a class.
    best = max(range(len(shares)), key=lambda i: (shares[i], all(map(is_image, sample[i])), len(set(sample[i]))))
    if shares[best] < LEAST_MATCHED:
        raise DataError(
            f"No column of {table.path.name} holds the names of the images; it has {listed(table.names)}, and its "
            f"first row begins with '{sample[0][0][:60]}'. One column must hold each image's file name, with or "
            "without folder and suffix."
        )
    return table.names[best], shares[best]


def _label_column(table: Table, profiles: Sequence[ColumnProfile], file_column: str, split_column: str) -> str:
    others = [p for p in profiles if p.name not in (file_column, split_column)]
    label = next((p.name for p in others if p.name.strip().lower() in LABEL_NAMES and p.counts), "")
    label = label or guess_label(others, file_column)
    usual = [p for p in others if 1 < p.distinct <= max(2, len(p.values) // 2)]
    if not label and usual:
        label = min(usual, key=lambda p: p.distinct).name
    if not label:
        raise DataError(
            f"{table.path.name} names images in its column '{file_column}', but no column says what they show. "
            "Add a column 'label' with one class for each image."
        )
    return label
