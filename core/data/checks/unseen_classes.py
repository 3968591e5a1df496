"""Classes that the source has only in evaluation splits, without any training examples."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.source_split_classes import ANEW, divide_anew, given_counts
from core.data.task_kinds import LABELLED
from core.data.wording import examples_of, listed, positions, thing
from core.specs.dataset_types import Finding

CODE = "unseen-classes"


def run(context: CheckContext) -> Finding | None:
    """Find the classes without a single example for training."""
    counts = given_counts(context)
    if not counts:
        return None
    held_out = {name: found for name, found in counts.items() if name != "train"}
    total = np.sum(list(held_out.values()), axis=0)
    unseen = np.flatnonzero((counts["train"] == 0) & (total > 0))
    if not len(unseen):
        return None
    names, several = [context.labels[i] for i in unseen], len(unseen) > 1
    count = int(total[unseen].sum())
    parts = " and ".join(name for name, found in held_out.items() if found[unseen].any())
    return Finding(
        code=CODE,
        severity="error",
        count=len(unseen),
        examples=examples_of(f"{context.labels[i]}: {total[i]:,}, none of them for training" for i in unseen),
        message=f"{listed(names)} {'are' if several else 'is'} missing in training: the source has "
        f"{'them' if several else 'it'} only in {parts} ({count:,} {thing(context.task, count)}).",
        why="A model can never answer a class that it has not seen, so each of these counts as wrong. Add examples of "
        "it for training, leave the class out, or divide the data anew.",
        fix=ANEW,
        rows=positions(np.isin(context.targets, unseen)),
    )


CHECK = CheckSpec(CODE, LABELLED, run, divide_anew, order=3)
