"""Labels that are the same but for case, spaces, underscores and hyphens."""

import pyarrow as pa

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.classes import class_sizes
from core.data.checks.support.labels import merges, plain, rename
from core.data.task_kinds import LABELLED
from core.data.wording import counted, examples_of
from core.specs.dataset_types import Finding

CODE = "label-variants"


def run(context: CheckContext) -> Finding | None:
    """Find the labels that are another one written differently."""
    names = _names(context)
    if not names:
        return None
    arrows, in_words = merges(context, names)
    return Finding(
        code=CODE,
        severity="warning",
        count=len(names),
        examples=examples_of(arrows),
        message=f"{counted(len(names), 'label is', 'labels are')} another one written differently: {in_words}.",
        why="A model would learn to tell apart what is the same, and be called wrong for it.",
        fix="Merge them as shown",
    )


def fix(context: CheckContext) -> pa.Table:
    """Give every label the name of its most frequent way of writing."""
    return rename(context, _names(context))


def _names(context: CheckContext) -> dict[str, str]:
    """Return the new name of each label that is a rarer spelling of another."""
    sizes = dict(zip(context.labels, class_sizes(context).tolist(), strict=True))
    commonest: dict[str, str] = {}
    for label in sorted(sizes, key=lambda label: (-sizes[label], label)):
        if sizes[label]:
            commonest.setdefault(plain(label), label)
    return {label: commonest[plain(label)] for label in sizes if sizes[label] and commonest[plain(label)] != label}


CHECK = CheckSpec(CODE, LABELLED, run, fix, order=14)
