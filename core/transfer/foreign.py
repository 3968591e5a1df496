"""A run from elsewhere, before it is one of ours, and what reads it."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.imports import Guess
from core.runs import RunStatus
from core.transfer.source import Source
from core.transfer.words import distinct_names, listed

MOST_RUNS = 1_000
MOST_POINTS = 5_000_000  # of one run; 120 MB while it is read
MOST_KEYS = 2_000  # curves of one run
LARGEST_STEP = 2**53  # beyond it a browser could not tell one from the next
_MOST_SAID = 50


class TooMuch(DataError):
    """A run, or what was brought as a whole, is larger than it may be."""


@dataclass(frozen=True, eq=False)
class Series:
    """One curve: (N,) steps that rise, values (NaN and infinity included), wall times in seconds since 1970."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    times: NDArray[np.float64]  # 0 where nobody wrote them down

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, eq=False)
class ForeignRun:
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
    read: Callable[[Source, Trouble], Iterator[ForeignRun]] = field(repr=False)


class Points:
    """The points of one run while they are read, bounded."""

    def __init__(self, run: str) -> None:
        """Collect for the run that people call this."""
        self.run, self.count = run, 0
        self.lines: dict[str, tuple[array[float], array[float], array[float]]] = {}

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
        in_bounds = -LARGEST_STEP <= step <= LARGEST_STEP
        line[0].append(step if in_bounds else LARGEST_STEP if step > 0 else -LARGEST_STEP)
        line[1].append(value)
        line[2].append(time)
        self.count += 1
        if self.count > MOST_POINTS:
            raise TooMuch(
                f"'{self.run}' has more than {MOST_POINTS:,} points, more than Touchstone takes in of one run. Log "
                "less often, or leave out what nobody looks at, then import it again."
            )

    def forget_from(self, step: int) -> None:
        """Remove the points from a step on: the run was taken up again there."""
        for key, (steps, values, times) in self.lines.items():
            kept = np.array(steps) < step
            if not kept.all():
                whole = (array("d", np.array(steps)[kept]), array("d", np.array(values)[kept]))
                self.lines[key] = (*whole, array("d", np.array(times)[kept]))
        self.count = sum(len(line[0]) for line in self.lines.values())

    def curves(self) -> dict[str, Series]:
        """Return the curves by names that fit and differ, those without a point left out."""
        names = self._names()
        return {names[key]: series(*self.lines[key]) for key in sorted(names, key=lambda key: names[key])}

    def remarks(self) -> tuple[str, ...]:
        """Return what was changed on the way."""
        said = []
        if counted := sorted(key for key, (steps, _, _) in self.lines.items() if _all_same(steps)):
            which = listed(counted, 3)
            said.append(f"All points of {which} have the same step; they were numbered in the order of their times.")
        if renamed := [f"'{new}'" for key, new in self._names().items() if key != new]:
            said.append(f"Names of curves were shortened or told apart: {listed(renamed, 3)}.")
        return tuple(said)

    def _names(self) -> dict[str, str]:
        return distinct_names(key for key, line in self.lines.items() if line[0])


def series(steps: Sequence[float], values: Sequence[float], times: Sequence[float]) -> Series:
    """Return points as a curve, in the order of their steps; of several at one step the last one written stays.

    Where every point has the same step (whoever logged them gave none), they are numbered instead.
    """
    at = np.array(steps, dtype=np.int64)
    found, wall = np.array(values, dtype=np.float64), np.array(times, dtype=np.float64)
    if _all_same(steps):
        order = np.argsort(wall, kind="stable")
        return Series(np.arange(len(at), dtype=np.int64), found[order], wall[order])
    order = np.argsort(at, kind="stable")
    at, found, wall = at[order], found[order], wall[order]
    last = np.append(at[1:] != at[:-1], True)
    return Series(at[last], found[last], wall[last])


def _all_same(steps: Sequence[float]) -> bool:
    return len(steps) > 1 and steps[0] == steps[-1] and len(set(steps)) == 1
