"""Delimited text tables: CSV, TSV and relatives, as programs and users really write them."""

import codecs
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from pathlib import Path

from core.data.file_signatures import (
    HEAD_BYTES,
    OLD_OFFICE,
    PARQUET,
    ZIP,
    check_there,
    head,
    real_kind,
    refuse_disguised,
)
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.aligned import BLANKS, find_aligned
from core.data.tables.delimited_rows import DelimitedRows
from core.data.tables.dialect import ONE_COLUMN, Dialect, find_dialect, known_delimiter
from core.data.tables.encoding import Encoding, TextStream, find_encoding, known_encoding, refuse_binary
from core.data.tables.header import find_layout, header_cells
from core.data.tables.header_rows import Header, read_header
from core.data.tables.ingest import preview_source, take_in
from core.data.tables.preamble import Preamble, find_preamble, settled
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import Table, check_width, column_names
from core.data.task_kinds import IN_TABLES
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview

SUFFIXES = (".csv", ".tsv", ".tab", ".psv")
_SPREADSHEETS = (".xlsx", ".xls", ".ods", ".xlsm", ".parquet")
_COLUMNS = (".dat", ".data", ".prn", ".fwf", ".tbl", ".asc", ".out")  # if their lines have columns
_ENCODING_BYTES = 128 << 20  # that decide about the encoding; single lines beyond are put right as they come
_SAMPLE_CHARACTERS = 65_536
_SETTLING = 20_000  # characters below the comments, that tell whether these name the columns
_PREFERRED = {".tsv": "\t", ".tab": "\t", ".psv": "|"}


def accepts(path: Path) -> float:
    """Return how sure it is that a file is a text table."""
    suffix, start = path.suffix.lower(), head(path)
    if not path.is_file():
        return 0.0
    if real_kind(start):
        # Whatever it is, its own reader is surer; if there is none, this one says what it is.
        return 0.3 if suffix in SUFFIXES else 0.0
    if suffix in SUFFIXES:
        return 0.9
    if suffix in _SPREADSHEETS and start and not start.startswith((ZIP, OLD_OFFICE, PARQUET)):
        return 0.6  # a CSV that was only renamed
    if suffix == ".arff" or (suffix in _COLUMNS and start):
        return 0.9 if suffix == ".arff" or _is_regular(start) else 0.0
    if suffix in ("", ".txt") and start:
        return 0.6 if _is_regular(start) else 0.0
    return 0.0


def _is_regular(start: bytes) -> bool:
    """Return whether lines have equally many tabs or separators, as running text never has."""
    wide = "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = start.decode(wide, errors="replace").replace("\r\n", "\n")
    text = "".join(islice(StringIO(text, newline=""), find_preamble(text).lines, None))
    lines = [line for line in text.splitlines()[:50] if line.strip("+-=|: \t\r")]
    if len(lines) < 3 or "\0" in text:
        return False
    regular = {m: lines[0].count(m) for m in ("\t", ";", "|", ",") if len({line.count(m) for line in lines}) == 1}
    marks = [mark for mark, count in regular.items() if count]
    if marks == [","] and regular[","] == 1:  # so are sentences now and then; labels and numbers stand behind it
        last = [line.rpartition(",")[2].strip() for line in lines[1:]]
        return len(set(last)) <= len(last) / 2 or all(cell.replace(".", "", 1).isdigit() for cell in last)
    return bool(marks) or find_aligned(text, len(start) < HEAD_BYTES) is not None


def open_table(path: Path, options: ImportOptions) -> Table:
    """Open a text table: find out encoding, separator and header.

    Raises:
        DataError: It is empty, or no text table at all.
    """
    check_there(path)
    start = head(path)
    refuse_disguised(path, start)
    encoding = Encoding(known_encoding(options.encoding)) if options.encoding else find_encoding(path, _ENCODING_BYTES)
    refuse_binary(path, start, encoding.name)
    sample, is_whole = _sample(path, encoding.name)
    if not sample.strip():
        raise DataError(f"{path.name} holds nothing but blank space. Check that the export is complete.")
    declared = _declared_delimiter(sample)
    known = known_delimiter(options.delimiter) if options.delimiter else declared
    preamble = find_preamble(sample)
    below = "".join(islice(StringIO(sample, newline=""), preamble.lines, None))
    dialect = find_dialect(below, is_whole, known, _PREFERRED.get(path.suffix.lower(), ""))
    rows = list(islice(dialect.reader(StringIO(below[:_SETTLING], newline="")), 20))
    preamble = settled(preamble, rows, lambda line: next(iter(dialect.reader([line])), []))
    sample = "".join(preamble.read_over(StringIO(sample, newline="")))
    return _table(path, encoding, dialect, sample, is_whole, options, 1 if declared else 0, preamble)


