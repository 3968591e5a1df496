"""Training, validation and test in time order, as a model only knows the past."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.rows import FEATURE
from core.data.splits.splitting import HELD_OUT_SHARE, TEST, TRAIN, VALIDATION

DAY_S, SOME_WEEKS, YEAR_DAYS = 86_400, 60, 365  # seconds; days
FEWEST_MOMENTS = 3


def moments_of(rows: pa.Table, facts: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """Return each row's time, (N,) in seconds, NaN if unknown; None without time split."""
    name = FEATURE + str(facts.get("time_column", ""))
    if facts.get("split_by") != "time" or name not in rows.column_names:
        return None
    if any(given for given in rows.column("given").unique().to_pylist()):
        return None  # the source says it
    counted = rows.column(name).cast(pa.int64()).to_numpy()
    moments = np.asarray(counted, dtype=np.float64)
    return moments if len(np.unique(moments[~np.isnan(moments)])) >= FEWEST_MOMENTS else None


def split_by_time(moments: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return each row's split, (N,): first 70% for training, last 15% for test.

    Rows of one moment stay together; those of none are for training.

    Args:
        moments: (N,) in seconds, at least three different ones.
    """
    different, counts = np.unique(moments[~np.isnan(moments)], return_counts=True)
    before = np.cumsum(counts) - counts  # rows that are earlier than each moment
    total = counts.sum()
    first = int(np.searchsorted(before, (1 - 2 * HELD_OUT_SHARE) * total))
    first = min(max(first, 1), len(different) - 2)
    second = int(np.searchsorted(before, (1 - HELD_OUT_SHARE) * total))
    second = min(max(second, first + 1), len(different) - 1)
    return split_at(moments, (float(different[first]), float(different[second])))


def borders_of(moments: NDArray[np.float64], split: NDArray[np.int8]) -> tuple[float, float] | None:
    """Return the start of validation and test, in seconds.

    None where one of them has no row with a time.

    Args:
        moments: (N,) in seconds.
        split: (N,) of the rows.
    """
    begins = [moments[(split == number) & ~np.isnan(moments)] for number in (VALIDATION, TEST)]
    return (float(begins[0].min()), float(begins[1].min())) if all(map(len, begins)) else None


def split_at(moments: NDArray[np.float64], borders: tuple[float, float]) -> NDArray[np.int8]:
    """Return each row's side of given borders, (N,); rows without time are for training."""
    split = np.full(len(moments), TRAIN, dtype=np.int8)
    split[moments >= borders[0]] = VALIDATION
    split[moments >= borders[1]] = TEST
    return split


def describe_time(moments: NDArray[np.float64], split: NDArray[np.int8], column: str) -> str:
    """Return a sentence about where the splits come from."""
    there = moments[(split == TRAIN) & ~np.isnan(moments)]
    days = (there.max() - there.min()) / DAY_S
    season = (
        f" The training rows cover {days:,.0f} days, so what comes back each year cannot be learnt from them."
        if SOME_WEEKS < days < YEAR_DAYS
        else ""
    )
    begins = [_written(float(np.nanmin(moments[split == number]))) for number in (VALIDATION, TEST)]
    return (
        f"By time, in the column '{column}': what is before {begins[0]} for training, from there for validation, and "
        f"from {begins[1]} for the test, so that the score is one on days that the model has not seen.{season}"
    )


def _written(moment: float) -> str:
    return str(np.datetime64(int(moment), "s")).replace("T00:00:00", "").replace("T", " ").removesuffix(":00")
