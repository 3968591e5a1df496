"""Examples that stand there more than once with the same label."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.classes import repeats
from core.data.checks.support.columns import describe_row, identifiers, numbering_columns, row_groups, skipped
from core.data.checks.support.group_ids import first_of_each, numbered, sizes_of
from core.data.checks.support.repeats import repeated_to_the_letter, sayings, side_by_side
from core.data.checks.support.selection import keep
from core.data.rows import UNUSED
from core.data.task_kinds import IMAGES, JUDGED_ROWS, TABLES
from core.data.wording import SHOWN, counted, examples_of, listed, positions, shown, thing
from core.specs.dataset_types import Finding

CODE = "exact-duplicates"
WARNED = 0.01  # of all rows


def run(context: CheckContext) -> Finding | None:
    """Find the examples that repeat an earlier one and have its label."""
    repeated = _repeats(context)
    count = int(repeated.sum())
    if not count:
        return None
    return Finding(
        code=CODE,
        severity="warning" if count > WARNED * len(context) else "note",
        count=count,
        examples=_examples(context, repeated),
        message=_message(context, count),
        why="Repeated examples weigh more than others and teach nothing new. They are kept on one side of the split "
        "in any case, so that they flatter no score.",
        fix="Remove the repeated rows",
        rows=positions(repeated),
        pairs=_pairs(context, repeated),
    )


def fix(context: CheckContext) -> pa.Table:
    """Keep the first of the examples that have the same content and label."""
    return keep(context, ~_repeats(context))


def _repeats(context: CheckContext) -> NDArray[np.bool_]:
    """Return which rows repeat an earlier one and its label or target, (N,)."""
    if not TABLES.fits(context.task):
        return repeats(context)
    return np.asarray(first_of_each(row_groups(context)) != np.arange(len(context)))


def _pairs(context: CheckContext, repeated: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Return a few repeated pictures beside the first of the same label."""
    if not IMAGES.fits(context.task):
        return ()
    with_label = numbered(context.same * (len(context.labels) + 1) + context.targets + 1)
    return side_by_side(np.flatnonzero(repeated), first_of_each(with_label))


def _message(context: CheckContext, count: int) -> str:
    nouns = thing(context.task)
    start = f"{count:,} of the {len(context):,} {nouns} {'repeats' if count == 1 else 'repeat'} an earlier one"
    if TABLES.fits(context.task):
        tells_unread = UNUSED in context.rows.column_names  # versions of before cannot compare what no model reads
        apart = numbering_columns(context) if tells_unread else [*identifiers(context), *skipped(context)]
        but = f", but for {listed(apart)}" if apart else ""
        return f"{start} in every column{but}."
    if IMAGES.fits(context.task):
        return f"{start}, pixel for pixel, and {'has' if count == 1 else 'have'} the same label."
    repeated = len(context) - int(context.same.max()) - 1
    to_the_letter = repeated_to_the_letter(context, np.flatnonzero(sizes_of(context.same) > 1))
    start = f"{repeated:,} of the {len(context):,} {nouns} {'repeats' if repeated == 1 else 'repeat'} an earlier one"
    if to_the_letter is not None:
        exact = to_the_letter[0]
        how = "letter for letter" if exact == repeated else "but for capitals, spaces and punctuation"
        how = f"{exact:,} letter for letter, the others {how}" if 0 < exact < repeated else how
        start += f": {how}" if 0 < exact < repeated else f", {how}"
    return start + ("." if repeated == count else f". {counted(count, 'of them has', 'of them have')} its label too.")


def _examples(context: CheckContext, repeated: NDArray[np.bool_]) -> tuple[str, ...]:
    """Show what is repeated, the most often repeated texts and pictures first."""
    rows = np.flatnonzero(repeated)
    if TABLES.fits(context.task):
        return examples_of(describe_row(context, int(row)) for row in rows[:SHOWN])
    groups = numbered(context.same[rows])
    times = np.bincount(groups)
    most = np.argsort(-times, kind="stable")[:SHOWN]
    chosen = np.array([rows[np.argmax(groups == group)] for group in most])
    words = [shown(text, 60) for text in sayings(context, chosen)]
    return examples_of(f"{text} ({times[group] + 1:,} times)" for text, group in zip(words, most, strict=True))


CHECK = CheckSpec(CODE, JUDGED_ROWS, run, fix, order=31)
