"""Detection of table rows that are not examples: totals, notes, titles, repeated headers.

Totals are sums and averages; notes are those at the foot of the table.

They are found by their words, and by arithmetic: a last row that is the sum or the mean of those above it.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.tables.numbers import NumberStyle, number_style, parse_numbers
from core.data.tables.skip_report import SkipReport, place, shortened
from core.data.tables.summary_words import LONGEST, is_note, named_summary
from core.data.tables.table import PREVIEW_ROWS, Batch, Table
from core.specs.dataset_types import Finding, Guess

What = Literal["sum", "note", "title", "header", "other table"]
KEEP = "--keep-totals"
_FOOT = 30  # last rows that may be notes and sums
_FEWEST = 5  # rows of data, with fewer of which arithmetic proves nothing
_SAMPLE = 200  # cells that say how a column writes numbers
_MOST_SHARE = 0.34  # of the rows; more of them are no exceptions, but what the table is about
_TITLES = {
    "sum": "sums or averages",
    "note": "notes",
    "title": "titles within the table",
    "header": "repeated headers",
    "other table": "another table",
}


@dataclass(frozen=True)
class Row:
    """A row that is no example.

    Args:
        line: In the source, from 1.
        what: It is.
        cells: Of it.
    """

    line: int
    what: What
    cells: tuple[str, ...]


@dataclass(eq=False)
class _Seen:
    """A row that may be no example, and what is known of it."""

    line: int
    cells: tuple[str, ...]
    numbers: NDArray[np.float64]  # (C,), NaN where there is none
    named: str
    begins_other: bool = False  # words stand where the columns hold numbers, below a blank row
    running: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # (C,) sums of all rows until this one

    @property
    def filled(self) -> int:
        return sum(1 for cell in self.cells if cell.strip())


@dataclass
class _Scan:
    """The result of one pass over a table: sums, filled cells, candidate summary rows."""

    names: tuple[str, ...]
    styles: list[NumberStyle | None] = field(default_factory=list)
    rows: int = 0
    line: int = 0  # of the last row
    filled: Counter[int] = field(default_factory=Counter)
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    often: Counter[str] = field(default_factory=Counter)  # of the names of summaries
    suspects: list[_Seen] = field(default_factory=list)
    foot: deque[_Seen] = field(default_factory=lambda: deque(maxlen=_FOOT))

    def add(self, batch: Batch) -> None:
        """Take note of some rows."""
        if not self.styles:
            self.styles = [_style(column) for column in batch.columns]
            self.sums, self.counts = np.zeros(len(self.styles)), np.zeros(len(self.styles), np.int64)
        numbers = np.full((len(batch), len(self.styles)), np.nan)
        filled, misread = np.zeros(len(batch), np.int64), np.zeros(len(batch), np.int64)
        odd: dict[int, str] = {}
        for index, (column, style) in enumerate(zip(batch.columns, self.styles, strict=True)):
            filled += np.fromiter((bool(cell) and not cell.isspace() for cell in column), np.bool_, len(batch))
            if style is not None:
                numbers[:, index], unread = parse_numbers(column, style)
                misread[unread] += 1
                where: Sequence[int] = unread
            else:
                where = [i for i, cell in enumerate(column) if cell and len(cell) <= LONGEST]
            self._name(column, where, odd)
        running = self.sums + np.nancumsum(numbers, axis=0)
        self.rows += len(batch)
        self.filled.update(filled.tolist())
        self.sums += np.nansum(numbers, axis=0)
        self.counts += np.isfinite(numbers).sum(axis=0)
        for i in np.flatnonzero(filled <= 1).tolist():
            odd.setdefault(i, "")
        first, second = (self.names[:1] or ("",))[0], batch.columns[0]
        for i in (i for i, cell in enumerate(second) if cell == first):
            odd.setdefault(i, "")
        after_gap = np.diff(np.asarray(batch.lines), prepend=self.line + 1) > 1
        after_gap[1:] |= after_gap[:-1] & (filled[:-1] <= 1)  # a title stands between
        others = np.flatnonzero(
            after_gap & (misread == sum(s is not None for s in self.styles)) & (misread > 1)
        ).tolist()
        odd |= {i: odd.get(i, "") for i in others}
        self.line = batch.lines[-1]
        last = range(max(0, len(batch) - _FOOT), len(batch))
        for i in sorted({*odd, *last}):
            cells = tuple(column[i] for column in batch.columns)
            seen = _Seen(batch.lines[i], cells, numbers[i], odd.get(i, ""), i in others, running[i])
            if i in odd and len(self.suspects) < 10_000:
                self.suspects.append(seen)
            if i in last:
                self.foot.append(seen)

    def _name(self, column: Sequence[str], where: Sequence[int], odd: dict[int, str]) -> None:
        known: dict[str, str] = {}
        for i in where:
            cell = column[i]
            if cell not in known:
                known[cell] = named_summary(cell)
            if known[cell]:
                self.often[cell] += 1
                odd[i] = min(known[cell], odd.get(i, "x"), key=("strong", "part", "weak", "", "x").index)

    @property
    def usual(self) -> int:
        """How many cells of a row are filled, mostly."""
        return self.filled.most_common(1)[0][0] if self.filled else 0

    @property
    def has_numbers(self) -> bool:
        return any(style is not None for style in self.styles)


def without_summaries(table: Table, keep: bool) -> Table:
    """Return a table without its summary rows, and with notes about them.

    Args:
        table: As the file has it. Of one with more than a look reads, none is left out: its foot is not known.
        keep: Whether the user wants all rows.
    """
    if keep or table.size_bytes > table.preview_bytes:
        return table
    found = find_summaries(table)
    if not found:
        return table
    lines = frozenset(row.line for row in found)
    return replace(
        table,
        batches=lambda wanted, skipped: _without(table.batches(wanted, skipped), lines),
        findings=(*table.findings, _finding(found, table)),
        guesses=(*table.guesses, _guess(found, table)),
    )


def find_summaries(table: Table) -> list[Row]:
    """Return the rows that are no examples, in order."""
    scan = _Scan(table.names)
    for batch in table.batches(range(len(table.names)), SkipReport()):
        scan.add(batch)
        if scan.rows > PREVIEW_ROWS:
            return []
    found = {row.line: row for row in (*_within(scan), *_at_the_foot(scan))}
    rows = [found[line] for line in sorted(found)] if len(found) <= max(3, _MOST_SHARE * scan.rows) else []
    other = next((row for row in scan.suspects if row.begins_other and row.cells != scan.names), None)
    below = [] if other is None else _other_table(table, scan, other)
    return [row for row in rows if not below or row.line < below[0].line] + below


def _other_table(table: Table, scan: _Scan, begin: _Seen) -> list[Row]:
    """Return all rows of another table below, whose names differ, from its title on."""
    above = [row.line for row in scan.suspects if row.line < begin.line and row.filled <= 1]
    first = above[-1] if above and above[-1] == begin.line - 1 else begin.line
    rows = []
    for batch in table.batches(range(len(table.names)), SkipReport()):
        cells = zip(*batch.columns, strict=True)
        rows += [Row(n, "other table", row) for n, row in zip(batch.lines, cells, strict=True) if n >= first]
    return rows


def _within(scan: _Scan) -> Iterator[Row]:
    """Yield summary rows within the table: subtotals, titles and repeated headers.

    Subtotals are sums that leave other cells empty.
    """
    last = max((row.line for row in scan.foot if row.filled > 1 and not row.named), default=0)
    block = np.zeros(len(scan.styles))  # the sums of all rows until the last title or sum
    for row in scan.suspects:
        since, block = row.running - np.nan_to_num(row.numbers) - block, row.running
        if row.cells == scan.names:
            yield Row(row.line, "header", row.cells)
        elif row.named in ("strong", "part") and (
            (_leaves_words_empty(row, scan) and np.isfinite(row.numbers).any()) or _is_sum_of(row, since)
        ):
            yield Row(row.line, "sum", row.cells)
        elif row.line < last and _is_title(row, scan):
            yield Row(row.line, "title", row.cells)


def _at_the_foot(scan: _Scan) -> Iterator[Row]:
    """Yield the last rows, from below, until one is an ordinary row."""
    left = {row.line for row in scan.suspects if row.named == "strong"}
    named = list(takewhile(lambda row: row.named or row.filled <= 1, reversed(scan.foot)))
    are_summaries = any(row.named == "strong" and row.filled < scan.usual for row in named)
    below: list[_Seen] = []
    for row in reversed(scan.foot):
        what = "sum" if are_summaries and row.named and row in named else _kind_at_foot(row, below, scan, left)
        if what is None:
            return
        below.append(row)
        yield Row(row.line, what, row.cells)


def _kind_at_foot(row: _Seen, below: Sequence[_Seen], scan: _Scan, left: set[int]) -> What | None:
    """Return the kind of a row at the foot; None for an ordinary row."""
    if row.filled == 1 and not np.isfinite(row.numbers).any() and scan.usual > 1:
        text = next(cell for cell in row.cells if cell.strip())
        return "note" if is_note(text) or _is_wide(scan) else None
    if not np.isfinite(row.numbers).any():
        return None
    others = [*below, *(s for s in scan.suspects if s.line in left and s.line != row.line and s not in below)]
    sums_up = _sums_up(row, others, scan)
    once = all(scan.often[cell] == 1 for cell in row.cells if named_summary(cell))
    if row.named == "strong" and (sums_up or row.filled < scan.usual or (once and _says_nothing_else(row, scan))):
        return "sum"
    return "sum" if sums_up and (row.named or _lacks_its_name(row, scan)) else None


def _sums_up(row: _Seen, others: Sequence[_Seen], scan: _Scan) -> bool:
    """Check whether a row's numbers are sums or means of the data rows."""
    gone = np.array([row.numbers, *(other.numbers for other in others)])
    sums = scan.sums - np.nansum(gone, axis=0)
    counts = scan.counts - np.isfinite(gone).sum(axis=0)
    hits = misses = 0
    for number, total, count in zip(row.numbers, sums, counts, strict=True):
        if not np.isfinite(number):
            continue
        enough = count >= _FEWEST and total != 0
        near = [wanted for wanted in (total, total / max(1, count)) if abs(number - wanted) <= _slip(number, wanted)]
        hits, misses = hits + bool(enough and near), misses + (not near)
    return hits > 0 and (misses == 0 or hits >= 2)


