"""Short summaries of a run's curves, for tables before and after the import."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.exchange.external_run import ExternalRun, Series
from core.exchange.normalise import listed
from core.services.run_search.measures import is_percent
from core.specs.dataset_types import Guess

MOST_CURVES = 200  # of a look
POINTS = 40
# Whose course a table of runs shows, best first.
_SHOWN_FIRST = ("train/loss", "loss", "train_loss", "training_loss", "train/loss_epoch", "train_loss_epoch")


@dataclass(frozen=True)
class FoundCurve:
    """A curve that comes with the runs of a look.

    Args:
        name: Of the curve.
        runs: How many have one of this name.
        points: Of all of them.
        last: Value of the first run that has it; None where it has no finite one.
        course: Of that run: at most 40 of its finite values, the first and the last among them.
    """

    name: str
    runs: int
    points: int
    last: float | None
    course: tuple[float, ...]


def with_curves(known: Mapping[str, FoundCurve], run: ExternalRun) -> dict[str, FoundCurve]:
    """Return the curves of a look with those of one more run."""
    found = dict(known)
    for name, series in run.curves.items():
        if (one := found.get(name)) is not None:
            found[name] = FoundCurve(name, one.runs + 1, one.points + len(series), one.last, one.course)
        elif len(found) < MOST_CURVES:
            values = course(series)
            found[name] = FoundCurve(name, 1, len(series), values[-1] if values else None, tuple(values))
    return found


def course(series: Series) -> list[float]:
    """Return up to 40 finite values of a curve, evenly spaced, with both ends."""
    values = series.values[np.isfinite(series.values)]
    if not len(values):
        return []
    at = np.unique(np.linspace(0, len(values) - 1, POINTS).astype(int))
    return [float(value) for value in values[at]]


def main_course(run: ExternalRun) -> list[float]:
    """Return the course of the run table's curve: a loss if there is one."""
    keys = sorted(run.curves, key=lambda key: (*(key.lower() != name for name in _SHOWN_FIRST), "loss" not in key, key))
    longest = next((key for key in keys if len(run.curves[key]) > 1), None)
    return [] if longest is None else course(run.curves[longest])


def read_as_percent(run: ExternalRun) -> tuple[Guess, ...]:
    """Return a guess that percent values are read as shares, if there are any."""
    found = [(name, max(values)) for name, series in run.curves.items() if (values := _percent(name, series))]
    if not found:
        return ()
    name, highest = max(found, key=lambda one: one[1])
    return (
        Guess(
            listed(sorted(name for name, _ in found), 3),
            f"percent: {highest:.4g} is {highest / 100:.4g}, shown as {highest:.4g} %, in the score, in filters and in "
            "columns; the curve stays as it was logged",
            f"the name says a share, and the values of {name} go up to {highest:.4g}",
            "log shares of 1, or a name that says no share, such as accuracy_points",
        ),
    )


def _percent(name: str, series: Series) -> list[float]:
    """Return a curve's finite values if logged as percent of a share, else none."""
    values = series.values[np.isfinite(series.values)]
    is_so = len(values) and is_percent(name, float(values.min()), float(values.max()))
    return values.tolist() if is_so else []
