"""Images of unusual size or shape, and texts much longer than the others."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.outliers import far_out
from core.data.checks.support.selection import keep, texts_at
from core.data.task_kinds import IMAGES, PERCEIVED
from core.data.wording import SHOWN, counted, examples_of, positions, shown
from core.specs.dataset_types import Finding

CODE = "size-outliers"
SPREADS = 6.0  # robust standard deviations from the middle
TIMES_AREA, TIMES_SHAPE = (
    16.0,
    4.0,
)  # a picture must have at least so many times more, or fewer, pixels; or be so oblong
TIMES_LENGTH, SHORTEST_LONG = 10.0, 1_000  # a text must be at least so many times longer than usual; and so long


def run(context: CheckContext) -> Finding | None:
    """Find the examples that are much larger, smaller or longer than the others."""
    far = _far(context)
    count = int(far.sum())
    if not count:
        return None
    are_images = IMAGES.fits(context.task)
    return Finding(
        code=CODE,
        severity="note",
        count=count,
        examples=_images_shown(context, far) if are_images else _texts_shown(context, far),
        message=_images_said(context, far) if are_images else _texts_said(context, far),
        why="Images are scaled to one size for the model, which stretches or blurs these."
        if are_images
        else "A text of a quite different length is often several that ran together, such as after a forgotten quote.",
        fix=f"Remove {'it' if count == 1 else 'them'}",
        rows=positions(far),
    )


def fix(context: CheckContext) -> pa.Table:
    """Remove what is much larger, smaller or longer than the others."""
    return keep(context, ~_far(context))


def _far(context: CheckContext) -> NDArray[np.bool_]:
    """Return which examples are far out, (N,), so that without them none is."""
    far = np.zeros(len(context), dtype=np.bool_)
    while True:
        rest = np.flatnonzero(~far)
        further = _far_among(context, rest)
        if not further.any():
            return far
        far[rest[further]] = True


def _far_among(context: CheckContext, rest: NDArray[np.int64]) -> NDArray[np.bool_]:
    if IMAGES.fits(context.task):
        width, height = (side[rest] for side in _sides(context))
        by_area = far_out(np.log(width * height), SPREADS, np.log(TIMES_AREA))
        return by_area | far_out(np.log(width / height), SPREADS, np.log(TIMES_SHAPE))
    lengths = _lengths(context)[rest]
    far = far_out(np.log(np.maximum(lengths, 1)), SPREADS, np.log(TIMES_LENGTH), only_above=True)
    return far & (lengths >= SHORTEST_LONG)


def _sides(context: CheckContext) -> list[NDArray[np.float64]]:
    columns = [context.column(name).fill_null(1) for name in ("width", "height")]
    return [np.maximum(np.asarray(column.to_numpy(), dtype=np.float64), 1) for column in columns]


def _lengths(context: CheckContext) -> NDArray[np.float64]:
    """Return the bytes of each text, (N,): they are known without reading the texts."""
    import pyarrow.compute as pc

    return np.asarray(pc.binary_length(context.column("text")).fill_null(0).to_numpy(), dtype=np.float64)


def _images_said(context: CheckContext, far: NDArray[np.bool_]) -> str:
    count, (width, height) = int(far.sum()), _sides(context)
    usual = f"{np.median(width[~far]):.0f} x {np.median(height[~far]):.0f}"
    verb = "has a size or shape" if count == 1 else "have sizes or shapes"
    return f"{counted(count, 'image')} of {len(context):,} {verb} quite unlike the others, which are about {usual}."


def _texts_said(context: CheckContext, far: NDArray[np.bool_]) -> str:
    count, lengths = int(far.sum()), _lengths(context)
    times = lengths.max() / np.median(lengths[~far])
    [longest] = texts_at(context, "text", np.array([lengths.argmax()]))
    return (
        f"{counted(count, 'text')} of {len(context):,} {'is' if count == 1 else 'are'} far longer than the others, "
        f"the longest, of {len(longest):,} characters, {times:,.0f} times as "
        "long as is usual."
    )


def _images_shown(context: CheckContext, far: NDArray[np.bool_]) -> tuple[str, ...]:
    rows, (width, height) = np.flatnonzero(far)[:SHOWN], _sides(context)
    names = texts_at(context, "name", rows)
    return examples_of(
        f"{shown(name, 60)}: {width[row]:.0f} x {height[row]:.0f}" for name, row in zip(names, rows, strict=True)
    )


def _texts_shown(context: CheckContext, far: NDArray[np.bool_]) -> tuple[str, ...]:
    texts = texts_at(context, "text", np.flatnonzero(far)[:SHOWN])
    return examples_of(f"{shown(text, 50)} ({len(text):,} characters)" for text in texts)


CHECK = CheckSpec(CODE, PERCEIVED, run, fix, order=63)
