"""Column roles of a metric table: step, time, run, metric or setting.

Column names and cells decide.

How numbers, dates and durations are written is found out as for data sets (`core.data`).
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from core.data.tables.dates import DateStyle, date_style, parse_dates
from core.data.tables.durations import DurationStyle, duration_style, parse_duration
from core.data.tables.numbers import NumberStyle, is_missing, number_style, parse_number
from core.data.tables.table import Batch
from core.specs.dataset_types import Guess

SAMPLE = 2_000  # cells that tell what a column holds
ROLES = {
    "step": (
        "step", "_step", "global_step", "steps", "total_timesteps", "num_timesteps", "timesteps", "timestep",
        "total_steps", "env_steps", "iteration", "iterations", "iter", "epoch", "epochs", "batch",
    ),
    "run": ("run", "run_id", "run_name", "runid", "experiment", "trial", "trial_id"),
    "project": ("project", "experiment_name"),
    "key": ("key", "metric", "metric_name", "tag", "series"),
    "value": ("value", "metric_value", "scalar"),
    "split": ("split", "phase", "subset", "stage", "mode", "set", "partition"),
}  # fmt: skip
# With their units taken off: "time (s)", "time_ms" and "train/time_elapsed" are among them.
TIMES = (
    "wall_time", "walltime", "timestamp", "_timestamp", "time", "datetime", "date", "elapsed", "elapsed_time",
    "time_elapsed", "total_time", "runtime", "_runtime", "relative_time", "relative", "seconds", "duration",
    "relative_time_(process)", "relative_time_(wall)",
)  # fmt: skip
SPLITS = ("train", "training", "validation", "valid", "val", "dev", "eval", "evaluation", "test", "testing")
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "seconds": 1.0, "min": 60.0, "minutes": 60.0,
          "h": 3600.0, "hours": 3600.0}  # fmt: skip
_OF_SO_MANY = re.compile(r"(\d+)\s*(?:/|of)\s*\d+")  # "3/10", as the third of ten
_FLAGS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_SINCE_1970 = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3), (1e8, 1.0))  # from so many on: in which unit, in seconds
_RISING = 0.95  # share of rows that must not go back, for a column to be a clock
_ENDLESS = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}
# W&B's charts are saved as "NAME OF THE RUN - METRIC", with two more columns for the band around each line.
_OF_RUN = " - "
BANDS = ("__MIN", "__MAX")


@dataclass(frozen=True)
class Cells:
    """How one column writes its numbers.

    Args:
        style: As for data sets.
        divisor: What each is divided by: 100 where "50 %" is a share.
        are_flags: Whether they are yes and no.
        are_of_many: Whether they count to a number that stands beside them: "3/10".
    """

    style: NumberStyle = field(default_factory=NumberStyle)
    divisor: float = 1.0
    are_flags: bool = False
    are_of_many: bool = False

    def read(self, text: str) -> float | None:
        """Return the number of a cell; None where missing or not a number."""
        if (endless := _endless(text)) is not None:
            return endless
        if self.are_flags:
            return _FLAGS.get(text.lower())
        if self.are_of_many and (found := _OF_SO_MANY.fullmatch(text)) is not None:
            return float(found[1])
        if not text or is_missing(text):
            return None
        if self.style.decimal == "." and not self.style.unit:
            with suppress(ValueError):
                return float(text)
        number = parse_number(text, self.style)
        return None if number is None else number / self.divisor

    def is_missing(self, text: str) -> bool:
        """Tell whether a cell stands for no number at all."""
        return is_missing(text)


@dataclass(frozen=True)
class Clock:
    """How a column writes times.

    Args:
        place: Of the column.
        from_start: Whether they are seconds since the run began, and not moments.
        factor: Of a number, in seconds.
        zero: What the beginning of the run is written as.
        dates: Where they are dates in words and digits.
        lasting: Where they are durations such as 0:01:23.
        cells: Where they are numbers.
    """

    place: int
    from_start: bool
    factor: float = 1.0
    zero: float = 0.0
    dates: DateStyle | None = None
    lasting: DurationStyle | None = None
    cells: Cells = field(default_factory=Cells)

    def read(self, text: str) -> float:
        """Return seconds since 1970 or since the run's start; 0 where unknown."""
        found = self._seconds(text.strip())
        return found - self.zero if found is not None and math.isfinite(found) else 0.0

    def _seconds(self, text: str) -> float | None:
        if self.dates is not None:
            with suppress(ValueError, OverflowError):
                moment = datetime.fromisoformat(text)
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
            return float(parse_dates([text], self.dates)[0][0])
        if self.lasting is not None:
            return parse_duration(text, self.lasting)
        number = self.cells.read(text)
        return None if number is None else self.factor * number


