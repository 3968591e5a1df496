"""Rare labels that differ from a frequent one by a letter or two."""

import re

import pyarrow as pa

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.classes import class_sizes
from core.data.checks.support.labels import merges, plain, rename
from core.data.task_kinds import LABELLED
from core.data.wording import counted, examples_of
from core.specs.dataset_types import Finding

CODE = "label-typos"
RARE = 0.05  # of the examples of the label that was meant, at most
SHORTEST, LONG = 4, 8  # letters: shorter labels are never what was meant, from long ones two letters may differ
MOST_LABELS = 2_000


def run(context: CheckContext) -> Finding | None:
    """Find the rare labels that look like a frequent one misspelt."""
    names = _names(context)
    if not names:
        return None
    arrows, in_words = merges(context, names)
    one = len(names) == 1
    return Finding(
        code=CODE,
        severity="warning",
        count=len(names),
        examples=examples_of(arrows),
        message=f"{counted(len(names), 'rare label')} {'looks like a slip' if one else 'look like slips'} of the pen: "
        f"{in_words}.",
        why="A misspelt label is a class of its own to a model, with too few examples to be learnt.",
        fix="Merge it as shown" if one else "Merge them as shown",
    )


def fix(context: CheckContext) -> pa.Table:
    """Give misspelt labels the name that was meant."""
    return rename(context, _names(context))


def _names(context: CheckContext) -> dict[str, str]:
    """Return the intended label of each apparent misspelling, never another misspelling."""
    from rapidfuzz.distance import OSA

    sizes = dict(zip(context.labels, class_sizes(context).tolist(), strict=True))
    order = [label for label in sorted(sizes, key=lambda label: (-sizes[label], label)) if sizes[label]]
    names: dict[str, str] = {}
    for rare in order[:MOST_LABELS]:
        frequent = [o for o in order if o not in names and sizes[rare] <= RARE * sizes[o] and _may_be(rare, o)]
        distances = {other: OSA.distance(plain(rare), plain(other)) for other in frequent}
        close = [other for other in frequent if distances[other] <= _allowed(other)]
        if close:
            names[rare] = min(close, key=lambda other: (distances[other], -sizes[other]))
    return names


def _allowed(meant: str) -> int:
    length = len(plain(meant))
    return 0 if length < SHORTEST else 1 if length < LONG else 2


def _may_be(rare: str, frequent: str) -> bool:
    """Return whether one label may be a misspelling of the other.

    Other numbers, or another beginning, make another word.

    "increase" and "decrease", "internal" and "external", "light" and "night" are one or two letters apart, too.
    """
    one, other = plain(rare), plain(frequent)
    return one[:1] == other[:1] and re.findall(r"\d+", one) == re.findall(r"\d+", other)


CHECK = CheckSpec(CODE, LABELLED, run, fix, order=13)
