"""Training, validation and test examples, fixed by the data's fingerprint: no seed to retry."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.splits.document_splits import divide_text
from core.data.splits.duplicates import Keys, count_repeats, group_numbers, keys_of
from core.errors import DataError
from core.specs import SPLITS, Examples, SplitName

HELD_OUT_SHARE = 0.15  # of the examples of each label, for validation and again for test
MOST_BINS, SMALLEST_BIN = 10, 20  # of numbers to predict: so many ranges, each of so many examples at least
TRAIN, VALIDATION, TEST = range(len(SPLITS))  # what `assign_splits` calls them
NOTHING = -1  # said by the source about an example
_RANK_BYTES = 16  # of a hash: enough that no two are the same
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Division:
    """A data set in its three parts."""

    examples: dict[SplitName, Examples]
    sizes: dict[SplitName, int]  # examples; characters for text generation
    duplicate_count: int  # repeated examples (kept, all on one side); repeated paragraphs (dropped) of documents


def divide(examples: Examples, fingerprint: str, cache: Path | None = None) -> Division:
    """Return the three parts of a data set.

    Args:
        examples: All of them.
        fingerprint: Of these examples.
        cache: The folder in which the pieces of a text are kept; its name says of which.

    Raises:
        DataError: There is too little data for three parts.
    """
    if not examples.labels and not len(examples.targets):
        division = divide_text(tuple(map(str, examples.inputs)), cache=cache)
        return Division(division.parts, division.sizes, division.dropped)
    indices = split(examples, fingerprint)
    if not all(len(indices[name]) for name in SPLITS):
        raise DataError(_too_few(len(examples.labels) > 0))
    parts = {name: examples.select(indices[name]) for name in SPLITS}
    return Division(parts, {name: len(parts[name]) for name in SPLITS}, count_repeats(keys_of(examples)))


def split(examples: Examples, fingerprint: str) -> dict[SplitName, Indices]:
    """Return training, validation and test examples: 70, 15 and 15% of each label.

    Examples that are the same (`core.data.splits.duplicates`) stay together. The order in which groups are drawn is a
    hash of the fingerprint and the group's content, so that it depends on no library's random numbers.

    Returns:
        Sorted indexes by split; every index in exactly one.
    """
    groups = _Groups.of(keys_of(examples), examples.targets)
    dealt = _draw(groups, fingerprint, (TEST, VALIDATION))[groups.number]
    return {name: np.flatnonzero(dealt == number) for number, name in enumerate(SPLITS)}


def assign_splits(
    keys_or_groups: Keys | NDArray[np.int64],
    targets: NDArray[Any],
    given: "NDArray[Any] | pa.ChunkedArray",
    fingerprint: str,
    exact: Keys | None = None,
) -> NDArray[np.int8]:
    """Return each row's split in an imported dataset, from the source where possible.

    What the source calls validation or test is exactly that. What it leaves out is drawn from its training rows, 15
    of 100 each: also a missing *test* split. A given validation split is never renamed to test, although nothing else
    is held out: the user (or a published figure) may have chosen between models by it already, and a test split must
    not have been looked at. Rows about which the source says nothing go where a copy of them stands, else to training.
    Where no row is given for validation or test, everything is divided 70, 15 and 15.

    Args:
        keys_or_groups: (N,) bytes or numbers; rows with the same one never stand on two sides, unless the source
            itself put them there.
        targets: (N,) classes, or numbers to predict (floating).
        given: (N,) "train", "validation", "test" or "" for each row.
        fingerprint: Of these rows.
        exact: (N,) keys of rows that are the same, where the groups are of rows that are nearly the same. A class
            most of which is nearly the same, such as frames of one camera, could not be divided; it is grouped by
            these instead.

    Returns:
        (N,) 0 for training, 1 for validation, 2 for test.

    Raises:
        DataError: There is too little data for three parts.
    """
    groups = _Groups.of(keys_or_groups, targets)
    if exact is not None:
        groups = _loosened(groups, targets, exact)
    said = said_by(given, len(targets))
    held_out = {number for number in (VALIDATION, TEST) if (said == number).any()}
    if not held_out:
        assigned = _draw(groups, fingerprint, (TEST, VALIDATION))[groups.number]
    else:
        assigned = _settled(said, groups)
        training = np.flatnonzero(assigned == TRAIN)
        if missing := tuple(number for number in (TEST, VALIDATION) if number not in held_out):
            rest = _Groups.of(groups.number[training], targets[training], groups.keys, groups.number[training])
            assigned[training] = _draw(rest, fingerprint, missing)[rest.number]
    if len(set(np.unique(assigned))) < len(SPLITS):
        no_training = bool(held_out) and not (assigned == TRAIN).any()
        raise DataError(_NO_TRAINING if no_training else _too_few(not np.issubdtype(targets.dtype, np.floating)))
    return assigned


def describe_given(given: "NDArray[Any] | pa.ChunkedArray") -> str:
    """Return a sentence on where the splits come from, shown beside their sizes."""
    said = said_by(given, len(given))
    names = [SPLITS[number] for number in (VALIDATION, TEST) if (said == number).any()]
    if not names:
        return "Drawn by Touchstone: 70 % for training, 15 % for validation, 15 % for the test; copies stay together."
    rest = " Rows without a split are for training." if (said == NOTHING).any() else ""
    if len(names) == 2:
        return f"Taken from the source: training, validation and test as it names them.{rest}"
    if names == ["validation"]:
        return (
            "The source has a validation split and no test split: 15 % of its training examples are the test, because "
            f"a split that models were chosen by is no honest test.{rest}"
        )
    return (
        "The source has a test split and no validation split: 15 % of its training examples are for validation, "
        f"and the test is as the source has it.{rest}"
    )


_NO_TRAINING = (
    "The source gives every example to validation or test, and none to training, so there is nothing to learn from. "
    "Name some rows 'train' in the split column, or import without that column: then Touchstone divides the data."
)


def _too_few(has_classes: bool) -> str:
    what = "at least one label has three different ones" if has_classes else "there are three different ones"
    return f"There are too few different examples to train, validate and test with. Add examples until {what}."


@dataclass(frozen=True, eq=False)
class _Groups:
    """Examples that stay together.

    Args:
        number: (N,) which group an example is in.
        keys: (G,) what each group is known by; its order of drawing is a hash of it.
        sizes: (G,) examples.
        stratum: (G,) the label of its first example, or the range of its number.
    """

    number: Indices
    keys: Keys | Indices
    sizes: Indices
    stratum: Indices

    @classmethod
    def of(
        cls, keys: Keys | Indices, targets: NDArray[Any], names: Keys | Indices | None = None, at: Indices | None = None
    ) -> "_Groups":
        number, first = group_numbers(keys)
        known_by = keys[first] if names is None or at is None else names[at[first]]
        return cls(number, known_by, np.bincount(number, minlength=len(first)), strata_of(targets[first]))


def strata_of(targets: NDArray[Any]) -> Indices:
    """Return the strata: each label, or each of at most ten equally filled ranges."""
    if not np.issubdtype(targets.dtype, np.floating):
        return targets.astype(np.int64)
    bins = min(MOST_BINS, len(targets) // SMALLEST_BIN)
    if bins < 2:
        return np.zeros(len(targets), dtype=np.int64)
    edges = np.unique(np.nanquantile(targets, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, targets, side="left").astype(np.int64)


def _loosened(groups: _Groups, targets: NDArray[Any], exact: Keys) -> _Groups:
    """Return the groups, dissolved where a stratum has too few or an oversized one.

    Fewer than three are too few; one with more than half of the rows is oversized.
    """
    total = np.bincount(groups.stratum, weights=groups.sizes)
    largest = np.zeros_like(total)
    np.maximum.at(largest, groups.stratum, groups.sizes)
    tight = (np.bincount(groups.stratum) < len(SPLITS)) | (largest > total / 2)
    rows = np.flatnonzero(tight[groups.stratum][groups.number])
    if not len(rows):
        return groups
    number = groups.number.copy()
    number[rows] = group_numbers(exact[rows])[0] + len(groups.sizes)
    return _Groups.of(number, targets)


def said_by(given: "NDArray[Any] | pa.ChunkedArray", count: int) -> NDArray[np.int8]:
    """Return the source's split number for each row, -1 for none."""
    import pyarrow.compute as pc

    if not len(given):
        return np.full(count, NOTHING, dtype=np.int8)
    column = given if isinstance(given, pa.ChunkedArray) else pa.array(given, pa.string())
    found = pc.index_in(column, pa.array(SPLITS, column.type)).fill_null(NOTHING)
    return np.asarray(found.cast(pa.int8()).to_numpy())


