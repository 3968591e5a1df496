"""Import of CSV and TSV metric tables, in wide or long layout.

A row is a step with a column a metric, or a point. Names tell what a column is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from core.data.readers.delimited import SUFFIXES, open_table
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import Batch, Table
from core.data.wording import counted
from core.errors import DataError
from core.exchange.external_run import MOST_RUNS, ExternalRun, Importer, Points, TooMuch, Trouble
from core.exchange.normalise import LONGEST_NAME, Fit, hashed, listed, number_or_text, one_line
from core.exchange.source import Entry, Source, UnreadableEntry
from core.exchange.table_columns import Columns, find_columns
from core.specs.dataset_types import ImportOptions

TEXT_SUFFIXES = (*SUFFIXES, ".txt", ".csv.gz")
_LARGEST_STEP = 2**53
_OF_TENSORBOARD = "-tag-"  # between run and tag, in the name of a table that TensorBoard lets somebody download


@dataclass
class _Run:
    points: Points
    project: str = ""
    settings: dict[str, object] = field(default_factory=dict)
    varying: set[str] = field(default_factory=set)  # settings that were not the same in every row
    unread: dict[str, list[str]] = field(default_factory=dict)  # cells that are no numbers, by column
    without_step: int = 0
    without_time: int = 0
    rows: int = 0

    def said(self) -> Iterator[str]:
        for name, cells in self.unread.items():
            left = f"{counted(len(cells), 'cell')} without a number ({listed(cells, 3)})"
            yield f"Left out of {one_line(name, 40)}: {left}."
        if self.without_step:
            yield f"Without a step: {counted(self.without_step, 'row')}, numbered instead."
        if self.without_time:
            yield f"Without a time that could be read: {counted(self.without_time, 'point')}."
        if self.varying:
            yield f"Not the same in every row, the last text is the setting: {listed(sorted(self.varying))}."


class _Reader:
    """Reads the rows of one table."""

    def __init__(self, columns: Columns, names: Sequence[str], title: str) -> None:
        run, _, tag = title.partition(_OF_TENSORBOARD)
        self.runs: dict[str, _Run] = {}
        self._columns, self._names = columns, names
        self._title, self._tag = (run.removeprefix("run-") or title, tag) if tag else (title, "")

    def take(self, batch: Batch) -> None:
        """Take some rows.

        Raises:
            TooMuch: There are more runs, curves or points than there may be.
        """
        take = self._take_point if self._columns.is_long else self._take_row
        for row in range(len(batch)):
            take(batch.columns, row)

    def _take_row(self, cells: Sequence[Sequence[str]], row: int) -> None:
        named, split = self._cell("run", cells, row), self._cell("split", cells, row)
        for place, (of_run, key) in self._columns.metrics.items():
            run = self._run(of_run or named or self._title)
            value = self._number(run, place, cells, row)
            if value is not None:
                key = self._tag or key if key.lower() == "value" else key
                self._add(run, f"{split}/{key}" if split else key, value, cells, row)
        for of_run in {of_run or named or self._title for of_run, _ in self._columns.metrics.values()}:
            run = self._run(of_run)
            run.without_step += "step" in self._columns.roles and self._step(cells, row) is None
            run.rows += 1
            self._describe(run, cells, row)

    def _take_point(self, cells: Sequence[Sequence[str]], row: int) -> None:
        run, split = self._run(self._cell("run", cells, row) or self._title), self._cell("split", cells, row)
        key, value = self._cell("key", cells, row), self._number(run, self._columns.roles["value"], cells, row)
        if key and value is not None:
            key = f"{split}/{key}" if split else key
            line = run.points.lines.get(key)
            run.rows = len(line[0]) if line else 0  # where there are no steps, each curve counts its own points
            self._add(run, key, value, cells, row)
            run.without_step += "step" in self._columns.roles and self._step(cells, row) is None
        self._describe(run, cells, row)

    def _add(self, run: _Run, key: str, value: float, cells: Sequence[Sequence[str]], row: int) -> None:
        clock, step = self._columns.clock, self._step(cells, row)
        time = clock.read(cells[clock.place][row]) if clock is not None else 0.0
        run.without_time += clock is not None and not clock.from_start and not time
        run.points.add(key, run.rows if step is None else step, value, time)

    def _number(self, run: _Run, place: int, cells: Sequence[Sequence[str]], row: int) -> float | None:
        text = cells[place][row].strip()
        numbers = self._columns.numbers.get(place)
        value = numbers.read(text) if numbers is not None else None
        if text and (numbers is None or (value is None and not numbers.is_missing(text))):
            run.unread.setdefault(self._names[place], []).append(text)
        return value

    def _step(self, cells: Sequence[Sequence[str]], row: int) -> float | None:
        place = self._columns.roles.get("step")
        step = self._columns.numbers[place].read(cells[place][row].strip()) if place is not None else None
        return step if step is not None and abs(step) < _LARGEST_STEP else None  # NaN is below nothing

    def _cell(self, role: str, cells: Sequence[Sequence[str]], row: int) -> str:
        place = self._columns.roles.get(role)
        return cells[place][row].strip() if place is not None else ""

    def _run(self, name: str) -> _Run:
        if name not in self.runs:
            if len(self.runs) >= MOST_RUNS:
                raise TooMuch(
                    f"This table names more than {MOST_RUNS:,} runs, more than Touchstone takes in at once. Divide it."
                )
            self.runs[name] = _Run(Points(one_line(name, LONGEST_NAME), counts_equal_steps=False))
        return self.runs[name]

    def _describe(self, run: _Run, cells: Sequence[Sequence[str]], row: int) -> None:
        """Store a row's texts about its run, keeping the last nonempty one."""
        for place, name in self._columns.settings.items():
            if text := cells[place][row].strip():
                value = number_or_text(text)
                if run.settings.setdefault(name, value) != value:
                    run.varying.add(name)
                run.settings[name] = value
        run.project = self._cell("project", cells, row) or run.project


