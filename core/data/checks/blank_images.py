"""Pictures that are all one colour."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.group_ids import first_of_each
from core.data.checks.support.selection import keep, texts_at
from core.data.images.decoding import BadImage, decode
from core.data.task_kinds import IMAGES
from core.data.wording import SHOWN, counted, examples_of, positions
from core.specs.dataset_types import Finding

CODE = "blank-pictures"
FLAT = 2  # levels of 255 between the darkest and the brightest pixel, for JPEG's rounding
SMALL_FILE, FLAT_BYTES = 1_500, 0.05  # bytes, and bytes per pixel: a compressed picture of one colour has no more
ENOUGH_SIDE = 64  # pixels to which JPEG is decoded: several times quicker, and one colour stays one colour


def run(context: CheckContext) -> Finding | None:
    """Find the pictures in which there is nothing to see."""
    blank = _blank(context)
    count = int(blank.sum())
    if not count:
        return None
    return Finding(
        code=CODE,
        severity="warning",
        count=count,
        examples=examples_of(texts_at(context, "name", np.flatnonzero(blank)[:SHOWN])),
        message=f"{counted(count, 'image is', 'images are')} all one colour: there is nothing to see in "
        f"{'it' if count == 1 else 'them'}.",
        why="A model cannot learn a class from nothing, and would learn that nothing is that class.",
        fix=f"Remove {'it' if count == 1 else 'them'}",
        rows=positions(blank),
    )


def fix(context: CheckContext) -> pa.Table:
    """Remove the pictures in which there is nothing to see."""
    return keep(context, ~_blank(context))


def _blank(context: CheckContext) -> NDArray[np.bool_]:
    """Return which images are blank, (N,).

    Each distinct image is decoded once, and only if its file is small.
    """
    sizes, width, height = (
        np.asarray(context.column(name).fill_null(1).to_numpy(), dtype=np.float64)
        for name in ("size_bytes", "width", "height")
    )
    per_pixel = sizes / np.maximum(width * height, 1)
    # A file that is not compressed at all (BMP, TIFF) is large even if it is blank.
    suspects = (sizes < SMALL_FILE) | (per_pixel < FLAT_BYTES) | (per_pixel >= 1)
    first = first_of_each(context.same)
    is_blank = np.zeros(len(context), dtype=np.bool_)
    for place in np.flatnonzero(suspects & (first == np.arange(len(context)))):
        is_blank[place] = _is_blank(context.image(int(place)))
    return is_blank[first]


def _is_blank(content: bytes) -> bool:
    try:
        image = decode(content, at_least=ENOUGH_SIDE)
    except BadImage:
        return False  # what cannot be read is for the reader to say
    extrema = np.asarray(image.getextrema()).reshape(-1, 2)
    return bool((extrema[:, 1] - extrema[:, 0] <= FLAT).all())


CHECK = CheckSpec(CODE, IMAGES, run, fix, order=18)
