"""Tables of numbers (CSV, TSV): a row a step with a column a metric, or a row a point. Names tell what a column is.

Separator, encoding and signs before fractions are found out as for data sets (`core.intake`).
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import DataError
from core.imports import ImportOptions
from core.intake.reading.delimited import SUFFIXES, open_table
from core.intake.tables.left_out import LeftOut
from core.intake.tables.numbers import NumberStyle, is_missing, number_style, parse_number
from core.intake.tables.table import Batch, Table
from core.transfer.foreign import MOST_RUNS, ForeignRun, Importer, Points, TooMuch, Trouble
from core.transfer.source import Entry, Source, UnreadableEntry
from core.transfer.words import LONGEST_NAME, hashed, number_or_text, one_line, settings_of

TEXT_SUFFIXES = (*SUFFIXES, ".txt", ".csv.gz")
SAMPLE = 2_000  # cells that tell what a column holds
ROLES = {
    "step": ("step", "_step", "global_step", "steps", "iteration", "iter", "epoch", "batch"),
    "run": ("run", "run_id", "run_name", "runid", "experiment", "trial", "trial_id"),
    "project": ("project", "experiment_name"),
    "time": ("wall_time", "walltime", "timestamp", "_timestamp", "time", "datetime", "date"),
    "key": ("key", "metric", "metric_name", "tag", "series"),
    "value": ("value", "metric_value", "scalar"),
}
# W&B's charts are saved as "NAME OF THE RUN - METRIC", with two more columns for the band around each line.
_OF_RUN = " - "
_BANDS = ("__MIN", "__MAX")


@dataclass(frozen=True)
class Columns:
    """What the columns of a table are, by their place."""

    roles: dict[str, int]
    metrics: dict[int, tuple[str, str]]  # place: run ("" where a column or the file names it), key
    settings: dict[int, str]  # texts that tell of the run
    styles: dict[int, NumberStyle]

    @property
    def is_long(self) -> bool:
        """Whether a row is a point: one column names the metric, another has its value."""
        return "key" in self.roles and "value" in self.roles


@dataclass
class _Run:
    points: Points
    project: str = ""
    settings: dict[object, object] = field(default_factory=dict)
    rows: int = 0


def sniff(source: Source) -> bool:
    """Tell whether there are tables and nothing but tables."""
    return bool(_tables(source))


def read(source: Source, trouble: Trouble) -> Iterator[ForeignRun]:
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


def _of_table(table: Table, entry: Entry, trouble: Trouble) -> Iterator[ForeignRun]:
    batches = table.batches(range(len(table.names)), LeftOut())
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
    runs: dict[str, _Run] = {}
    title = one_line(entry.name.rpartition("/")[2].rpartition(".")[0] or entry.name, LONGEST_NAME)
    for batch in chain((first,), batches):
        try:
            (_take_long if columns.is_long else _take_wide)(batch, columns, runs, title)
        except TooMuch as error:
            trouble.say(str(error))
            return
    said = _said(table, columns, len(runs))
    for name, run in runs.items():
        times = [times for _, _, times in run.points.lines.values()]
        wall = sorted(time for line in times for time in (min(line), max(line)) if time > 0)
        yield ForeignRun(
            key=hashed("csv", entry.name.rpartition("/")[2], name, *table.names, *(c[0] for c in first.columns)),
            name=one_line(name, LONGEST_NAME),
            project=one_line(run.project or (title if "run" in columns.roles else ""), LONGEST_NAME),
            settings=settings_of(run.settings),
            started_at=_moment(wall[0]) if wall else None,
            finished_at=_moment(wall[-1]) if wall else None,
            curves=run.points.curves(),
            remarks=(*said, *run.points.remarks()),
        )


def find_columns(names: Sequence[str], batch: Batch, hint: str) -> Columns:
    """Return what the columns of a table are, from their names and first cells."""
    plain = [re.sub(r"[\s\-]+", "_", name.strip().lower()) for name in names]
    roles: dict[str, int] = {}
    for role, known in ROLES.items():
        at = next((plain.index(name) for name in known if name in plain), None)
        if at is not None and at not in roles.values():
            roles[role] = at
    styles, texts = {}, {}
    for place, name in enumerate(names):
        there = [cell for cell in batch.columns[place][:SAMPLE] if not is_missing(cell)]
        style = number_style(there, "," if hint == "," else ".") if there else None
        if style is not None and not style.unit:
            styles[place] = style
        elif there:
            texts[place] = name
    if "step" in roles and roles["step"] not in styles:
        del roles["step"]
    taken = set(roles.values())
    metrics = {}
    for place in styles:
        if place not in taken and not names[place].endswith(_BANDS):
            metrics[place] = ("", names[place].strip()) if "run" in roles else _run_and_metric(names[place])
    settings = {place: name for place, name in texts.items() if place not in taken}
    return Columns(roles, metrics, settings, styles)


def _run_and_metric(name: str) -> tuple[str, str]:
    at = name.rfind(_OF_RUN, 1, len(name) - 1)  # something stands before it and after it
    return ("", name.strip()) if at < 0 or "\n" in name else (name[:at].strip(), name[at + len(_OF_RUN) :].strip())


def _take_wide(batch: Batch, columns: Columns, runs: dict[str, _Run], title: str) -> None:
    roles, cells = columns.roles, batch.columns
    for row in range(len(batch)):
        name = cells[roles["run"]][row].strip() if "run" in roles else ""
        for place, (of_run, key) in columns.metrics.items():
            text = cells[place][row].strip()
            value = _number(text, columns.styles[place]) if text else None
            if value is not None:
                run = _run(runs, of_run or name or title)
                run.points.add(one_line(key, 200), _step(cells, columns, row, run), value, _time(cells, columns, row))
        for of_run in {of_run or name or title for of_run, _ in columns.metrics.values()}:
            run = _run(runs, of_run)
            run.rows += 1
            _describe(run, cells, columns, row)


def _take_long(batch: Batch, columns: Columns, runs: dict[str, _Run], title: str) -> None:
    roles, cells = columns.roles, batch.columns
    style = columns.styles.get(roles["value"], NumberStyle())
    for row in range(len(batch)):
        run = _run(runs, (cells[roles["run"]][row].strip() if "run" in roles else "") or title)
        key, value = one_line(cells[roles["key"]][row], 200), _number(cells[roles["value"]][row].strip(), style)
        if key and value is not None:
            line = run.points.lines.get(key)
            run.rows = len(line[0]) if line else 0  # where there are no steps, each curve counts its own points
            run.points.add(key, _step(cells, columns, row, run), value, _time(cells, columns, row))
        _describe(run, cells, columns, row)


def _run(runs: dict[str, _Run], name: str) -> _Run:
    if name not in runs:
        if len(runs) >= MOST_RUNS:
            raise TooMuch(
                f"This table names more than {MOST_RUNS:,} runs, more than Touchstone takes in at once. Divide it."
            )
        runs[name] = _Run(Points(one_line(name, LONGEST_NAME)))
    return runs[name]


def _describe(run: _Run, cells: Sequence[Sequence[str]], columns: Columns, row: int) -> None:
    """Take what a row's texts say of its run: the last one that is not empty."""
    for place, name in columns.settings.items():
        if text := cells[place][row].strip():
            run.settings[name] = number_or_text(text)
    if "project" in columns.roles:
        run.project = cells[columns.roles["project"]][row].strip() or run.project


