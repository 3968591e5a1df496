"""Texts of one or two characters, or of none."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.selection import keep, texts_at
from core.data.task_kinds import LABELLED_TEXTS
from core.data.wording import SHOWN, counted, examples_of, positions
from core.specs.dataset_types import Finding

CODE = "short-texts"
# At most two letters or digits; but one sign of some scripts is a word, and one emoji may say it all.
SHORT = r"^[^\p{L}\p{N}]*(?:[\p{L}\p{N}][^\p{L}\p{N}]*){0,2}$"
TELLING = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{So}]"
LONGEST = 32  # bytes; a longer text is not short, whatever it is made of


def run(context: CheckContext) -> Finding | None:
    """Find the texts with next to nothing in them."""
    short = _short(context)
    count = int(short.sum())
    if not count:
        return None
    rows = np.flatnonzero(short)
    return Finding(
        code=CODE,
        severity="note",
        count=count,
        examples=examples_of(f"'{text}'" for text in texts_at(context, "text", rows[: 10 * SHOWN])),
        message=f"{counted(count, 'text has', 'texts have')} at most two letters or digits.",
        why="There is next to nothing in them to learn from; often they are cells that slipped.",
        fix=f"Remove {'this text' if count == 1 else 'these texts'}",
        rows=positions(short),
    )


def fix(context: CheckContext) -> pa.Table:
    """Remove the texts with next to nothing in them."""
    return keep(context, ~_short(context))


def _short(context: CheckContext) -> NDArray[np.bool_]:
    import pyarrow.compute as pc

    found = []
    for chunk in context.column("text").chunks:
        short = pc.less_equal(pc.binary_length(chunk), LONGEST).fill_null(True)
        few = chunk.filter(short).fill_null("")
        nothing = pc.and_not(pc.match_substring_regex(few, SHORT), pc.match_substring_regex(few, TELLING))
        found.append(pc.replace_with_mask(short, short, nothing).to_numpy(zero_copy_only=False))
    return np.concatenate(found).astype(np.bool_)


CHECK = CheckSpec(CODE, LABELLED_TEXTS, run, fix, order=61)
