"""Examples that are nearly, but not quite, the same."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.group_ids import first_of_each
from core.data.checks.support.repeats import sayings, side_by_side
from core.data.checks.support.selection import keep
from core.data.splits.near_duplicates import comparison_note
from core.data.task_kinds import IMAGES, PERCEIVED
from core.data.wording import SHOWN, counted, examples_of, positions, shown, thing
from core.specs.dataset_types import Finding

CODE = "near-duplicates"
WARNED = 0.01  # of all rows
FAR, BEFORE = 24, 12  # characters that two texts share before the beginning is left away, and how many of them stay
# What one of them does, and what several do.
LOOKS_LIKE, IS_LIKE = ("looks almost like", "look almost like"), ("is almost the same as", "are almost the same as")


def run(context: CheckContext) -> Finding | None:
    """Find examples nearly the same as an earlier one, without exact duplicates."""
    first = first_of_each(context.near)
    alike = _alike(context, first)
    count = int(alike.sum())
    if not count:
        return _not_looked_for(context)
    others_at = alike & (context.targets != context.targets[first])
    others = int(others_at.sum())
    verb = (LOOKS_LIKE if IMAGES.fits(context.task) else IS_LIKE)[count > 1]
    message = f"{count:,} of the {len(context):,} {thing(context.task)} {verb} an earlier one."
    if others:
        message += (
            f" {counted(others, 'of them has', 'of them have')} another label than that one: look at these first."
        )
    return Finding(
        code=CODE,
        severity="warning" if count > WARNED * len(context) or others else "note",
        count=count,
        examples=_examples(context, first, alike),
        message=message,
        why="Near copies teach little, and a model that has seen one knows the other: so they are kept together on "
        "one side of the split in any case.",
        fix="" if others == count else "Keep one of each" + (" with the same label" if others else ""),
        rows=positions(alike),
        pairs=side_by_side(_first_those(others_at, alike), first),
    )


def fix(context: CheckContext) -> pa.Table:
    """Keep each group's first example, its exact duplicates and examples with other labels.

    One word may decide the label.
    """
    first = first_of_each(context.near)
    same_label = context.targets == context.targets[first]
    return keep(context, ~(_alike(context, first) & same_label))


def _not_looked_for(context: CheckContext) -> Finding | None:
    """Return the note that there were too many texts to compare, if so."""
    note = comparison_note(context.keys) if not IMAGES.fits(context.task) else ""
    if not note:
        return None
    why = "Texts with a word changed may stand on both sides of the split, and let the score look better than it is."
    return Finding(code=CODE, severity="note", count=0, examples=(), message=note, why=why)


def _first_those(wanted: NDArray[np.bool_], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the positions of some rows, those that are wanted most before the others."""
    return np.concatenate([np.flatnonzero(wanted), np.flatnonzero(among & ~wanted)])


def _alike(context: CheckContext, first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each row is nearly, not exactly, its group's first example, (N,)."""
    return np.asarray(context.same != context.same[first], dtype=np.bool_)


def _examples(context: CheckContext, first: NDArray[np.int64], alike: NDArray[np.bool_]) -> tuple[str, ...]:
    rows = np.flatnonzero(alike)[:SHOWN]
    pairs = zip(sayings(context, first[rows]), sayings(context, rows), strict=True)
    return examples_of(" ~ ".join(shown(part, 38) for part in _apart(one, other)) for one, other in pairs)


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return two texts from shortly before where they begin to differ."""
    pairs = enumerate(zip(one, other, strict=False))
    common = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    begin = one.rfind(" ", 0, max(0, common - BEFORE)) + 1 if common > FAR else 0
    return (f"…{one[begin:]}", f"…{other[begin:]}") if begin else (one, other)


CHECK = CheckSpec(CODE, PERCEIVED, run, fix, order=32)
