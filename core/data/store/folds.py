"""Five folds of all dataset rows.

Every row is in one test part, evaluated by a model that was not trained on it.

Each fold learns from 70 of 100 rows, is steered by 10 and tested on 20, so that its model has learnt from as many rows
as the model that is kept. Labels (or ranges of numbers) are spread evenly, rows that are alike stay together, and the
order in which they are dealt is a hash of their content and the version: no seed to try twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.splits.duplicates import group_numbers, keys_of
from core.data.splits.splitting import ranks_of, strata_of
from core.data.splits.time_split import moments_of
from core.data.store.build_version import CLUSTER_COLUMN, similar
from core.data.store.load_examples import SPLIT_NUMBERS
from core.data.store.manifest import Manifest
from core.specs import SPLITS, DatasetVersion, Examples, RowBonds, SplitName

FOLDS, VALIDATION_SHARE = 5, 8  # of the rows outside a fold's test part, one in eight steers
FEWEST_ROWS, MOST_ROWS = 10, 5_000
MANY_COPIES = 0.1  # share of rows that are copies of others, from which on rows say less than they seem to
LARGEST_GROUP = 1 / 3  # of all rows: with a larger one the folds could not be alike
Indices = NDArray[np.int64]

TOO_LARGE = (
    "{rows:,} rows are enough for one split: its {test:,} test rows say as much, and five more trainings would take "
    "five times as long."
)
TOO_FEW = "{rows:,} rows are too few for five folds. Add rows until there are at least 50."
TEXT = "A text is one long row of characters that belong together, so it is judged on one split."
IN_TIME = (
    "The rows come one after the other in time: folds would learn from what came later and be tested on what came "
    "before, which flatters. So it is judged on the last rows alone."
)
GIVEN = (
    "The source itself says which rows are for the test, perhaps because they come from elsewhere: folds would mix "
    "them with the others. Import the file without its split column, and every row counts."
)
ONE_GROUP = "{most:,} of {rows:,} rows are alike or belong together, so they cannot be dealt into five folds."
ALL_THE_SAME = "All numbers to predict are the same, so there is nothing to learn, and nothing to be sure of."
ONE_CLASS = "Without one fold, only rows of '{label}' are left to learn from. Add rows of the other classes."


@dataclass(frozen=True, eq=False)
class Folding:
    """Folds of a dataset version's rows, in the order training, validation and test.

    Args:
        number: (N,) in which fold's test part each row is; empty where there are no folds.
        steers: (K, N) whether it is in the validation part of each fold.
        why_not: Why there are none, a sentence; else empty.
        notes: What should be known of them, in sentences.
        grouped: Whether rows belong together: of one customer, or many copies.
        is_expected: Whether nobody misses them where there are none: a text, or enough rows.
    """

    number: Indices
    steers: NDArray[np.bool_]
    why_not: str = ""
    notes: tuple[str, ...] = ()
    grouped: bool = False
    is_expected: bool = False

    @property
    def count(self) -> int:
        """How many folds there are."""
        return len(self.steers)

    @property
    def training_rows(self) -> float:
        """From how many rows the model of a fold learns, on average."""
        return float(np.mean([len(self.rows(fold)["train"]) for fold in range(self.count)]))

    def rows(self, fold: int) -> dict[SplitName, Indices]:
        """Return the rows of a fold by what they are for."""
        tested, steers = self.number == fold, self.steers[fold]
        parts = {"train": ~tested & ~steers, "validation": steers, "test": tested}
        return {name: np.flatnonzero(parts[name]) for name in SPLITS}


def bonds_of(rows: pa.Table, manifest: Manifest) -> RowBonds:
    """Return what ties an imported version's rows to a side or to each other."""
    task, fixed = manifest.info.task, ""
    if moments_of(rows, manifest.facts) is not None:
        fixed = IN_TIME
    elif any(rows.column("given").unique().to_pylist()):
        fixed = GIVEN
    return RowBonds(fixed, partial(_groups, task, rows), bool(manifest.facts.get("group_column")))


def fold(version: DatasetVersion, parts: Mapping[SplitName, Examples], bonds: RowBonds) -> Folding:
    """Return the folds of a version, or why there are none."""
    total = sum(len(one) for one in parts.values())
    if not version.labels and not len(parts["train"].targets):
        return _none(TEXT, expected=True)
    if bonds.fixed:
        return _none(bonds.fixed)
    if total >= MOST_ROWS:
        return _none(TOO_LARGE.format(rows=total, test=len(parts["test"])), expected=True)
    if total < FEWEST_ROWS:
        return _none(TOO_FEW.format(rows=total))
    examples = everything(parts)
    keys = keys_of(examples)
    groups = group_numbers(keys)[0] if bonds.groups is None else bonds.groups()
    largest = int(np.bincount(groups).max())
    if largest > LARGEST_GROUP * total or len(np.unique(groups)) < FOLDS:
        return _none(ONE_GROUP.format(most=largest, rows=total))
    folding = _dealt(examples.targets, groups, keys, version.fingerprint)
    copied = len(np.unique(groups)) < (1 - MANY_COPIES) * total
    return _checked(replace(folding, grouped=bonds.are_grouped or copied), examples)


