"""Logged metrics of runs: last, first and best values, read on demand."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from core.errors import UserError
from core.runs import Run
from core.services.run_search.measures import decides, direction_of, is_percent, is_share, measures
from core.services.run_service import Service
from core.store.metric_summary import MetricSummaries, MetricSummary

Moment = Literal["last", "best", "first", "min", "max"]
MOMENTS: tuple[Moment, ...] = ("last", "best", "first", "min", "max")
_TELLS_NOTHING = (True, 9, 9, "")
MOST_DECIDING = 20  # names that are tried for the score of a run from elsewhere


@dataclass(frozen=True)
class DecidingScore:
    """The one number that says how good a run is."""

    name: str  # of the metric, as people read it
    value: float
    direction: Literal["max", "min"]
    is_percent: bool  # whether it is a share of 1

    @property
    def quality(self) -> float:
        """Higher is better, whatever the metric."""
        return self.value if self.direction == "max" else -self.value


class Logged:
    """The logged metrics of all runs, each read at first use, without curves."""

    def __init__(self, service: Service) -> None:
        self._store = MetricSummaries(service.database)
        self._read: dict[str, dict[str, MetricSummary]] = {}
        self._measures: dict[str, list[str]] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name that was ever logged, in order."""
        return tuple(self._store.names())

    @property
    def ranked(self) -> list[str]:
        """All names: requested ones first, then those that indicate quality, then the others."""
        return sorted(self.names, key=lambda name: (name not in self._read, decides(name) or _TELLS_NOTHING, name))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.names)

    @cached_property
    def _by_plain_name(self) -> dict[str, str]:
        return {plain(name): name for name in reversed(self.names)}

    def find(self, name: str) -> tuple[str, Moment] | None:
        """Return the metric and value that a filter name means; None if not found.

        `train/loss` is its last value; `train/loss.best`, `.first`, `.min` and `.max` say which other one.

        Raises:
            UserError: Its best is asked for, and its name does not tell whether that is the largest.
        """
        if (found := self._named(name)) is not None:
            return found, "last"
        head, _, tail = name.rpartition(".")
        moment = next((one for one in MOMENTS if one == tail.casefold()), None)
        if moment is None or (found := self._named(head)) is None:
            return None
        if moment == "best" and not direction_of(found):
            raise UserError(
                f"Nobody knows whether more or less of '{found}' is better: write {head}.max or {head}.min."
            )
        return found, moment

    def _named(self, written: str) -> str | None:
        return written if written in self._known else self._by_plain_name.get(plain(written))

    def reader(self, name: str, moment: Moment) -> Callable[[Run], float | None]:
        """Return a reader of a run's metric, with percent values as shares of 1."""
        return lambda run: self.value(run.id, name, moment)

    def value(self, run_id: str, name: str, moment: Moment = "last") -> float | None:
        """Return a metric of a run, or None where it has none."""
        if name not in self._read:
            self._read[name] = self._store.read(name)
        summary = self._read[name].get(run_id)
        if summary is None:
            return None
        return _pick(summary, name, moment) / (100 if is_percent(name, summary.lowest, summary.highest) else 1)

    @property
    def in_use(self) -> tuple[str, ...]:
        """The names that were asked for so far and that any run has."""
        return tuple(name for name, runs in self._read.items() if runs)

    def same_measure(self, measure: str, run: Run) -> float | None:
        """Return the last logged value of a measure, unseen data first.

        For example `val/acc` is a measure of "accuracy".

        What was measured on training data is not it.
        """
        if measure not in self._measures:
            ranked = [(rank, name) for name in self.names if (rank := measures(name, measure)) is not None]
            self._measures[measure] = [name for _, name in sorted(ranked)[:MOST_DECIDING]]
        found = (self.value(run.id, name) for name in self._measures[measure])
        return next((value for value in found if value is not None), None)

    def score(self, run: Run) -> DecidingScore | None:
        """Return the last value of the most telling quality metric; None without one."""
        for name, holders in self._deciding.items():
            if run.id in holders and (value := self.value(run.id, name)) is not None and math.isfinite(value):
                return DecidingScore(name, value, direction_of(name) or "min", is_share(name))
        return None

    def shared(self, run_ids: Collection[str]) -> list[str]:
        """Return the quality metrics that at least two of these runs have, commonest first."""
        counts = {name: len(holders.intersection(run_ids)) for name, holders in self._deciding.items()}
        return sorted((name for name, count in counts.items() if count > 1), key=lambda name: -counts[name])

    @cached_property
    def _deciding(self) -> Mapping[str, set[str]]:
        """The names of quality metrics, best first, each with the runs that have it."""
        ranked = sorted((rank, name) for name in self.names if (rank := decides(name)) is not None)
        return self._store.runs_with([name for _, name in ranked[:MOST_DECIDING]])


def plain(name: str) -> str:
    """Return a name as it is compared: case, spaces and hyphens make no difference."""
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def _pick(summary: MetricSummary, name: str, moment: Moment) -> float:
    if moment == "best":
        return summary.highest if direction_of(name) == "max" else summary.lowest
    return {"first": summary.first, "last": summary.last, "min": summary.lowest, "max": summary.highest}[moment]