def _step(cells: Sequence[Sequence[str]], columns: Columns, row: int, run: _Run) -> int:
    place = columns.roles.get("step")
    if place is None:
        return run.rows
    step = _number(cells[place][row].strip(), columns.styles[place])
    return round(step) if step is not None and abs(step) < 2**53 else run.rows  # NaN is below nothing


def _time(cells: Sequence[Sequence[str]], columns: Columns, row: int) -> float:
    """Return seconds since 1970; 0 where a row does not tell."""
    place = columns.roles.get("time")
    if place is None:
        return 0.0
    text = cells[place][row].strip()
    with suppress(ValueError):
        number = float(text)
        if 1e11 < number < 1e15:
            number /= 1000  # milliseconds
        return number if 0 < number < 1e11 else 0.0
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return 0.0


def _number(text: str, style: NumberStyle) -> float | None:
    if style.decimal == ".":
        with suppress(ValueError):
            return float(text)  # also "nan" and "inf"
    return parse_number(text, style)


def _said(table: Table, columns: Columns, runs: int) -> tuple[str, ...]:
    """Return what the columns were taken for."""
    names = {role: f"'{one_line(table.names[place], 40)}'" for role, place in columns.roles.items()}
    parts = [f"{names['step']} as the step"] if "step" in names else ["no column as the step: rows are counted"]
    if columns.is_long:
        parts.append(f"{names['key']} as the metric's name and {names['value']} as its value")
    if "run" in names:
        parts.append(f"{names['run']} as the run")
    if "time" in names:
        parts.append(f"{names['time']} as the time")
    if columns.settings:
        texts = [one_line(name, 40) for name in columns.settings.values()]
        parts.append(f"{', '.join(texts[:5])} as settings")
    return (f"{table.format}. Taken: {'; '.join(parts)}.",)


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 1e11 else None


IMPORTER = Importer(
    name="csv",
    title="Table (CSV)",
    takes="a table with a row for each step and a column for each metric, or with columns run, metric, step and value.",
    order=40,
    sniff=sniff,
    read=read,
)
