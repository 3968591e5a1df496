"""Examples that stand there more than once with the same label."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckSpec, Examined
from core.data.checks.support.classes import CLASSIFICATION, repeats
from core.data.checks.support.columns import describe_row, identifiers, left_out, numbering_columns, row_groups
from core.data.checks.support.group_ids import first_of_each, numbered, sizes_of
from core.data.checks.support.repeats import repeated_to_the_letter, sayings, side_by_side
from core.data.checks.support.selection import keep
from core.data.rows import UNUSED
from core.data.wording import SHOWN, counted, examples_of, listed, positions, shown, thing
from core.dataset_types import Finding

CODE = "exact-duplicates"
WARNED = 0.01  # of all rows


def look(examined: Examined) -> Finding | None:
    """Find the examples that repeat an earlier one and have its label."""
    repeated = _repeats(examined)
    count = int(repeated.sum())
    if not count:
        return None
    return Finding(
        code=CODE,
        severity="warning" if count > WARNED * len(examined) else "note",
        count=count,
        examples=_examples(examined, repeated),
        message=_message(examined, count),
        why="Repeated examples weigh more than others and teach nothing new. They are kept on one side of the split "
        "in any case, so that they flatter no score.",
        fix="Remove the repeated rows",
        rows=positions(repeated),
        pairs=_pairs(examined, repeated),
    )


def repair(examined: Examined) -> pa.Table:
    """Keep the first of the examples that are the same and have the same label."""
    return keep(examined, ~_repeats(examined))


def _repeats(examined: Examined) -> NDArray[np.bool_]:
    """Return which rows repeat an earlier one, (N,): its label too, or its number to predict."""
    if examined.task != "tabular-regression":
        return repeats(examined)
    return np.asarray(first_of_each(row_groups(examined)) != np.arange(len(examined)))


def _pairs(examined: Examined, repeated: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Return a few repeated pictures beside the first of the same label."""
    if examined.task != "image-classification":
        return ()
    with_label = numbered(examined.same * (len(examined.labels) + 1) + examined.targets + 1)
    return side_by_side(np.flatnonzero(repeated), first_of_each(with_label))


def _message(examined: Examined, count: int) -> str:
    nouns = thing(examined.task)
    start = f"{count:,} of the {len(examined):,} {nouns} {'repeats' if count == 1 else 'repeat'} an earlier one"
    if examined.task == "tabular-regression":
        tells_unread = UNUSED in examined.rows.column_names  # versions of before cannot compare what no model reads
        apart = numbering_columns(examined) if tells_unread else [*identifiers(examined), *left_out(examined)]
        but = f", but for {listed(apart)}" if apart else ""
        return f"{start} in every column{but}."
    if examined.task == "image-classification":
        return f"{start}, pixel for pixel, and {'has' if count == 1 else 'have'} the same label."
    repeated = len(examined) - int(examined.same.max()) - 1
    to_the_letter = repeated_to_the_letter(examined, np.flatnonzero(sizes_of(examined.same) > 1))
    start = f"{repeated:,} of the {len(examined):,} {nouns} {'repeats' if repeated == 1 else 'repeat'} an earlier one"
    if to_the_letter is not None:
        exact = to_the_letter[0]
        how = "letter for letter" if exact == repeated else "but for capitals, spaces and punctuation"
        how = f"{exact:,} letter for letter, the others {how}" if 0 < exact < repeated else how
        start += f": {how}" if 0 < exact < repeated else f", {how}"
    return start + ("." if repeated == count else f". {counted(count, 'of them has', 'of them have')} its label too.")


def _examples(examined: Examined, repeated: NDArray[np.bool_]) -> tuple[str, ...]:
    """Show what is repeated, the most often repeated texts and pictures first."""
    rows = np.flatnonzero(repeated)
    if examined.task == "tabular-regression":
        return examples_of(describe_row(examined, int(row)) for row in rows[:SHOWN])
    groups = numbered(examined.same[rows])
    times = np.bincount(groups)
    most = np.argsort(-times, kind="stable")[:SHOWN]
    chosen = np.array([rows[np.argmax(groups == group)] for group in most])
    words = [shown(text, 60) for text in sayings(examined, chosen)]
    return examples_of(f"{text} ({times[group] + 1:,} times)" for text, group in zip(words, most, strict=True))


CHECK = CheckSpec(CODE, (*CLASSIFICATION, "tabular-regression"), look, repair, order=31)
