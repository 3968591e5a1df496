"""A run from elsewhere, before it is one of ours, and what reads it."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.exchange.normalise import distinct_names, listed
from core.exchange.source import Source
from core.runs import RunStatus
from core.specs.dataset_types import Guess

MOST_RUNS = 1_000
MOST_POINTS = 5_000_000  # of one run; 120 MB while it is read
MOST_KEYS = 2_000  # curves of one run
LARGEST_STEP = 2**53  # beyond it a browser could not tell one from the next
_MOST_SAID = 50


class TooMuch(DataError):
    """A run or import that exceeds the size limit."""


@dataclass(frozen=True, eq=False)
class Series:
    """One curve: (N,) nondecreasing steps, values (NaN and infinity included) and Unix wall times.

    Several points may have one step: they stand in the order in which they were written.
    """

    steps: NDArray[np.float64]
    values: NDArray[np.float64]
    times: NDArray[np.float64]  # 0 where nobody wrote them down
    axis: str = ""  # what its steps count where they are not the run's own, such as "epoch"
    global_steps: NDArray[np.float64] | None = None  # (N,) where the run was at each point

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, eq=False)
class ExternalRun:
    """One run as another tracker, or a table, tells of it."""

    key: str  # the same however often it is read, also after it has grown
    name: str
    curves: Mapping[str, Series]
    project: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    notes: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    status: RunStatus = RunStatus.SUCCEEDED
    reason: str = ""  # why it did not succeed, for a founder
    remarks: tuple[str, ...] = ()  # what was left out or changed on the way, for a founder
    guesses: tuple[Guess, ...] = ()  # every choice that the source leaves open
    former_keys: tuple[str, ...] = ()  # under which it, or a part of it, may have been imported before
    parent_key: str = ""  # of the run that it is a part of
    times_from_start: bool = False  # its times are seconds since its beginning, which nobody wrote down
    by_content: bool = False  # its key is a hash of what it holds, so a corrected one has another

    @property
    def points(self) -> int:
        """Of all its curves."""
        return sum(len(series) for series in self.curves.values())


@dataclass
class Trouble:
    """What could not be read, in sentences; the rest comes in all the same."""

    sentences: list[str] = field(default_factory=list)
    more: int = 0  # sentences beyond those that are kept

    def say(self, sentence: str) -> None:
        """Add a sentence, once."""
        if sentence in self.sentences:
            return
        if len(self.sentences) < _MOST_SAID:
            self.sentences.append(sentence)
        else:
            self.more += 1

    def all(self) -> tuple[str, ...]:
        """Return what was said."""
        more = (f"{self.more:,} more like these.",) if self.more else ()
        return (*self.sentences, *more)


@dataclass(frozen=True)
class Importer:
    """One format that runs can come from."""

    name: str  # also `Run.origin`
    title: str
    takes: str  # what to bring, for a founder
    order: int  # the smallest that knows a source reads it
    sniff: Callable[[Source], bool] = field(repr=False)  # from names alone, or a few bytes
    read: Callable[[Source, Trouble], Iterator[ExternalRun]] = field(repr=False)


class Points:
    """The points of one run while they are read, bounded."""

    def __init__(self, run: str, *, counts_equal_steps: bool = True) -> None:
        """Collect for the run that people call this.

        Args:
            run: Its name.
            counts_equal_steps: Whether a curve whose points all have one step has none, and is numbered.
        """
        self.run, self.count = run, 0
        self.lines: dict[str, tuple[array[float], array[float], array[float]]] = {}
        self._counts = counts_equal_steps
        self._axes: dict[str, str] = {}
        self._elsewhere: dict[str, array[float]] = {}  # the run's own steps of curves that have others

    def add(self, key: str, step: float, value: float, time: float) -> None:
        """Add one point.

        Raises:
            TooMuch: The run has more than it may.
        """
        line = self.lines.get(key)
        if line is None:
            if len(self.lines) >= MOST_KEYS:
                raise TooMuch(
                    f"'{self.run}' has more than {MOST_KEYS:,} curves, more than Touchstone takes in of one run. Leave "
                    "some out where it is written, then import it again."
                )
            line = self.lines[key] = (array("d"), array("d"), array("d"))
        line[0].append(_bounded(step))
        line[1].append(value)
        line[2].append(time)
        if key in self._elsewhere:
            self._elsewhere[key].append(_bounded(step))
        self.count += 1
        if self.count > MOST_POINTS:
            raise TooMuch(
                f"'{self.run}' has more than {MOST_POINTS:,} points, more than Touchstone takes in of one run. Log "
                "less often, or leave out what nobody looks at, then import it again."
            )

    def add_over(self, axis: str, own: float, key: str, step: float, value: float, time: float) -> None:
        """Add one point that stands over something else than the run's step.

        Args:
            axis: What that is called, such as "epoch".
            own: Where the point stands on it.
            key: Of the curve.
            step: The run's own.
            value: Of the point.
            time: In seconds since 1970.

        Raises:
            TooMuch: The run has more than it may.
        """
        if key not in self._elsewhere:
            self._axes[key], self._elsewhere[key] = axis, array("d", self.lines.get(key, ((),))[0])
        self.add(key, own, value, time)
        self._elsewhere[key][-1] = _bounded(step)

    def forget_from(self, step: int) -> None:
        """Remove the points from a step on: the run was taken up again there."""
        for key, (steps, values, times) in self.lines.items():
            kept = np.array(steps) < step
            if not kept.all():
                whole = (array("d", np.array(steps)[kept]), array("d", np.array(values)[kept]))
                self.lines[key] = (*whole, array("d", np.array(times)[kept]))
        self.count = sum(len(line[0]) for line in self.lines.values())

    def rename(self, key: str, name: str) -> None:
        """Call a curve otherwise, unless another one is called so."""
        if name not in self.lines:
            self.lines[name] = self.lines.pop(key)

    def divide_steps(self, key: str, factor: int) -> None:
        """Divide the steps of a curve."""
        steps, values, times = self.lines[key]
        self.lines[key] = array("d", (step / factor for step in steps)), values, times

    def curves(self) -> dict[str, Series]:
        """Return the nonempty curves under valid, unique names."""
        names = self._names()
        return {names[key]: self._curve(key) for key in sorted(names, key=lambda key: names[key])}

    def _curve(self, key: str) -> Series:
        """Return a curve ordered by step; without steps, numbered in order of time."""
        steps, values, times = (np.array(column, np.float64) for column in self.lines[key])
        if self._is_counted(key):
            order = np.argsort(times, kind="stable")
            return Series(np.arange(len(order), dtype=np.float64), values[order], times[order])
        order = np.argsort(steps, kind="stable")
        elsewhere = np.array(self._elsewhere[key], np.float64)[order] if key in self._elsewhere else None
        return Series(steps[order], values[order], times[order], self._axes.get(key, ""), elsewhere)

    def _is_counted(self, key: str) -> bool:
        steps = self.lines[key][0]
        return self._counts and len(steps) > 1 and steps[0] == steps[-1] and len(set(steps)) == 1

    def remarks(self) -> tuple[str, ...]:
        """Return what was changed on the way."""
        said = []
        if counted := sorted(filter(self._is_counted, self.lines)):
            which = listed(counted, 3)
            said.append(f"All points of {which} have the same step; they were numbered in the order of their times.")
        equal = sorted(key for key in self.lines if not self._is_counted(key) and self._has_equal_steps(key))
        if equal:
            said.append(f"{listed(equal, 3)}: several points have the same step; all are kept, in their order.")
        if renamed := [f"'{new}'" for key, new in self._names().items() if key != new]:
            said.append(f"Names of curves were shortened or told apart: {listed(renamed, 3)}.")
        return tuple(said)

    def _has_equal_steps(self, key: str) -> bool:
        steps = np.sort(np.array(self.lines[key][0], np.float64))
        return bool((steps[1:] == steps[:-1]).any())

    def _names(self) -> dict[str, str]:
        return distinct_names(key for key, line in self.lines.items() if line[0])


def _bounded(step: float) -> float:
    return min(max(step, -LARGEST_STEP), LARGEST_STEP)
