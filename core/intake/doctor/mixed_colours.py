"""Grey and colour pictures, mixed so that the colour gives the class away."""

import numpy as np

from core.imports import Finding
from core.intake.doctor.classes import class_sizes
from core.intake.doctor.examined import CheckSpec, Examined
from core.intake.doctor.shortcuts import is_shortcut, told_apart
from core.intake.doctor.wording import examples_of, percent, positions

CODE = "mixed-colours"


def look(examined: Examined) -> Finding | None:
    """Find that grey pictures belong to some classes and colour pictures to others."""
    is_grey = np.asarray(examined.column("channels").fill_null(3).to_numpy()) == 1
    known = examined.targets >= 0
    classes = int((class_sizes(examined) > 0).sum())
    if not 0 < is_grey.sum() < len(examined) or classes < 2:
        return None
    targets = np.unique(examined.targets[known], return_inverse=True)[1]
    accuracy = told_apart(is_grey[known].astype(np.int64), targets, classes)
    # One bit can tell two classes apart at best: with more, it is judged by how well it splits them in two.
    grey_share = np.bincount(targets, is_grey[known]) / np.bincount(targets)
    apart = float(grey_share.max() - grey_share.min())
    if not is_shortcut(accuracy, classes, int(known.sum())) and not (classes > 2 and _splits(grey_share, accuracy)):
        return None
    names = [examined.labels[i] for i in np.flatnonzero(class_sizes(examined))]
    order = np.argsort(-grey_share, kind="stable")
    return Finding(
        code=CODE,
        severity="warning",
        count=int(is_grey.sum()),
        examples=examples_of(f"{names[i]}: {percent(grey_share[i], 1)} grey" for i in order),
        message=f"{int(is_grey.sum()):,} of the {len(examined):,} pictures are grey, and that goes with the class: "
        f"{percent(grey_share[order[0]], 1)} of '{names[order[0]]}' are grey, but "
        f"{percent(grey_share[order[-1]], 1)} of '{names[order[-1]]}'"
        f"{'' if apart < 1 else ', so that colour alone tells them apart'}. Bring them all in colour, or all in grey.",
        why="A model will look at the colour instead of the thing, score well here, and fail on pictures from elsewhere.",
        rows=positions(is_grey),
    )


CHECK = CheckSpec(CODE, ("image-classification",), look, order=16)
