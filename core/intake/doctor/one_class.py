"""One class only: nothing to tell apart."""

import numpy as np

from core.imports import Finding
from core.intake.doctor.classes import CLASSIFICATION, class_sizes
from core.intake.doctor.examined import CheckSpec, Examined
from core.intake.doctor.wording import listed, thing

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
