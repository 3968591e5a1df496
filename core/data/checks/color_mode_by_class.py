"""Grey and colour pictures, mixed so that the colour gives the class away."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.spurious_correlation import told_apart
from core.data.task_kinds import IMAGES
from core.data.wording import examples_of, listed, percent, positions
from core.specs.dataset_types import Finding

CODE = "mixed-colours"
MUCH = 0.3  # of a class more in grey than of another: less is a chance, or changes little


def run(context: CheckContext) -> Finding | None:
    """Find that grey pictures belong to some classes and colour pictures to others."""
    is_grey = np.asarray(context.column("channels").fill_null(3).to_numpy()) == 1
    known = context.targets >= 0
    present, targets = np.unique(context.targets[known], return_inverse=True)
    grey = is_grey[known].astype(np.int64)
    if len(present) < 2 or len(np.unique(grey)) < 2 or not told_apart(targets, grey).is_shortcut:
        return None
    shares = np.bincount(targets, grey) / np.bincount(targets)
    if shares.max() - shares.min() < MUCH:
        return None
    order = np.argsort(-shares, kind="stable")
    names = [context.labels[present[i]] for i in order]
    most, least = (percent(float(shares[order[place]]), 1) for place in (0, -1))
    return Finding(
        code=CODE,
        severity="warning",
        count=int(is_grey.sum()),
        examples=examples_of(
            f"{name}: {percent(float(shares[i]), 1)} grey" for name, i in zip(names, order, strict=True)
        ),
        message=f"{int(is_grey.sum()):,} of the {len(context):,} images are grey, and that goes with the class: "
        f"{most} of {listed(names[:1])} are grey, but {least} of {listed(names[-1:])}. Import them all in colour, or "
        "all in grey.",
        why="A model will look at the colour, not the thing, score well here, and fail on images from elsewhere.",
        rows=positions(is_grey),
    )


CHECK = CheckSpec(CODE, IMAGES, run, order=16)