def _settled(said: NDArray[np.int8], groups: _Groups) -> NDArray[np.int8]:
    """Return the source's splits; other rows join their duplicate, or training."""
    home = np.full(len(groups.sizes), TRAIN, dtype=np.int8)
    for number in (VALIDATION, TEST, TRAIN):  # the last one stands: a copy that may be trained on is no leak
        home[groups.number[said == number]] = number
    return np.where(said == NOTHING, home[groups.number], said)


def _draw(groups: _Groups, fingerprint: str, held_out: tuple[int, ...]) -> NDArray[np.int8]:
    """Return the split of each group, (G,): each stratum is divided by itself."""
    ranks = ranks_of(groups.keys, fingerprint)
    order = np.lexsort((ranks[:, 1], ranks[:, 0], groups.stratum))
    bounds = np.flatnonzero(np.diff(groups.stratum[order], prepend=np.nan, append=np.nan))
    dealt = np.full(len(order), TRAIN, dtype=np.int8)
    for begin, end in pairwise(bounds):
        members = order[begin:end]
        for position, number in _deal(groups.sizes[members], held_out):
            dealt[members[position]] = number
    return dealt


def ranks_of(keys: Keys | Indices, fingerprint: str) -> NDArray[np.uint64]:
    """Return hashes of the fingerprint with each key, (G, 2), ordered like their bytes."""
    prefix, hashes = fingerprint.encode(), bytearray()
    plain = np.ascontiguousarray(keys if keys.dtype.kind == "S" else keys.astype("<i8"))
    content, width = plain.view(np.uint8).data, plain.dtype.itemsize  # an item by itself would lose zeros at its end
    for begin in range(0, len(content), width):
        hashes += hashlib.sha256(prefix + content[begin : begin + width]).digest()[:_RANK_BYTES]
    return np.frombuffer(hashes, dtype=">u8").astype(np.uint64).reshape(-1, 2)


def _deal(sizes: Indices, held_out: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Yield a stratum's groups that are not for training, filling each other split's share.

    Args:
        sizes: (G,) examples of each group, in the order of drawing.
        held_out: The splits to fill, the first one first.
    """
    if len(sizes) <= len(held_out):
        return
    quota = max(1, round(HELD_OUT_SHARE * int(sizes.sum())))
    free = np.ones(len(sizes), dtype=np.bool_)
    for still_empty, number in zip(range(len(held_out), 0, -1), held_out, strict=True):
        left, filled = int(free.sum()) - still_empty, 0  # one group stays for each of the other splits
        for position in np.flatnonzero(free & (sizes <= quota)).tolist():
            if filled == quota or not left:
                break
            if filled + sizes[position] <= quota:
                free[position], filled, left = False, filled + int(sizes[position]), left - 1
                yield position, number
        if not filled:  # every group is larger than the share: take the smallest
            smallest = int(np.flatnonzero(free)[np.argmin(sizes[free])])
            free[smallest] = False
            yield smallest, number
