"""Pictures whose size or shape gives their class away."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.spurious_correlation import Telling, binned, told_apart
from core.data.task_kinds import IMAGES
from core.data.wording import examples_of
from core.specs.dataset_types import Finding

CODE = "size-by-class"


def run(context: CheckContext) -> Finding | None:
    """Find that the class can be told from width, height, area or shape alone."""
    known = context.targets >= 0
    width, height = (
        np.asarray(context.column(name).fill_null(1).to_numpy(), dtype=np.float64)[known]
        for name in ("width", "height")
    )
    present, targets = np.unique(context.targets[known], return_inverse=True)
    if len(present) < 2:
        return None
    measures = {"width": width, "height": height, "area": width * height, "shape": width / np.maximum(height, 1)}
    tellings: dict[str, Telling] = {
        name: told_apart(binned(values), targets) for name, values in measures.items() if len(np.unique(values)) > 1
    }
    best = max(tellings, key=lambda name: tellings[name].accuracy, default="")
    if not best or not tellings[best].is_shortcut:
        return None
    sizes = [(np.median(width[targets == i]), np.median(height[targets == i])) for i in range(len(present))]
    order = np.argsort([-measures[best][targets == i].mean() for i in range(len(present))], kind="stable")
    return Finding(
        code=CODE,
        severity="warning",
        count=len(present),
        examples=examples_of(
            f"{context.labels[present[i]]}: usually {sizes[i][0]:.0f} x {sizes[i][1]:.0f}" for i in order
        ),
        message=f"The {best} of an image gives its class away: from that alone, {100 * tellings[best].accuracy:.0f} % "
        f"can be told right, where guessing would get {100 * tellings[best].guess:.0f} %. Take the images of all "
        "classes in the same way, or cut them to one size.",
        why="A model can find the class by traces of the size, such as blur or borders, score well here, and fail on "
        "images from elsewhere.",
    )


CHECK = CheckSpec(CODE, IMAGES, run, order=17)
