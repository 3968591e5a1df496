"""Examples that stand there more than once with the same label."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.imports import Finding
from core.intake.doctor.classes import CLASSIFICATION, labelled_groups
from core.intake.doctor.columns import describe_row, identifiers, row_groups
from core.intake.doctor.examined import SHOWN, CheckSpec, Examined
from core.intake.doctor.repeats import members, repeated_to_the_letter, sayings
from core.intake.doctor.selection import first_of_each, keep
from core.intake.doctor.wording import counted, examples_of, listed, positions, shown, thing

CODE = "exact-duplicates"
WARNED = 0.01  # of all rows


def look(examined: Examined) -> Finding | None:
    """Find the examples that repeat an earlier one and have its label."""
    groups = _groups(examined)
    repeats = first_of_each(groups) != np.arange(len(examined))
    count = int(repeats.sum())
    if not count:
        return None
    return Finding(
        code=CODE,
        severity="warning" if count > WARNED * len(examined) else "note",
        count=count,
        examples=_examples(examined, groups, repeats),
        message=_message(examined, count),
        why="Repeated examples weigh more than others and teach nothing new. They are kept on one side of the split "
        "in any case, so that they flatter no score.",
        fix="Remove the repeated rows",
        rows=positions(repeats),
    )


def repair(examined: Examined) -> pa.Table:
    """Keep the first of the examples that are the same and have the same label."""
    return keep(examined, first_of_each(_groups(examined)) == np.arange(len(examined)))


def _groups(examined: Examined) -> NDArray[np.int64]:
    return row_groups(examined) if examined.task == "tabular-regression" else labelled_groups(examined)


def _message(examined: Examined, count: int) -> str:
    nouns = thing(examined.task)
    start = f"{count:,} of the {len(examined):,} {nouns} {'repeats' if count == 1 else 'repeat'} an earlier one"
    if examined.task == "tabular-regression":
        numbering = identifiers(examined)
        but = f", but for {listed(numbering)}" if numbering else ""
        return f"{start} in every column{but}."
    if examined.task == "image-classification":
        return f"{start}, pixel for pixel, and {'has' if count == 1 else 'have'} the same label."
    sizes = members(examined.same)
    repeated = int(len(examined) - len(np.unique(examined.same)))
    to_the_letter = repeated_to_the_letter(examined, np.flatnonzero(sizes > 1))
    start = f"{repeated:,} of the {len(examined):,} {nouns} {'repeats' if repeated == 1 else 'repeat'} an earlier one"
    if to_the_letter is not None:
        exact = to_the_letter[0]
        how = "letter for letter" if exact == repeated else "but for capitals, spaces and punctuation"
        how = f"{exact:,} letter for letter, the others {how}" if 0 < exact < repeated else how
        start += f": {how}" if 0 < exact < repeated else f", {how}"
    return start + ("." if repeated == count else f". {counted(count, 'of them has', 'of them have')} its label too.")


def _examples(examined: Examined, groups: NDArray[np.int64], repeats: NDArray[np.bool_]) -> tuple[str, ...]:
    """Show what is repeated most."""
    repeated, first, times = np.unique(groups[repeats], return_index=True, return_counts=True)
    most = np.argsort(-times, kind="stable")[:SHOWN]
    rows = np.flatnonzero(repeats)[first[most]]
    if examined.task == "tabular-regression":
        return examples_of(describe_row(examined, int(row)) for row in rows)
    words = [shown(text, 60) for text in sayings(examined, rows)]
    return examples_of(f"{text} ({times[i] + 1:,} times)" for text, i in zip(words, most, strict=True))


CHECK = CheckSpec(CODE, (*CLASSIFICATION, "tabular-regression"), look, repair, order=31)
