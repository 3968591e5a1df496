"""Detection of tables whose rows are ordered in time.

Later rows of such a table are predicted from earlier ones.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.data.tables.columns import ColumnProfile
from core.data.tables.dates import parse_dates
from core.data.tables.table_profile import TableProfile
from core.errors import DataError
from core.specs.dataset_types import ImportOptions

FEWEST_MOMENTS = 10  # different ones, of which the first are learnt from and the last predicted
FEWEST_STEPS = 30  # different moments, from which their steps are compared
IN_ORDER = 0.99  # share of the steps from row to row that go forward
REGULAR = 0.9  # share of the steps from moment to moment that are as long as most


def time_column(seen: TableProfile, dates: Iterable[str], options: ImportOptions) -> str:
    """Return the date column for a split by time; `""` for a random split.

    Raises:
        DataError: The user wants them divided by time, and there is none.
    """
    if options.split_column or options.group_column or options.split_by == "random":
        return ""
    profiles = [seen.profile(name) for name in dates]
    dated = [profile for profile in profiles if profile.dates is not None and not profile.dates.is_clock]
    if options.split_by == "time":
        if not dated:
            raise DataError(
                f"{seen.table.path.name} has no column of dates that is used, so its rows cannot be split by time. "
                "Use a column of dates (--use NAME, --as NAME=date), or let chance divide them (--split-by random)."
            )
        return next((profile.name for profile in dated if _in_time(profile)), dated[0].name)
    return next((profile.name for profile in dated if _in_time(profile)), "")


def _in_time(profile: ColumnProfile) -> bool:
    """Check whether rows follow their dates' order, or dates come at even intervals."""
    assert profile.dates is not None  # asked only of columns of dates
    moments = parse_dates(profile.values, profile.dates)[0]
    there = moments[~np.isnan(moments)]
    if len(there) < profile.counts.total() / 2:
        return False
    different = np.unique(there)
    return len(different) >= FEWEST_MOMENTS and (_is_ordered(there) or _is_regular(different))


def _is_ordered(moments: NDArray[np.float64]) -> bool:
    steps = np.diff(moments)
    return bool(max((steps >= 0).mean(), (steps <= 0).mean()) >= IN_ORDER)


def _is_regular(moments: NDArray[np.float64]) -> bool:
    """Check whether sorted distinct moments are mostly evenly spaced, such as hourly or daily."""
    steps = np.diff(moments)
    return len(moments) >= FEWEST_STEPS and bool((steps == np.median(steps)).mean() >= REGULAR)