def sniff(source: Source) -> bool:
    """Tell whether there are tables and nothing but tables."""
    return bool(_tables(source))


def read(source: Source, trouble: Trouble) -> Iterator[ExternalRun]:
    """Yield the runs of every table."""
    for entry in _tables(source):
        with TemporaryDirectory(prefix="touchstone-csv-") as folder:
            copy = Path(folder) / entry.name.rpartition("/")[2]
            try:
                source.copy(entry, copy)
                yield from _of_table(open_table(copy, ImportOptions()), entry, trouble)
            except (DataError, UnreadableEntry) as error:
                trouble.say(str(error))


def _tables(source: Source) -> list[Entry]:
    """Return the tables; a ".txt" only where it was brought alone."""
    entries = source.entries()
    if len(entries) == 1 and entries[0].name.lower().endswith(TEXT_SUFFIXES):
        return entries
    return [entry for entry in entries if entry.name.lower().endswith(SUFFIXES)]


def _of_table(table: Table, entry: Entry, trouble: Trouble) -> Iterator[ExternalRun]:
    skipped = SkipReport()
    batches = table.batches(range(len(table.names)), skipped)
    first = next(batches, None)
    if first is None:
        trouble.say(f"{entry.name} holds no rows below its header.")
        return
    columns = find_columns(table.names, first, table.decimal_hint)
    if not columns.is_long and not columns.metrics:
        trouble.say(
            f"{entry.name} has no column of numbers to draw. Give it a row for each step, with a column for each "
            "metric: step,loss,accuracy."
        )
        return
    title = entry.name.rpartition("/")[2].rpartition(".")[0] or entry.name
    reader = _Reader(columns, table.names, title)
    for batch in chain((first,), batches):
        try:
            reader.take(batch)
        except TooMuch as error:
            trouble.say(str(error))
            return
    for finding in skipped.findings(entry.name, "line"):
        trouble.say(finding.message)
    first_row = [column[0] for column in first.columns]
    said = _said(table, columns)
    for name, run in reader.runs.items():
        key = hashed("csv", entry.name.rpartition("/")[2], name, *table.names, *first_row)
        yield _as_external(name, run, key, title, columns, said)


def _as_external(name: str, run: _Run, key: str, title: str, columns: Columns, said: str) -> ExternalRun:
    times = [times for _, _, times in run.points.lines.values()]
    sample_predictions = sorted(time for line in times for time in (min(line), max(line)) if time > 0)
    is_moment = bool(sample_predictions) and columns.clock is not None and not columns.clock.from_start
    fit = Fit(run.settings)
    project = run.project or (title if "run" in columns.roles else "")
    shown = fit.name(name)
    return ExternalRun(
        key=key,
        name=shown,
        project=one_line(project, LONGEST_NAME),
        settings=fit.settings(),
        started_at=_moment(sample_predictions[0]) if is_moment else None,
        finished_at=_moment(sample_predictions[-1]) if is_moment else None,
        curves=run.points.curves(),
        remarks=(said, *run.said(), *run.points.remarks(), *fit.said),
        guesses=columns.guesses,
        times_from_start=bool(sample_predictions) and not is_moment,
        by_content=True,
    )


def _said(table: Table, columns: Columns) -> str:
    names = {role: f"'{one_line(table.names[place], 40)}'" for role, place in columns.roles.items()}
    parts = [f"{names['step']} as the step"] if "step" in names else ["no column as the step: rows are counted"]
    if columns.is_long:
        parts.append(f"{names['key']} as the metric's name and {names['value']} as its value")
    parts += [f"{names[role]} as {what}" for role, what in _WHAT.items() if role in names]
    if columns.clock is not None:
        parts.append(f"'{one_line(table.names[columns.clock.place], 40)}' as the time")
    else:
        parts.append("no column as the time")
    if columns.settings:
        parts.append(f"{listed(columns.settings.values())} as settings")
    if columns.skipped:
        parts.append(f"without {listed(columns.skipped)}")
    return f"{table.format}. Taken: {'; '.join(parts)}."


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 1e11 else None


_WHAT = {"run": "the run", "project": "the project", "split": "the part of the data"}
IMPORTER = Importer(
    name="csv",
    title="Table (CSV)",
    takes="a table with a row for each step and a column for each metric, or with columns run, metric, step and value.",
    order=40,
    sniff=sniff,
    read=read,
)
