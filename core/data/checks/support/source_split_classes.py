"""In which of the source's own parts each class has examples."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext
from core.data.rows import without_given

ANEW = "Split everything again, so that each part gets each class"


def given_counts(context: CheckContext) -> dict[str, NDArray[np.int64]]:
    """Return the class counts of each source split, (K,) each; empty without source splits.

    Examples of which the source says nothing are for training, where it names another part.
    """
    given = context.column("given").fill_null("")
    counts = {}
    for name in ("train", "validation", "test"):
        inside = pc.equal(given, name)
        if name == "train":
            inside = pc.or_(inside, pc.equal(given, ""))
        chosen = np.asarray(inside.to_numpy(), dtype=np.bool_)
        targets = context.targets[chosen & (context.targets >= 0)]
        counts[name] = np.bincount(targets, minlength=len(context.labels)).astype(np.int64)
    held_out = {name: counts[name] for name in ("validation", "test") if counts[name].any()}
    return {"train": counts["train"], **held_out} if held_out else {}


def divide_anew(context: CheckContext) -> pa.Table:
    """Return the rows without source splits if one split lacks a class of another."""
    counts = list(given_counts(context).values())
    if all(np.array_equal(counts[0] > 0, found > 0) for found in counts):
        return context.rows
    anew = without_given(context.rows)
    return anew.drop_columns(["split"] if "split" in anew.column_names else [])