def _is_sum_of(row: _Seen, sums: NDArray[np.float64]) -> bool:
    """Check whether a row's numbers equal sums since the last title or sum."""
    there = np.isfinite(row.numbers)
    pairs = zip(row.numbers[there].tolist(), sums[there].tolist(), strict=True)
    return bool(there.any()) and all(abs(a - b) <= _slip(a, b) for a, b in pairs)


def _slip(number: float, wanted: float) -> float:
    """Return the allowed rounding error of a sum, from its written digits."""
    text = f"{number:.10g}"
    digits = len(text.partition(".")[2]) if "." in text and "e" not in text else 0
    return max(abs(wanted) * 1e-9, 0.5000001 * 10.0**-digits if digits or abs(wanted) > 100 else 0.0)


def _lacks_its_name(row: _Seen, scan: _Scan) -> bool:
    """Check whether a row without words leaves all word columns empty.

    In a table without such columns, at least two of its numbers must fit.
    """
    words = [i for i, style in enumerate(scan.styles) if style is None]
    if words:
        return not any(row.cells[i].strip() for i in words)
    return int(np.isfinite(row.numbers).sum()) >= 2 and scan.rows > 2 * _FEWEST


def _leaves_words_empty(row: _Seen, scan: _Scan) -> bool:
    """Check whether a named row has fewer cells than usual and no other words."""
    return row.filled < scan.usual and _says_nothing_else(row, scan)


