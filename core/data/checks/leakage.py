"""Examples that the source itself puts on both sides of its split."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import describe_row, row_groups
from core.data.checks.support.group_ids import numbered
from core.data.checks.support.repeats import sayings
from core.data.checks.support.selection import keep
from core.data.task_kinds import JUDGED_ROWS, TABLES
from core.data.wording import SHOWN, examples_of, positions, thing
from core.specs.dataset_types import Finding

CODE = "leakage"


@dataclass(frozen=True, eq=False)
class _Leaks:
    """Which rows are on the other side of the split too, (N,) each."""

    train: NDArray[np.bool_]  # in training, and in validation or test
    validation: NDArray[np.bool_]  # in validation, and in test
    exact: NDArray[np.bool_]  # of both: quite the same, not nearly

    @property
    def rows(self) -> NDArray[np.bool_]:
        return self.train | self.validation


def run(context: CheckContext) -> Finding | None:
    """Find examples of the given training split that are also in validation or test."""
    leaks = _leaks(context)
    count, exact = int(leaks.rows.sum()), int((leaks.exact & leaks.rows).sum())
    if not count:
        return None
    nouns, train, validation = thing(context.task), int(leaks.train.sum()), int(leaks.validation.sum())
    nearly = "" if exact == count else f" ({exact:,} exactly, {count - exact:,} nearly the same)"
    parts = [
        f"{n:,} {nouns if n > 1 else thing(context.task, 1)} {where}"
        for n, where in ((train, "given for training"), (validation, "given for validation"))
        if n
    ]
    also = "validation or test" if train else "the test"
    message = f"{' and '.join(parts)} {'is' if count == 1 else 'are'} also given for {also}{nearly}."
    return Finding(
        code=CODE,
        severity="error" if exact else "warning",
        count=count,
        examples=_examples(context, np.flatnonzero(leaks.rows)[:SHOWN]),
        message=message,
        why="A model that has seen the answers before the test looks better than it is.",
        fix="Remove from training what is also in validation or test"
        if not validation
        else "Remove the copies from training and validation",
        rows=positions(leaks.rows),
        pairs=_pairs(context, leaks),
    )


def _examples(context: CheckContext, rows: NDArray[np.int64]) -> tuple[str, ...]:
    if TABLES.fits(context.task):
        return examples_of(describe_row(context, int(row)) for row in rows)
    return examples_of(sayings(context, rows))


def fix(context: CheckContext) -> pa.Table:
    """Remove from each part what is also in one that judges it."""
    return keep(context, ~_leaks(context).rows)


def _pairs(context: CheckContext, leaks: _Leaks) -> tuple[tuple[int, int], ...]:
    """Return a few examples that are for training beside their copy that judges."""
    given = np.asarray(context.column("given").to_pylist(), dtype=object)
    if TABLES.fits(context.task):
        return ()
    near, found = numbered(context.near), []
    for row in np.flatnonzero(leaks.rows)[:SHOWN]:
        others = np.flatnonzero((near == near[row]) | (context.same == context.same[row]))
        judges = [other for other in others if given[other] not in ("train", "", None) and other != row]
        found += [(int(row), int(judges[0]))] if judges else []
    return tuple(found)


def _leaks(context: CheckContext) -> _Leaks:
    import pyarrow.compute as pc

    given = context.column("given")
    train, validation, test = (
        np.asarray(pc.equal(given, name).fill_null(False).to_numpy(), dtype=np.bool_)
        for name in ("train", "validation", "test")
    )
    nothing = np.zeros(len(context), dtype=np.bool_)
    same, near = _alike(context)
    leaks = {"train": nothing, "validation": nothing, "exact": nothing}
    for side, name, judges in ((validation, "validation", test), (train, "train", validation | test)):
        if side.any() and judges.any():
            exact = side & _among(same, judges)
            leaks = {**leaks, name: exact | (side & _among(near, judges)), "exact": leaks["exact"] | exact}
    return _Leaks(**leaks)


def _alike(context: CheckContext) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that are the same, and nearly the same, (N,) each.

    For a table the target counts too.
    """
    if TABLES.fits(context.task):
        groups = row_groups(context)
        return groups, groups
    return context.same, numbered(context.near)


def _among(groups: NDArray[np.int64], judges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows have a row of their group among the judges, (N,)."""
    judged = np.zeros(int(groups.max()) + 1, dtype=np.bool_)
    judged[groups[judges]] = True
    return judged[groups]


CHECK = CheckSpec(CODE, JUDGED_ROWS, run, fix, order=11)
