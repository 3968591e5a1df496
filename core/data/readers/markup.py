"""Tables in HTML and Excel 2003 XML, which many programs export as .xls."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.data.file_signatures import check_there, head
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.ingest import preview_source, take_in
from core.data.tables.markup_tables import Sheet, markup_kind, read_sheets
from core.data.tables.sheet_layout import SheetLayout, lay_out
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import BATCH_ROWS, Batch, Table, in_bounds
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import Finding, Guess, ImportOptions, SourcePreview

SUFFIXES = (".html", ".htm", ".xhtml", ".xml")
_SPREADSHEETS = (".xls", ".xlsx", ".csv", ".tsv", ".txt", "")
_FIRST_ROWS = 200
_FEWEST_ROWS = 5  # of a page that is imported for its table


def accepts(path: Path) -> float:
    """Return the confidence that a file holds HTML or Excel XML tables."""
    if not path.is_file() or path.suffix.lower() not in (*SUFFIXES, *_SPREADSHEETS):
        return 0.0
    start = head(path)
    kind = markup_kind(start)
    if kind == "HTML" and path.suffix.lower() in SUFFIXES and not _is_mostly_table(start):
        return 0.0  # a page of text, with a table beside it
    return 0.97 if kind else 0.0


def _is_mostly_table(start: bytes) -> bool:
    """Return whether the beginning of a page holds rows of cells rather than paragraphs."""
    small = start.lower()
    paragraphs = sum(small.count(mark) for mark in (b"<p>", b"<p ", b"<li>", b"<li "))
    return small.count(b"<tr") >= _FEWEST_ROWS and small.count(b"<td") > 2 * paragraphs


def open_table(path: Path, options: ImportOptions) -> Table:
    """Open a table of a file of several.

    Raises:
        DataError: There is none, or none of the name that is asked for.
    """
    check_there(path)
    kind = markup_kind(head(path))
    sheets = read_sheets(path, kind) if kind else []
    if not sheets:
        raise DataError(
            f"{path.name} is a web page, and no table with anything in it is on it. The download probably gave a login "
            "or error page; download the file itself again."
        )
    sheet = _chosen(sheets, options.sheet, path.name)
    layout = lay_out(sheet.rows[:_FIRST_ROWS], sheet.spans, options, path.name)
    others = [other.name for other in sheets if other is not sheet]
    notes, findings, guesses = layout.notes, layout.findings, layout.guesses
    if others:
        findings = (*findings, _other_tables(sheet.name, others, path.name))
        notes = (findings[-1].message, *notes)
        guesses = (*guesses, *([] if options.sheet else [Guess("Table", sheet.name, "the largest", "--sheet NAME")]))
    if path.suffix.lower() not in SUFFIXES:
        notes = (f"{path.name} is in truth {kind}, not what its name says; its table is read.", *notes)
    rows = _Rows(path, sheet, layout)
    return Table(
        path=path,
        format=f"{kind}, {sheet.name}",
        names=layout.names,
        size_bytes=path.stat().st_size,
        unit="row",
        batches=rows.batches,
        settings={
            "delimiter": "", "encoding": "", "has_header": layout.has_header, "sheet": sheet.name if others else ""
        },
        notes=notes,
        findings=findings,
        facts={"sheet": sheet.name, "has_header": layout.has_header},
        guesses=guesses,
    )  # fmt: skip


def _chosen(sheets: Sequence[Sheet], wanted: str, file: str) -> Sheet:
    """Return the table that is asked for, or the one with the most cells."""
    if not wanted:
        return max(sheets, key=lambda sheet: sum(map(len, sheet.rows)))
    found = next((sheet for sheet in sheets if sheet.name == wanted), None)
    if found is None:
        raise DataError(f"{file} has no table called '{wanted}'. It has: {listed([s.name for s in sheets], 20)}.")
    return found


def _other_tables(taken: str, others: Sequence[str], file: str) -> Finding:
    return Finding(
        code="other-sheets",
        severity="note",
        count=len(others),
        examples=tuple(others[:5]),
        message=f"Only '{taken}' of {file} was taken in, its largest table; left out: {listed(others)}.",
        why="If another table is meant, choose it by its name; if it holds more of the same, add it to this data set.",
    )


class _Rows:
    """The rows of one table, which are in memory."""

    def __init__(self, path: Path, sheet: Sheet, layout: SheetLayout) -> None:
        self.sheet, self.layout, self.size = sheet, layout, path.stat().st_size

    def batches(self, wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        begin = self.layout.first_column
        rows = [(n, row) for n, row in enumerate(self.sheet.rows, 1) if n > self.layout.skip and any(row)]
        for at in range(0, len(rows), BATCH_ROWS):
            some = rows[at : at + BATCH_ROWS]
            columns = tuple([_cell(row, begin + index) for _, row in some] for index in wanted)
            done = self.size * (at + len(some)) // len(rows)
            yield from in_bounds(Batch([number for number, _ in some], columns, done), skipped)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return what a table seems to be."""
    return preview_source(open_table(path, options), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read a table into a draft."""
    take_in(open_table(path, options), options, staged, progress)


READER = ReaderSpec("markup", "Table in HTML or in Excel's XML", accepts, preview, read)
