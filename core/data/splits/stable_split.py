"""The split of a later version: existing rows stay, new rows fill in around."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.splits.duplicates import Keys, group_numbers
from core.data.splits.split_record import NEW, set_aside
from core.data.splits.splitting import HELD_OUT_SHARE, TEST, TRAIN, VALIDATION, Indices, ranks_of, strata_of
from core.specs import SPLITS

Homes = NDArray[np.int8]
_FIRST_KEPT = (TEST, VALIDATION, TRAIN)  # of rows that have come to be copies of each other: who judges stays


@dataclass(frozen=True, eq=False)
class Before:
    """What is known of rows before they are divided.

    Args:
        homes: (N,) where each row belongs, as recorded; `NEW` where nobody knows.
        said: (N,) the split that the source gives it, -1 where it says nothing.
        stayed: Returns which of some rows, (n,), are as they were in the version before, and where they were.
        keys: (N,) of its content; the order in which new rows are dealt hangs on them.
    """

    homes: Homes
    said: NDArray[np.int8]
    stayed: Callable[[Indices], NDArray[np.bool_]]
    keys: Keys


def keep_split(
    before: Before,
    groups: Indices,
    targets: NDArray[np.int64] | NDArray[np.float64],
    salt: str,
    regroup: Callable[[Indices], Indices],
) -> NDArray[np.int8]:
    """Return each row's split, (N,), below 0 for rows that are set aside.

    - A row keeps its split for good; what the source itself calls training, validation or test is that.
    - A new row joins the rows of its group. One that would join groups on two sides is set aside: it is in no part.
    - Where rows were changed, or have come back, so that there are copies on two sides, those of the test stay, then
      those of the validation split; the others are set aside, until they are copies no more.
    - All other new rows are dealt so that the whole comes nearest to 70, 15 and 15, each label by itself.

    Args:
        before: What is known of the rows.
        groups: (N,) rows with the same number never stand on two sides.
        targets: (N,) classes, or numbers to predict (floating).
        salt: Of the data set, for good: the order in which new groups are dealt hangs on it.
        regroup: Returns the groups of a few rows, (n,), among themselves: without what linked them before.
    """
    homes, fixed = before.homes.copy(), _fixed(before.said)
    homes[fixed] = before.said[fixed]
    known = homes != NEW
    number = group_numbers(groups)[0]
    sides = _sides(number, homes, known)
    one = sides.sum(1) == 1
    joins = ~known & one[number]
    homes[joins] = sides.argmax(1)[number[joins]]
    aside = np.zeros(len(homes), dtype=np.bool_)
    if (sides.sum(1) > 1).any():
        aside = _in_conflict(before, homes, number, sides.sum(1) > 1, known, fixed, regroup)
    open_ = ~known & ~joins & ~aside
    if open_.any():
        missing = _held_out(before.said)
        counted = np.where(aside, NEW, homes).astype(np.int8)
        homes[open_] = _deal_new(counted, open_, number, before.keys, strata_of(targets), salt, missing)
    return np.where(aside, set_aside(homes), homes).astype(np.int8)


def spans(groups: Indices, homes: Homes) -> NDArray[np.bool_]:
    """Return which rows are in a group that has rows on several sides, (N,).

    Args:
        groups: (N,) rows with the same number are in one group.
        homes: (N,) where each row belongs; `NEW` where nobody knows.
    """
    number = group_numbers(groups)[0]
    return np.asarray((_sides(number, homes, homes != NEW).sum(1) > 1)[number])


def protected(split: NDArray[np.int8], near: Indices, said: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the split without duplicates on two sides.

    Evaluation rows stay, and the others are set aside.

    Args:
        split: (N,) of each row; below 0 where it is set aside already.
        near: (N,) rows with the same number are nearly the same.
        said: (N,) the split that the source gives it, which stands; -1 where it says nothing.
    """
    number, there = group_numbers(near)[0], split >= 0
    sides = _sides(number, split, there)
    kept = np.array(_FIRST_KEPT, dtype=np.int8)[sides[:, _FIRST_KEPT].argmax(1)]
    doomed = there & ~_fixed(said) & (split != kept[number])
    return np.where(doomed, set_aside(split), split).astype(np.int8)


def _fixed(said: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return the rows fixed by the source.

    Training rows count only where it holds out both others.
    """
    held_out = (said == VALIDATION) | (said == TEST)
    return np.asarray(held_out | ((said == TRAIN) if not _held_out(said) else np.zeros_like(held_out)), np.bool_)


def _held_out(said: NDArray[np.int8]) -> tuple[int, ...]:
    """Return the parts that are drawn here, since the source does not name them."""
    return tuple(number for number in (TEST, VALIDATION) if not (said == number).any())


def _sides(number: Indices, homes: Homes, counted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return on which sides each group has rows, (G, 3)."""
    sides = np.zeros((int(number.max(initial=-1)) + 1, 3), dtype=np.bool_)
    sides[number[counted], homes[counted]] = True
    return sides


def _in_conflict(
    before: Before,
    homes: Homes,
    number: Indices,
    spans: NDArray[np.bool_],
    known: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
    regroup: Callable[[Indices], Indices],
) -> NDArray[np.bool_]:
    """Return which rows of groups on two sides are set aside, (N,)."""
    aside = spans[number] & ~known
    rest = np.flatnonzero(spans[number] & known)
    apart = group_numbers(np.stack([number[rest], regroup(rest)], 1).astype("<i8").view("S16").ravel())[0]
    sides = _sides(apart, homes[rest], np.ones(len(rest), dtype=np.bool_))
    still = (sides.sum(1) > 1)[apart] & ~fixed[rest]
    moved = np.bincount(apart, weights=~before.stayed(rest)) > 0  # what crossed before, such as a cut chain, stays
    kept = np.array(_FIRST_KEPT, dtype=np.int8)[sides[:, _FIRST_KEPT].argmax(1)]
    aside[rest[still & moved[apart] & (homes[rest] != kept[apart])]] = True
    return aside


def _deal_new(
    homes: Homes,
    open_: NDArray[np.bool_],
    number: Indices,
    keys: Keys,
    strata: Indices,
    salt: str,
    held_out: tuple[int, ...],
) -> Homes:
    """Return the split of each new row that joins no other, in order."""
    rows = np.flatnonzero(open_)
    group, first = group_numbers(number[rows])
    sizes, stratum = np.bincount(group), strata[rows[first]]
    ranks = ranks_of(keys[rows[first]], salt)
    dealt = np.full(len(first), TRAIN, dtype=np.int8)
    for one in np.unique(stratum).tolist():
        members = np.flatnonzero(stratum == one)
        members = members[np.lexsort((ranks[members, 1], ranks[members, 0]))]
        there = np.bincount(homes[(strata == one) & (homes != NEW)], minlength=NEW)
        for side in held_out:
            room = _room(int(there.sum()), int(there[side]), sizes[members])
            for at in members[dealt[members] == TRAIN].tolist():
                if sizes[at] <= 2 * room:  # with it the share is nearer than without
                    dealt[at], room = side, room - sizes[at]
    return dealt[group]


def _room(there: int, on_side: int, sizes: Indices) -> float:
    """Return how many new rows a side receives, filling its share of all rows.

    No batch is for one side alone.
    """
    new = int(sizes.sum())
    filled_up = HELD_OUT_SHARE * (there + new) - on_side
    one = float(sizes.min()) / 2  # makes room for the smallest group
    most = max(2 * HELD_OUT_SHARE * new, one)
    least = one if not on_side and there + len(sizes) >= len(SPLITS) else HELD_OUT_SHARE / 2 * new
    return min(max(filled_up, least), most)
