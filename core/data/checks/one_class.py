"""One class only: nothing to tell apart."""

import numpy as np

from core.data.checks.support.check_context import CheckSpec, Examined
from core.data.checks.support.classes import CLASSIFICATION, class_sizes
from core.data.wording import listed, thing
from core.dataset_types import Finding

CODE = "one-class"


def look(examined: Examined) -> Finding | None:
    """Find that fewer than two classes have examples."""
    present = [examined.labels[i] for i in np.flatnonzero(class_sizes(examined))]
    if len(present) > 1:
        return None
    which = f"have the same label, {listed(present)}" if present else "have no label"
    return Finding(
        code=CODE,
        severity="error",
        count=len(examined),
        examples=tuple(present),
        message=f"All {len(examined):,} {thing(examined.task)} {which}. Add examples of at least one other class, "
        "or choose another label column.",
        why="A model learns by telling classes apart; with one class there is nothing to learn.",
    )


CHECK = CheckSpec(CODE, CLASSIFICATION, look, order=1)
