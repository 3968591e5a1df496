"""How a version's rows were divided, and what is set aside, for people."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.splits.row_groups import GROUP, group_numbers_of
from core.data.splits.splitting import describe_given
from core.data.splits.time_split import describe_time
from core.data.store.load_examples import SPLIT_NUMBERS
from core.data.wording import LOOKED_AT, SHOWN, thing
from core.specs.dataset_types import Finding

CODE = "set-aside"
FEWEST_TESTED = 10  # groups, from which on intervals are computed


def describe_split(
    rows: pa.Table,
    split: NDArray[np.int8],
    facts: Mapping[str, Any],
    moments: NDArray[np.float64] | None,
    before: pa.Table | None,
    salt: str,
) -> str:
    """Return sentences about where the splits come from, and that they stay.

    Args:
        rows: Of the version.
        split: (N,) of each row; below 0 where it is set aside.
        facts: Of the version.
        moments: (N,) by which they are divided, None where they are not divided by time.
        before: The rows of the version before, None where all were divided anew.
        salt: Of the data set.
    """
    if moments is not None:
        how = describe_time(moments, split, str(facts["time_column"]))
        stays = (
            "Rows keep their part for good: one that is added stands where its date says, so that later ones are all "
            "for the test. To move the borders, import everything under another name."
        )
    else:
        how = describe_given(rows.column("given"))
        stays = f"Rows keep their part for good, whatever is added, mended or removed (salt {salt[:8]})."
    if GROUP in rows.column_names:
        how += _of_groups(rows, split, str(facts.get("group_column", "")))
    return " ".join(filter(None, (how, stays, _of_aside(split))))


def _of_groups(rows: pa.Table, split: NDArray[np.int8], column: str) -> str:
    groups = rows.column(GROUP)
    count, number = len(groups.drop_null().unique()), group_numbers_of(rows)
    tested = len(np.unique(number[split == SPLIT_NUMBERS["test"]]))
    alone = f"; {groups.null_count:,} without a value are groups by themselves" if groups.null_count else ""
    few = ", too few to say how sure a score is" if tested < FEWEST_TESTED else ""
    return (
        f" All rows with the same '{column}' are on one side: {count:,} groups{alone}. The test is of {tested:,} of "
        f"them{few}."
    )


def _of_aside(split: NDArray[np.int8]) -> str:
    count = int((split < 0).sum())
    return f"{count:,} {'is' if count == 1 else 'are'} set aside, in no part." if count else ""


def aside_finding(task: str, aside: NDArray[np.bool_], *, is_left: bool) -> Finding | None:
    """Return which rows are alike on two sides after a change; None if none.

    Args:
        task: What the rows are for.
        aside: (N,) which rows.
        is_left: Whether these are left where they are, since they are too many.
    """
    count = int(aside.sum())
    if not count:
        return None
    what = f"{count:,} {thing(task, 1 if count == 1 else 2)} {'is' if count == 1 else 'are'}"
    if is_left:
        message = f"{what} the same, or nearly, as others on another side of the split."
        why = "So many are no copies but rows of which little is known: they stay where they are, and flatter the test."
    else:
        message = (
            f"{what} in no part of the data for now: nearly the same stands on another side of the split, or, since "
            "a change, the date lies beyond a border."
        )
        why = "What is there keeps its part for good, and no copy may stand on both sides: a test would flatter."
    return Finding(
        code=CODE,
        severity="warning" if is_left else "note",
        count=count,
        examples=(),
        message=message,
        why=why,
        rows=tuple(np.flatnonzero(aside)[:LOOKED_AT].tolist()),
    )


def missing_classes(
    targets: NDArray[Any], labels: Sequence[str], cluster: NDArray[np.int64], split: NDArray[np.int8]
) -> Finding | None:
    """Return classes with enough rows but none in one split; None without any.

    That comes of classes that lie in few groups, and of labels that were changed: rows keep their part.

    Args:
        targets: (N,) classes, or numbers to predict.
        labels: The names of the classes; empty where there are none.
        cluster: (N,) rows with the same number stay together.
        split: (N,) of each row.
    """
    found = {
        label: [name for name, number in SPLIT_NUMBERS.items() if not ((split == number) & (targets == k)).any()]
        for k, label in enumerate(labels)
        if len(np.unique(cluster[targets == k])) >= len(SPLIT_NUMBERS)
    }
    lacking = {label: names for label, names in found.items() if names}
    if not lacking:
        return None
    unlearnt = any("train" in names for names in lacking.values())
    some = [f"'{label}' ({' and '.join(names)})" for label, names in list(lacking.items())[:SHOWN]]
    more = f" and {len(lacking) - SHOWN:,} more" if len(lacking) > SHOWN else ""
    return Finding(
        code="class-missing-in-part",
        severity="error" if unlearnt else "warning",
        count=len(lacking),
        examples=tuple(some),
        message=f"No row for one of the parts has: {', '.join(some)}{more}.",
        why="A class without training rows is never answered, and of one without test rows the score says nothing. "
        "Rows keep their part: add some of that class, or import everything under another name to divide it anew.",
    )