def everything(examples: Mapping[SplitName, Examples]) -> Examples:
    """Return all examples of a version: training, validation and test, one after the other."""
    parts = [examples[name] for name in SPLITS]
    targets = np.concatenate([one.targets for one in parts])
    first = parts[0].inputs
    if isinstance(first, np.ndarray):
        return Examples(np.concatenate([np.asarray(one.inputs) for one in parts]), targets, parts[0].labels)
    if isinstance(first, tuple):
        return Examples(tuple(str(text) for one in parts for text in one.inputs), targets, parts[0].labels)
    import pandas as pd

    table: pd.DataFrame = pd.concat([one.inputs for one in parts], ignore_index=True)  # type: ignore[misc]
    table.attrs = dict(first.attrs)
    return Examples(table, targets, parts[0].labels)


NO_FOLDS = Folding(np.zeros(0, np.int64), np.zeros((0, 0), np.bool_))


def _none(why: str, *, expected: bool = False) -> Folding:
    return replace(NO_FOLDS, why_not=why, is_expected=expected)


def _groups(task: str, rows: pa.Table) -> Indices:
    """Return the number of each example's group, (N,), in the order of `everything`."""
    split = rows.column("split").to_numpy()
    if CLUSTER_COLUMN.name in rows.column_names:
        near = rows.column(CLUSTER_COLUMN.name).to_numpy()
    else:
        near = similar(task, rows, _Unwatched())[1]
    order = np.concatenate([np.flatnonzero(split == SPLIT_NUMBERS[name]) for name in SPLITS])
    return group_numbers(near[order])[0]


class _Unwatched:
    """Takes the progress of what is quick for so few rows, and tells nobody."""

    def stage(self, name: str, total: int, unit: str) -> None:
        """Take it."""

    def advance(self, done: int) -> None:
        """Take it."""


def _dealt(targets: NDArray[Any], groups: Indices, keys: NDArray[np.bytes_], salt: str) -> Folding:
    first = np.unique(groups, return_index=True)[1]
    sizes, strata = np.bincount(groups), strata_of(targets)[first]
    number = _deal(keys[first], sizes, strata, f"{salt} folds", FOLDS)
    steers = np.zeros((FOLDS, len(groups)), np.bool_)
    for at in range(FOLDS):
        rest = np.flatnonzero(number != at)
        part = _deal(keys[first][rest], sizes[rest], strata[rest], f"{salt} validation {at}", VALIDATION_SHARE)
        chosen = np.zeros(len(number), np.bool_)
        chosen[rest[part == 0]] = True
        chosen &= ~_last_of_its_kind(chosen, rest, strata)
        steers[at] = chosen[groups]
    return Folding(number[groups], steers)


def _last_of_its_kind(chosen: NDArray[np.bool_], rest: Indices, strata: Indices) -> NDArray[np.bool_]:
    """Return the groups of strata of which nothing would be left to learn from."""
    learnt = set(strata[rest[~chosen[rest]]].tolist())
    return np.array([stratum not in learnt for stratum in strata.tolist()])


def _deal(keys: NDArray[np.bytes_], sizes: Indices, strata: Indices, salt: str, parts: int) -> Indices:
    """Return each group's part, (G,): the one with fewest rows within its stratum."""
    ranks = ranks_of(keys, salt)
    order = np.lexsort((ranks[:, 1], ranks[:, 0], strata))
    whole, own, dealt, stratum = np.zeros(parts), np.zeros(parts), np.zeros(len(ranks), np.int64), None
    for i in order.tolist():
        if strata[i] != stratum:
            own, stratum = np.zeros(parts), strata[i]
        part = min(range(parts), key=lambda p: (own[p], whole[p], p))
        dealt[i], own[part], whole[part] = part, own[part] + sizes[i], whole[part] + sizes[i]
    return dealt


def _checked(folding: Folding, examples: Examples) -> Folding:
    """Return the folds with notes, or the reason why they are unusable."""
    targets, labels = examples.targets, examples.labels
    if any(not len(part) for at in range(FOLDS) for part in folding.rows(at).values()):
        return _none(TOO_FEW.format(rows=len(targets)))
    learnt = [np.unique(targets[folding.rows(at)["train"]]) for at in range(FOLDS)]
    short = next((values for values in learnt if len(values) < 2), None)
    if short is not None:
        return _none(ONE_CLASS.format(label=labels[int(short[0])]) if labels else ALL_THE_SAME)
    counts = np.bincount(targets.astype(np.int64), minlength=len(labels)) if labels else np.zeros(0)
    few = {labels[k]: int(count) for k, count in enumerate(counts) if 0 < count < FOLDS}
    notes = (_few_members(few),) if few else ()
    return replace(folding, notes=notes)


def _few_members(few: Mapping[str, int], most: int = 3) -> str:
    named = ", ".join(f"'{label}' ({count:,})" for label, count in list(few.items())[:most])
    others = f" and {len(few) - most:,} more" if len(few) > most else ""
    return (
        f"Classes with fewer examples than there are folds: {named}{others}. Some folds test none of them, and what is "
        "said of these classes stands on very few rows."
    )
