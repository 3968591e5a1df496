"""The split of a version's rows: drawn once, then kept; and its notes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.rows import FEATURE
from core.data.splits.duplicates import Keys
from core.data.splits.row_groups import GROUP, Together, check_groups, together
from core.data.splits.row_identity import almost_the_same, identities, sought, whole_rows
from core.data.splits.split_record import EMPTY, NEW, SplitRecord, recorded, set_aside
from core.data.splits.splitting import TRAIN, Indices, assign_splits, said_by
from core.data.splits.stable_split import Before, keep_split, protected, spans
from core.data.splits.time_split import borders_of, moments_of, split_at, split_by_time
from core.data.store.load_examples import SPLIT_NUMBERS, targets_of
from core.data.store.split_summary import aside_finding, describe_split, missing_classes
from core.data.task_kinds import TABLES
from core.errors import DataError
from core.specs.dataset_types import Finding

Borders = tuple[float, float]
Near = Callable[[pa.Table], Indices]  # (n,) numbers: rows that are nearly the same have the same one
BORDERS = "time_borders"  # fact: when validation and test begin, in seconds
MOST_ASIDE = 0.2  # share of the rows: where more are alike, as in a table of a few categories, they are no copies
MOST_COMPARED = 5_000_000  # cells of rows that are looked for among those that have gone


@dataclass(frozen=True, eq=False)
class Past:
    """Known facts of a dataset before creating a version; empty for a new one.

    Args:
        salt: Of the data set; empty of a new one.
        record: On which side every row stands that there ever was.
        before: The rows of the version before; None where all rows are divided anew.
        facts: Of that version.
    """

    salt: str = ""
    record: SplitRecord = EMPTY
    before: pa.Table | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Divided:
    """Rows with their split.

    Args:
        split: (N,) 0, 1, 2; below 0 for rows that are in no part.
        cluster: (N,) rows with the same number are copies, or of one group: not independent of each other.
        record: With these rows.
        facts: To be kept with the version: "splits" is how they were divided, in words.
        findings: What people should know.
    """

    split: NDArray[np.int8]
    cluster: Indices
    record: SplitRecord
    facts: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()


def divide_rows(
    task: str, rows: pa.Table, labels: tuple[str, ...], facts: Mapping[str, Any], near: Indices, similar: Near,
    past: Past, mark: str,
) -> Divided:  # fmt: skip
    """Return the rows' splits.

    Args:
        task: What the rows are for.
        rows: Of the version; those of the version before have its `split`.
        labels: Of the classes.
        facts: Of the version.
        near: (N,) of all rows, as `similar` returns it.
        similar: Returns which of a few rows are nearly the same.
        past: What is known of the data set.
        mark: Fingerprint of the version: the salt of a data set that has none.

    Raises:
        DataError: They cannot be divided.
    """
    keys, salt = identities(task, rows), past.salt or mark
    if GROUP in rows.column_names:
        check_groups(rows, str(facts.get("group_column", "")))
        near = whole_rows(rows) if TABLES.fits(task) else near  # rows of many customers are alike, and are no copies
    linked = together(rows, near)
    moments, borders = _in_time(rows, facts, past)
    if past.before is None:
        split = _drawn(rows, labels, linked, moments, salt)
        borders = None if moments is None else borders_of(moments, split)
    else:
        split = _kept(task, rows, labels, keys, near, similar, past, moments, borders)
    if not linked.has_copies:
        split = protected(split, near, said_by(rows.column("given"), len(split)))
    split, aside = _left_where_many(split), split < 0
    _must_be_whole(split, past)
    kept: dict[str, Any] = {"splits": describe_split(rows, split, facts, moments, past.before, salt)}
    if borders is not None:
        kept[BORDERS] = list(borders)
    found = (
        aside_finding(task, aside, is_left=not (split < 0).any()),
        None if said_of_parts(rows) else missing_classes(targets_of(rows, labels), labels, linked.number, split),
    )
    record = past.record.with_rows(keys, split)
    return Divided(split, linked.number, record, kept, tuple(one for one in found if one is not None))


def _in_time(rows: pa.Table, facts: Mapping[str, Any], past: Past) -> tuple[NDArray[np.float64] | None, Borders | None]:
    """Return each row's time and the split borders; nothing without a time split."""
    moments = moments_of(rows, facts)
    borders = None if moments is None else _borders(past)
    if past.before is not None and borders is None:
        return None, None  # the version before was not divided by time, and rows keep their part
    return moments, borders


