"""Tables in text files: CSV, TSV and their relatives, as programs and people really write them."""

from pathlib import Path

from core.errors import DataError
from core.imports import ImportOptions, Look
from core.intake.draft import Draft, Progress, ReaderSpec
from core.intake.tables.delimited_rows import DelimitedRows
from core.intake.tables.dialect import ONE_COLUMN, Dialect, find_dialect, known_delimiter
from core.intake.tables.disguise import OLD_OFFICE, PARQUET, ZIP, check_there, head, real_kind, refuse_disguised
from core.intake.tables.encoding import Encoding, TextStream, find_encoding, known_encoding, refuse_binary
from core.intake.tables.header import find_layout, header_cells
from core.intake.tables.left_out import LeftOut
from core.intake.tables.table import Table, check_width, column_names
from core.intake.tables.taking_in import look_at, take_in

SUFFIXES = (".csv", ".tsv", ".tab", ".psv")
_SPREADSHEETS = (".xlsx", ".xls", ".ods", ".xlsm", ".parquet")
_ENCODING_BYTES = 128 << 20  # that decide about the encoding; single lines beyond are put right as they come
_SAMPLE_CHARACTERS = 65_536
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
    if suffix in ("", ".txt", ".dat", ".data") and start:
        return 0.6 if _is_regular(start) else 0.0
    return 0.0


def _is_regular(start: bytes) -> bool:
    """Return whether lines have the same number of tabs or separators, as no running text has."""
    text = start.decode("utf-8", errors="replace")
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    if len(lines) < 3 or "\0" in text:
        return False
    regular = {m: lines[0].count(m) for m in ("\t", ";", "|", ",") if len({line.count(m) for line in lines}) == 1}
    marks = [mark for mark, count in regular.items() if count]
    if marks == [","] and regular[","] == 1:  # so are sentences now and then; labels and numbers stand behind it
        last = [line.rpartition(",")[2].strip() for line in lines[1:]]
        return len(set(last)) <= len(last) / 2 or all(cell.replace(".", "", 1).isdigit() for cell in last)
    return bool(marks)


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
    dialect = find_dialect(sample, is_whole, known, _PREFERRED.get(path.suffix.lower(), ""))
    return _table(path, encoding, dialect, sample, is_whole, options, skip=1 if declared else 0)


def _table(
    path: Path, encoding: Encoding, dialect: Dialect, sample: str, is_whole: bool, options: ImportOptions, skip: int
) -> Table:
    rows = list(DelimitedSample(dialect, sample, is_whole).rows())[skip:]
    layout = find_layout(rows, options.has_header)
    check_width(max(layout.width, len(rows[layout.begin])), path.name)
    cells = (
        header_cells(rows[layout.begin], layout.width, rows[layout.begin + 1 :])
        if layout.has_header
        else [""] * layout.width
    )
    names, notes, findings = column_names(cells, path.name)
    if not layout.has_header:
        notes, findings = ("The first row is taken as data: it does not look like names of columns.",), ()
    if layout.begin and any(any(cell.strip() for cell in row) for row in rows[: layout.begin]):
        notes = (f"{layout.begin} row{'s' * (layout.begin > 1)} above the table left out.", *notes)
    body = [row for row in rows[layout.begin + layout.has_header :] if len(row) == len(names)]
    source = DelimitedRows(
        path,
        encoding.name,
        dialect,
        skip=skip + layout.begin + layout.has_header,
        width=len(names),
        optional=_often_empty(body, len(names)),
    )
    delimiter = "" if dialect.delimiter == ONE_COLUMN else dialect.delimiter
    kind = "TSV" if delimiter == "\t" else "CSV"
    if path.suffix.lower() in _SPREADSHEETS:
        notes = (f"{path.name} is in truth a text table (CSV), not what its name says; it is read as one.", *notes)
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
    )


class DelimitedSample:
    """The first rows of a text table; the last one is left out where the sample may have cut it."""

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
    stream = TextStream(path, encoding, LeftOut())
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
    """Return the separator that Excel's first line "sep=;" names, "" if there is no such line."""
    first = sample.split("\n", 1)[0].strip().strip('"')
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else ""


def _often_empty(rows: list[list[str]], width: int) -> int:
    """Return how many of the last columns are sometimes empty, so that a row that lacks their cells is no surprise."""
    count = 0
    while count < width - 1 and any(not row[width - 1 - count] for row in rows):
        count += 1
    return count


def look(path: Path, options: ImportOptions) -> Look:
    """Return what a text table seems to be."""
    return look_at(open_table(path, options), options)


def read(path: Path, options: ImportOptions, draft: Draft, progress: Progress) -> None:
    """Read a text table into a draft."""
    take_in(open_table(path, options), options, draft, progress)


READER = ReaderSpec("csv", "Table in a text file (CSV, TSV)", accepts, look, read)
