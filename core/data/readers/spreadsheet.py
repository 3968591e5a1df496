"""Spreadsheets: XLSX, XLS and ODS.

A formula gives the value that was saved with it; nothing is calculated.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.data.file_signatures import check_there, head, real_kind
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.ingest import preview_source, take_in
from core.data.tables.sheet_layout import MOST_SPANS, SheetLayout, Span, lay_out
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import BATCH_ROWS, Batch, Table, in_bounds
from core.data.tables.workbook import check_workbook, is_workbook
from core.data.task_kinds import IN_TABLES
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import Finding, ImportOptions, SourcePreview

SUFFIXES = (".xlsx", ".xls", ".ods", ".xlsm")
_FIRST_ROWS = 200  # that decide where the table begins


def accepts(path: Path) -> float:
    """Return how sure it is that a file is a spreadsheet."""
    if not path.is_file():
        return 0.0
    if is_workbook(path):
        return 0.95
    if path.suffix.lower() in SUFFIXES:
        # Text under such a name is for the reader of text tables; anything else is refused here, in words.
        return 0.5 if real_kind(head(path)) or not head(path) else 0.2
    return 0.0


def open_table(path: Path, options: ImportOptions) -> Table:
    """Open a sheet of a workbook.

    Raises:
        DataError: It is no workbook, or there is no such sheet, or nothing in it.
    """
    check_there(path)
    kind, bare_formulas = check_workbook(path)
    name, sheet, names = _choose_sheet(path, options.sheet)
    first = [_texts(row) for _, row in zip(range(_FIRST_ROWS), sheet.iter_rows(), strict=False)]
    layout = lay_out(first, _spans(sheet), options, path.name)
    notes, findings = layout.notes, layout.findings
    if len(names) > 1:
        notes = (f"The file has {len(names)} sheets ({listed(names)}); '{name}' is taken.", *notes)
        findings = (*findings, _other_sheets(name, names, path.name))
    if path.suffix.lower() not in SUFFIXES:
        notes = (f"{path.name} is in truth a spreadsheet, {kind}; it is read as one.", *notes)
    if bare_formulas:
        findings = (*findings, _without_values(bare_formulas, path.name))
    rows = _SheetRows(path, sheet, layout)
    return Table(
        path=path,
        format=f"{kind}, sheet '{name}'",
        names=layout.names,
        size_bytes=path.stat().st_size,
        unit="row",
        batches=rows.batches,
        settings={"delimiter": "", "encoding": "", "has_header": layout.has_header, "sheet": name},
        notes=notes,
        findings=findings,
        facts={"sheet": name, "has_header": layout.has_header},
        guesses=layout.guesses,
    )


def _spans(sheet: Any) -> list[Span]:
    """Return the merged cells of a sheet, where the library tells them."""
    ranges = sheet.merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges[:MOST_SPANS]]


class _SheetRows:
    """The rows of one sheet."""

    def __init__(self, path: Path, sheet: Any, layout: SheetLayout) -> None:
        self.path, self.sheet, self.layout = path, sheet, layout
        self.size = path.stat().st_size

    def batches(self, wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        first = self.layout.first_column
        end, places = first + len(self.layout.names), [first + index for index in wanted]
        numbers: list[int] = []
        columns: tuple[list[str], ...] = tuple([] for _ in wanted)
        above: dict[tuple[int, int], Any] = {}  # what merged cells hold, by row and column
        total = max(1, self.sheet.total_height)
        for number, row in enumerate(self.sheet.iter_rows(), 1):
            if number > self.layout.skip and any(cell != "" for cell in row[first:end]):
                covered = self._covered(number - 1, row, above) if self.layout.covered else row
                numbers.append(number)
                for column, place in zip(columns, places, strict=True):
                    column.append(_text(covered[place]))
            if len(numbers) >= BATCH_ROWS:
                yield from in_bounds(Batch(numbers, columns, self.size * number // (total + 1)), skipped)
                numbers, columns = [], tuple([] for _ in wanted)
        if numbers:
            yield from in_bounds(Batch(numbers, columns, self.size), skipped)

    def _covered(self, number: int, row: Sequence[Any], above: dict[tuple[int, int], Any]) -> Sequence[Any]:
        """Return a row with the texts of the merged cells that cover it.

        Args:
            number: Of the row, from 0.
            row: As it stands there.
            above: What merged cells hold; what this row's hold is added.
        """
        for column in self.layout.covered.get(number + 1, ()):
            if self.layout.covered[number + 1][column] == number and column < len(row):
                above[number, column] = row[column]
        found = self.layout.covered.get(number)
        if not found:
            return row
        filled = list(row)
        for column, top in found.items():
            if column < len(filled) and filled[column] == "":
                filled[column] = above.get((top, column), "")
        return filled


def _without_values(count: int, file: str) -> Finding:
    cells = "One cell holds a formula" if count == 1 else f"{count:,} cells hold formulas"
    return Finding(
        code="formulas",
        severity="warning",
        count=count,
        examples=(),
        message=f"{cells} whose value was not saved in {file}; such a cell counts as empty. "
        "Open the file in Excel or LibreOffice, save it, and import it again.",
        why="Touchstone never calculates formulas: it takes the values that the spreadsheet program saved with them.",
    )


def _other_sheets(taken: str, names: list[str], file: str) -> Finding:
    others = [name for name in names if name != taken]
    return Finding(
        code="other-sheets",
        severity="note",
        count=len(others),
        examples=tuple(others[:5]),
        message=f"Only the sheet '{taken}' of {file} was taken in; left out: {listed(others)}.",
        why="If another sheet holds more of the same, import it too and add it to this data set.",
    )


def _choose_sheet(path: Path, wanted: str) -> tuple[str, Any, list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    damaged = f"{path.name} cannot be opened as a spreadsheet: it is damaged. Open it in its program and save it anew."
    try:
        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
            names = _visible_first(workbook)
            if wanted and wanted not in names:
                raise DataError(f"{path.name} has no sheet called '{wanted}'. It has: {listed(names, 20)}. Choose one.")
            for name in [wanted] if wanted else names:
                sheet = workbook.get_sheet_by_name(name)  # all of it, in memory
                if sheet.height:
                    return name, sheet, names
    except (CalamineError, OSError, ValueError) as error:
        raise DataError(damaged) from error
    if wanted:
        raise DataError(f"The sheet '{wanted}' of {path.name} is empty. Choose another of: {listed(names, 20)}.")
    raise DataError(f"{path.name} is empty: no sheet of it holds anything. Check that it is the right file.")


def _visible_first(workbook: Any) -> list[str]:
    """Return the names of all sheets, those that their program hides last."""
    hidden = {sheet.name for sheet in workbook.sheets_metadata if str(sheet.visible) != "SheetVisibleEnum.Visible"}
    return sorted(workbook.sheet_names, key=lambda name: name in hidden)


def _texts(row: Sequence[Any]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """Return a cell as a text: whole numbers without a fraction, dates as year-month-day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    return str(cell)


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return what a sheet seems to be."""
    return preview_source(open_table(path, options), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read a sheet into a draft."""
    take_in(open_table(path, options), options, staged, progress)


READER = ReaderSpec("spreadsheet", "Spreadsheet (Excel, OpenDocument)", accepts, preview, read, tasks=IN_TABLES)