@dataclass(frozen=True)
class Columns:
    """What the columns of a table are, by their place."""

    roles: Mapping[str, int]
    metrics: Mapping[int, tuple[str, str]]  # place: run ("" where a column or the file names it), key
    settings: Mapping[int, str]  # texts that tell of the run
    numbers: Mapping[int, Cells]
    clock: Clock | None = None
    skipped: tuple[str, ...] = ()  # columns of a band around a line
    guesses: tuple[Guess, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether a row is a point: one column names the metric, another its value."""
        return "key" in self.roles and "value" in self.roles


def find_columns(names: Sequence[str], batch: Batch, hint: str) -> Columns:
    """Return what the columns of a table are, from their names and first cells.

    Args:
        names: Of the columns.
        batch: The first rows.
        hint: The decimal sign that the table's separator suggests.
    """
    plain = [re.sub(r"[\s\-]+", "_", name.strip().lower()) for name in names]
    there = [[cell.strip() for cell in column[:SAMPLE] if cell.strip()] for column in batch.columns]
    numbers = {place: cells for place, column in enumerate(there) if (cells := _numbers(column, hint)) is not None}
    roles = _roles(plain, there, numbers)
    for place, column in enumerate(there):
        if (
            place not in numbers
            and place not in roles.values()
            and _are_flags(column, batch.columns[place], batch, roles)
        ):
            numbers[place] = Cells(are_flags=True)
    clock, guesses = _clock(plain, names, batch, numbers, roles)
    taken = {*roles.values(), *([clock.place] if clock else [])}
    free = [place for place in numbers if place not in taken]
    is_chart = any(_OF_RUN in names[place] for place in free)
    bands = [place for place in free if is_chart and names[place].endswith(BANDS)]
    metrics = {
        place: ("", names[place].strip()) if "run" in roles else _run_and_metric(names[place])
        for place in free
        if place not in bands
    }
    settings = {place: names[place] for place, column in enumerate(there) if column and place not in {*numbers, *taken}}
    guesses += [guess for place in metrics for guess in _of_units(names[place], numbers[place])]
    skipped = tuple(names[place] for place in bands)
    return Columns(roles, metrics, settings, numbers, clock, skipped, tuple(guesses))


def _numbers(cells: Sequence[str], hint: str) -> Cells | None:
    """Return a column's number style, NaN and infinity included; None for other values."""
    endless = [cell for cell in cells if _endless(cell) is not None]
    plain = [cell for cell in cells if not is_missing(cell) and _endless(cell) is None]
    if not plain:
        return Cells() if endless else None
    style = number_style(plain, "," if hint == "," else ".")
    if style is None:
        return None
    return Cells(style, 100.0) if style.unit == "%" else Cells(style)


def _are_flags(cells: Sequence[str], column: Sequence[str], batch: Batch, roles: Mapping[str, int]) -> bool:
    """Check whether a column is a yes/no flag that varies within a run."""
    if not cells or not all(cell.lower() in _FLAGS for cell in cells):
        return False
    of_runs = _by_run([cell.strip().lower() for cell in column[:SAMPLE]], batch, roles)
    return any(len(set(run)) > 1 for run in of_runs)


def _endless(text: str) -> float | None:
    word = text.strip().lower()
    number = _ENDLESS.get(word.lstrip("+-"))
    return None if number is None else -number if word.startswith("-") else number


def _roles(plain: Sequence[str], there: Sequence[Sequence[str]], numbers: dict[int, Cells]) -> dict[str, int]:
    """Return the column of each role, by name; "3/10" counts as a number."""
    roles: dict[str, int] = {}
    last = [name.rpartition("/")[2] for name in plain]  # "trainer/global_step"
    for role, known in ROLES.items():
        at = next((plain.index(name) for name in known if name in plain), None)
        if at is None and role == "step":
            at = next((last.index(name) for name in known if name in last), None)
        if at is not None and at not in roles.values():
            roles[role] = at
    if "step" in roles and roles["step"] not in numbers:
        if all(_OF_SO_MANY.fullmatch(cell) for cell in there[roles["step"]]):
            numbers[roles["step"]] = Cells(are_of_many=True)
        else:
            del roles["step"]
    if "split" in roles:
        cells = {cell.lower() for cell in there[roles["split"]]}
        if not cells or not cells <= {*SPLITS}:
            del roles["split"]
    if not {"key", "value"} <= roles.keys():  # a name without values, or values of one metric: TensorBoard's own CSV
        for role in ("key", "value"):
            roles.pop(role, None)
    return roles


def _run_and_metric(name: str) -> tuple[str, str]:
    at = name.rfind(_OF_RUN, 1, len(name) - 1)  # something stands before it and after it
    return ("", name.strip()) if at < 0 or "\n" in name else (name[:at].strip(), name[at + len(_OF_RUN) :].strip())


def _clock(
    plain: Sequence[str], names: Sequence[str], batch: Batch, numbers: Mapping[int, Cells], roles: Mapping[str, int]
) -> tuple[Clock | None, list[Guess]]:
    """Return the column of times: moments, or how long the run had gone on."""
    bare, units = zip(*(_without_unit(name.rpartition("/")[2]) for name in plain), strict=True)
    places = [at for word in TIMES for at, name in enumerate(bare) if name == word and at not in roles.values()]
    for place in places:
        cells = [cell.strip() for cell in batch.columns[place][:SAMPLE]]
        of_runs = _by_run(cells, batch, roles)
        unit = units[place]
        if place in numbers:
            factor = _UNITS[unit] if unit else _UNITS.get(numbers[place].style.unit, 1.0)
            found = _of_numbers(place, of_runs, numbers[place], factor)
        else:
            found = _of_words(place, names[place], of_runs, [cell for cell in cells if cell])
        if found is None:
            continue
        why = "its numbers rise from the start of the run" if place in numbers else "its times name no day"
        value = "time since the start; when that was is not in the table, so the last row counts as now"
        return found, [Guess(names[place], value, why, "a column 'timestamp' with moments")] if found.from_start else []
    return None, []


def _without_unit(name: str) -> tuple[str, str]:
    """Return a name and its time unit suffix: "time_(ms)" is "time" in "ms"."""
    plain = name.rstrip("])_")
    at = max(plain.rfind(sign) for sign in "_/([")
    return (plain[:at].rstrip("_/(["), plain[at + 1 :]) if at > 0 and plain[at + 1 :] in _UNITS else (name, "")


def _by_run(cells: Sequence[str], batch: Batch, roles: Mapping[str, int]) -> list[list[str]]:
    """Return a column's cells grouped by run, curve and split."""
    of = [batch.columns[roles[role]] for role in ("run", "key", "split") if role in roles]
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row, cell in enumerate(cells):
        if cell:
            groups[tuple(column[row] for column in of)].append(cell)
    return list(groups.values())


def _of_numbers(place: int, of_runs: Sequence[Sequence[str]], cells: Cells, factor: float) -> Clock | None:
    numbers = [[n for cell in run if (n := cells.read(cell)) is not None and math.isfinite(n)] for run in of_runs]
    sizes = sorted(abs(number) for run in numbers for number in run)
    if not sizes:
        return None
    for least, unit in _SINCE_1970:
        if sizes[len(sizes) // 2] >= least:
            return Clock(place, False, unit, cells=cells)
    return Clock(place, True, factor, cells=cells) if _is_rising(numbers) else None


def _of_words(place: int, name: str, of_runs: Sequence[Sequence[str]], cells: Sequence[str]) -> Clock | None:
    distinct = list(dict.fromkeys(cells))
    lasting = duration_style(distinct, name, is_chosen=True)
    dates = date_style(distinct, name, is_chosen=True)
    if dates is not None and not dates.is_clock:
        return Clock(place, False, dates=dates)
    if lasting is None:
        return None
    numbers = [[n for cell in run if (n := parse_duration(cell, lasting)) is not None] for run in of_runs]
    if not _is_rising(numbers):
        return None
    zero = min(run[0] for run in numbers if run) if dates is not None and name.strip().lower() in TIMES[:7] else 0.0
    return Clock(place, True, zero=zero if zero > 3600 else 0.0, lasting=lasting)


def _is_rising(of_runs: Sequence[Sequence[float]]) -> bool:
    """Check whether numbers rise within each run, as a clock, unlike durations."""
    pairs = [pair for run in of_runs for pair in pairwise(run)]
    if any(number < 0 for run in of_runs for number in run):
        return False
    forward = sum(after >= before for before, after in pairs)
    return bool(pairs) and forward >= _RISING * len(pairs) and any(run[-1] > run[0] for run in of_runs if run)


def _of_units(name: str, cells: Cells) -> list[Guess]:
    """Return what the units of a metric's cells were taken for."""
    if cells.divisor != 1.0:
        return [Guess(name, "shares: 50 % is 0.5", "its cells are in percent", "numbers without a percent sign")]
    says = "; ".join(cells.style.says)
    unit = f"in {cells.style.unit}" if cells.style.unit else ""
    value = ", ".join(part for part in (unit, says) if part)
    return [Guess(name, value, "its cells have units", "numbers without units")] if value else []