def _table(
    path: Path,
    encoding: Encoding,
    dialect: Dialect,
    sample: str,
    is_whole: bool,
    options: ImportOptions,
    skip: int,
    preamble: Preamble,
) -> Table:
    rows = list(DelimitedSample(dialect, sample, is_whole).rows())[skip:]
    layout = find_layout(rows, True if preamble.header else options.has_header)
    check_width(max(layout.width, len(rows[layout.begin])), path.name)
    header = Header([""] * layout.width, 0)
    if layout.has_header:
        below = rows[layout.begin + 1 :]
        header = read_header(header_cells(rows[layout.begin], layout.width, below), below)
    names, notes, findings = column_names(header.cells, path.name)
    if not layout.has_header:
        notes, findings = ("The first row is taken as data: it does not look like names of columns.",), ()
    if layout.begin and any(any(cell.strip() for cell in row) for row in rows[: layout.begin]):
        notes = (f"{layout.begin} row{'s' * (layout.begin > 1)} above the table left out.", *notes)
    notes = (*_said_of(preamble), *header.notes, *notes)
    body = [row for row in rows[layout.begin + header.rows :] if len(row) == len(names)]
    source = DelimitedRows(
        path,
        encoding.name,
        dialect,
        skip=skip + layout.begin + header.rows,
        width=len(names),
        optional=_often_empty(body, len(names)),
        preamble=preamble,
    )
    delimiter = "" if dialect.delimiter == ONE_COLUMN or len(dialect.delimiter) > 1 else dialect.delimiter
    kind = "TSV" if delimiter == "\t" else "Text" if dialect.is_aligned else "CSV"
    if path.suffix.lower() in _SPREADSHEETS:
        notes = (f"{path.name} is in truth a text table ({kind}), not what its name says; it is read as one.", *notes)
    return Table(
        path=path,
        format=f"{kind}, {dialect.title}, {encoding.title}",
        names=names,
        size_bytes=path.stat().st_size,
        unit="line",
        batches=source.batches,
        settings={"delimiter": delimiter, "encoding": encoding.name, "has_header": layout.has_header, "sheet": ""},
        notes=notes,
        findings=findings,
        facts={"delimiter": delimiter, "has_header": layout.has_header},
        decimal_hint="," if delimiter == ";" else ".",
        guesses=(*_guesses(dialect, preamble, options), *header.guesses),
    )


def _said_of(preamble: Preamble) -> tuple[str, ...]:
    """Return what is to be said about the lines above a table."""
    if not preamble.lines:
        return ()
    what = "the attributes of an ARFF file" if preamble.kind == "ARFF" else "comments"
    named = "; they name the columns" if preamble.header else ""
    return (f"{preamble.lines} line{'s' * (preamble.lines > 1)} above the table left out: {what}{named}.",)


def _guesses(dialect: Dialect, preamble: Preamble, options: ImportOptions) -> Iterator[Guess]:
    """Yield how the lines of the file were understood, where no separator says it."""
    if dialect.is_aligned and not options.delimiter and dialect.delimiter != BLANKS:
        why = "the same places are blank in all lines" if dialect.begins else "two blanks or more stand between them"
        yield Guess("Separator", "columns of fixed width" if dialect.begins else "gaps", why, "--separator SIGN")
    if preamble.header and options.has_header is None:
        yield Guess("Names of the columns", preamble.header[:60], f"the {preamble.kind} above the table name them")


class DelimitedSample:
    """A text table's first rows, without the last one if the sample cut it."""

    def __init__(self, dialect: Dialect, sample: str, is_whole: bool) -> None:
        self.dialect, self.sample, self.is_whole = dialect, sample, is_whole

    def rows(self) -> list[list[str]]:
        """Return them."""
        import csv
        from io import StringIO

        rows: list[list[str]] = []
        try:
            rows.extend(self.dialect.reader(StringIO(self.sample, newline="")))
        except csv.Error:
            return rows or [[]]
        return rows if self.is_whole or len(rows) < 3 else rows[:-1]


def _sample(path: Path, encoding: str) -> tuple[str, bool]:
    """Return a file's first lines, and whether they are all of it."""
    stream = TextStream(path, encoding, SkipReport())
    text = ""
    for piece in stream:
        text += piece
        if len(text) >= _SAMPLE_CHARACTERS:
            break
    is_whole = stream.done >= path.stat().st_size and len(text) <= _SAMPLE_CHARACTERS
    if not is_whole:
        # A first line of many columns is longer than the sample and still needed whole.
        cut = max(text.rfind("\n", 0, _SAMPLE_CHARACTERS), text.find("\n")) + 1
        text = text[:cut] or text
    return text, is_whole


def _declared_delimiter(sample: str) -> str:
    """Return the separator named by Excel's first line "sep=;", "" if there is none."""
    first = sample.split("\n", 1)[0].strip().strip('"')
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else ""


def _often_empty(rows: list[list[str]], width: int) -> int:
    """Return how many last columns are sometimes empty, so that shorter rows are expected."""
    count = 0
    while count < width - 1 and any(not row[width - 1 - count] for row in rows):
        count += 1
    return count


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return what a text table seems to be."""
    return preview_source(open_table(path, options), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read a text table into a draft."""
    take_in(open_table(path, options), options, staged, progress)


READER = ReaderSpec("csv", "Table in a text file (CSV, TSV)", accepts, preview, read, tasks=IN_TABLES)
