"""Characters that occur only once in a text."""

import sys
import unicodedata

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.text_sampling import of_passages, passages
from core.data.task_kinds import DOCUMENTS
from core.data.wording import examples_of, percent
from core.specs.dataset_types import Finding

CODE = "rare-characters"
MANY = 20  # single characters from which it is worth saying
SLICE = 1_000_000  # characters that are counted at once


def run(context: CheckContext) -> Finding | None:
    """Find that many characters occur once."""
    counts = np.zeros(sys.maxunicode + 1, dtype=np.int64)
    for _, document in passages(context):
        for start in range(0, len(document), SLICE):
            points = np.frombuffer(document[start : start + SLICE].encode("utf-32-le"), dtype=np.uint32)
            found = np.bincount(points)
            counts[: len(found)] += found
    once, different = np.flatnonzero(counts == 1), int((counts > 0).sum())
    if len(once) < MANY:
        return None
    where = of_passages(context)
    examples = [f"{chr(p)} ({unicodedata.name(chr(p), f'U+{p:04X}').lower()})" for p in once[:: max(1, len(once) // 5)]]
    return Finding(
        code=CODE,
        severity="note",
        count=len(once),
        examples=examples_of(examples),
        message=f"{where}{len(once):,} of the {different:,} different characters occur only once "
        f"({percent(len(once), different)}).",
        why="A character that is seen once cannot be learnt, but makes the model larger and slower.",
    )


CHECK = CheckSpec(CODE, DOCUMENTS, run, order=71)
