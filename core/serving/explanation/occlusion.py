"""Occlusion: what the answer loses when a region or a column is hidden.

Source:
    Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2014. https://arxiv.org/abs/1311.2901
"""

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.serving.explanation.attribution import Attribution, parts_of
from core.serving.explanation.columns import columns_of, replaced
from core.serving.explanation.contributions import is_drawing
from core.serving.explanation.subject import Subject
from core.specs import Images, Inputs

if TYPE_CHECKING:
    from core.specs import DataInfo

CELLS = 8  # a side
TOGETHER = "what several say only together"


def image_occlusion(subject: Subject, image: Inputs) -> Attribution:
    """Return what each region adds: the answer's loss where it is covered."""
    original = np.asarray(image)
    _, height, width, _ = original.shape
    rows, columns = (_edges(side) for side in (height, width))
    cover = _cover(subject.predictor.info, original)
    variants = np.repeat(original, (len(rows) - 1) * (len(columns) - 1), axis=0)
    cells = [(row, column) for row in range(len(rows) - 1) for column in range(len(columns) - 1)]
    for variant, (row, column) in zip(variants, cells, strict=True):
        variant[rows[row] : rows[row + 1], columns[column] : columns[column + 1]] = cover
    answers = subject.values(np.concatenate([original, np.broadcast_to(cover, original.shape), variants]))
    what = "a black image" if is_drawing(subject.predictor.info.channel_mean) else "an image all in the mean colour"
    shape = (len(rows) - 1, len(columns) - 1)
    parts = parts_of([""] * len(cells), (answers[0] - answers[2:]).tolist())
    return Attribution(float(answers[1]), float(answers[0]), parts, what, TOGETHER, shape)


def _edges(side: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, side, min(CELLS, side) + 1).round().astype(np.int64))


def _cover(info: "DataInfo", original: Images) -> Images:
    """Return the colour of what is covered, (C,)."""
    channels = original.shape[-1]
    if is_drawing(info.channel_mean) or len(info.channel_mean) != channels:
        return np.zeros(channels, dtype=np.uint8)
    return np.asarray(np.rint(255 * np.asarray(info.channel_mean)), dtype=np.uint8)


def column_occlusion(subject: Subject, row: Inputs, background: Inputs) -> Attribution:
    """Return the answer's mean loss where a column is as in other rows."""
    others, own = cast(pd.DataFrame, background), cast(pd.DataFrame, row)
    names = [name for name, _ in columns_of(subject.predictor)]
    variants = pd.concat(
        [own, others[own.columns], *(replaced(own, others, name) for name in names)], ignore_index=True
    )
    answers = subject.values(variants)
    means = answers[1:].reshape(len(names) + 1, len(others)).mean(1)
    parts = parts_of(names, (answers[0] - means[1:]).tolist())
    start_is = f"the mean answer to {len(others)} training rows"
    return Attribution(float(means[0]), float(answers[0]), parts, start_is, TOGETHER)