def _kept(
    task: str, rows: pa.Table, labels: tuple[str, ...], keys: Keys, near: Indices, similar: Near, past: Past,
    moments: NDArray[np.float64] | None, borders: Borders | None,
) -> NDArray[np.int8]:  # fmt: skip
    """Return the split of rows of which some were there before."""
    before = _known(task, rows, keys, similar, past)
    if moments is not None and borders is not None:
        return _by_time(before.homes, moments, borders)

    if TABLES.fits(task):  # what differs in its target is no copy: it need not be set aside where both were there
        similar, near = whole_rows, np.where(spans(near, before.homes), near.max() + 1 + whole_rows(rows), near)

    def regroup(at: Indices) -> Indices:
        some = rows.take(pa.array(at))
        return together(some, similar(some)).number

    return keep_split(before, together(rows, near).number, targets_of(rows, labels), past.salt, regroup)


def _left_where_many(split: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the split, with nothing set aside if that were too large a share."""
    if (split < 0).mean() <= MOST_ASIDE:
        return split
    homes = np.where(split < 0, -1 - split, split)
    return np.where(homes == NEW, TRAIN, homes).astype(np.int8)


def said_of_parts(rows: pa.Table) -> bool:
    """Return whether the source itself names the split of any row."""
    return any(rows.column("given").unique().to_pylist())


def _drawn(
    rows: pa.Table, labels: tuple[str, ...], linked: Together, moments: NDArray[np.float64] | None, salt: str
) -> NDArray[np.int8]:
    """Return the split of rows that nothing is known of."""
    if moments is not None:
        return split_by_time(moments)
    return assign_splits(linked.number, targets_of(rows, labels), rows.column("given"), salt)


def _known(task: str, rows: pa.Table, keys: Keys, similar: Near, past: Past) -> Before:
    """Return each row's split: as before, as ever before, or as its original's.

    The original is the row that it was corrected from.
    """
    assert past.before is not None
    homes, old = recorded(rows), recorded(past.before)
    old_keys = cache(partial(identities, task, past.before))  # read where somebody is new, or in conflict
    unknown = homes == NEW
    homes[unknown] = past.record.of(keys[unknown])
    open_ = np.flatnonzero(homes == NEW)
    gone = np.flatnonzero(sought(old_keys(), keys) < 0) if len(open_) else open_
    if len(gone):
        new_rows, gone_rows = rows.take(pa.array(open_)), past.before.take(pa.array(gone))
        places = _mended(task, new_rows, gone_rows, similar)
        homes[open_] = np.append(old[gone], np.int8(NEW))[places]

    def stayed(at: Indices) -> NDArray[np.bool_]:
        assert past.before is not None
        place = sought(keys[at], old_keys())
        counted = np.where(past.before.column("split").to_numpy() < 0, NEW, old)  # what was set aside was in no part
        return np.asarray((place >= 0) & (homes[at] != NEW) & (np.append(counted, NEW)[place] == homes[at]))

    return Before(homes, said_by(rows.column("given"), len(rows)), stayed, keys)


def _mended(task: str, new: pa.Table, gone: pa.Table, similar: Near) -> Indices:
    """Return which removed row each new one nearly equals; -1 if truly new."""
    if TABLES.fits(task):
        columns = sum(name.startswith(FEATURE) for name in new.column_names)
        few = columns * (new.num_rows + gone.num_rows) <= MOST_COMPARED
        return almost_the_same(new, gone) if few else np.full(new.num_rows, -1, dtype=np.int64)
    common = [name for name in new.column_names if name in gone.column_names]
    both = pa.concat_tables([new.select(common), gone.select(common).cast(new.select(common).schema)])
    number = similar(both).astype("<i8").view("S8")
    return sought(number[: new.num_rows], number[new.num_rows :])


def _borders(past: Past) -> Borders | None:
    """Return the start of validation and test in a dataset with a time split."""
    if past.before is None:
        return None
    if known := past.facts.get(BORDERS):
        return float(known[0]), float(known[1])
    moments = moments_of(past.before, past.facts)
    return None if moments is None else borders_of(moments, past.before.column("split").to_numpy())


def _by_time(homes: NDArray[np.int8], moments: NDArray[np.float64], borders: Borders) -> NDArray[np.int8]:
    """Return each row's split by given borders, setting aside rows moved past one."""
    due = split_at(moments, borders)
    homes = np.where(homes == NEW, due, homes).astype(np.int8)
    return np.where((homes != due) & ~np.isnan(moments), set_aside(homes), homes).astype(np.int8)


def _must_be_whole(split: NDArray[np.int8], past: Past) -> None:
    missing = [name for name, number in SPLIT_NUMBERS.items() if not (split == number).any()]
    if not missing:
        return
    if past.before is None:
        raise DataError(
            f"{len(split):,} examples are too few to train, validate and test with. "
            "Add examples until at least one class has three different ones."
        )
    raise DataError(
        f"No row for {' and '.join(missing)} would be left: rows keep their part for good, so that no model is tested "
        "on what another one has learnt. Leave some of them, add others, or import what is left under another name."
    )