def _says_nothing_else(row: _Seen, scan: _Scan) -> bool:
    """Return whether a row holds no words but the name of a sum."""
    words = [row.cells[i] for i, style in enumerate(scan.styles) if style is None]
    return all(named_summary(cell) for cell in words if cell.strip())


def _is_title(row: _Seen, scan: _Scan) -> bool:
    """Check whether a row has only a title, a few words in cell one."""
    is_short = 0 < len(row.cells[0].strip()) <= LONGEST
    return row.filled == 1 and is_short and _is_wide(scan) and not np.isfinite(row.numbers).any()


def _is_wide(scan: _Scan) -> bool:
    """Check whether rows mostly have several cells with numbers, so single-cell rows are titles."""
    return scan.usual >= 3 and scan.has_numbers


def _style(column: Sequence[str]) -> NumberStyle | None:
    sample = list(dict.fromkeys(cell for cell in column[: 5 * _SAMPLE] if cell.strip()))[:_SAMPLE]
    while sample and named_summary(sample[-1]):
        sample.pop()
    return number_style(sample) if sample else None


def _without(batches: Iterator[Batch], lines: frozenset[int]) -> Iterator[Batch]:
    for batch in batches:
        keep = [i for i, line in enumerate(batch.lines) if line not in lines]
        if len(keep) == len(batch):
            yield batch
        elif keep:
            columns = tuple([column[i] for i in keep] for column in batch.columns)
            yield Batch([batch.lines[i] for i in keep], columns, batch.done)


def _finding(found: Sequence[Row], table: Table) -> Finding:
    kinds = Counter(row.what for row in found)
    listed = " and ".join(
        f"{_TITLES[what]} ({count:,})" if len(kinds) > 1 else _TITLES[what] for what, count in kinds.items()
    )
    where = place([row.line for row in found[:5]], len(found), table.unit)
    one = len(found) == 1
    return Finding(
        code="summary-rows",
        severity="note",
        count=len(found),
        examples=tuple(shortened(" | ".join(row.cells)) for row in found[:5]),
        message=f"{'One row' if one else f'{len(found):,} rows'} of {table.path.name} {'was' if one else 'were'} left "
        f"out as no examples: {listed} ({where}). To keep {'it' if one else 'them'}, import again with {KEEP}.",
        why="A sum among examples is far larger than they are, and ties every column to the one to predict.",
    )


def _guess(found: Sequence[Row], table: Table) -> Guess:
    where = place([row.line for row in found[:5]], len(found), table.unit)
    what = " and ".join(_TITLES[kind] for kind in dict.fromkeys(row.what for row in found))
    return Guess("Rows left out", where, f"{what}: {shortened(' | '.join(found[0].cells), 60)}", KEEP)
