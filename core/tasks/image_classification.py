"""Image classification: which of a few kinds a picture shows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.specs import Examples, Predictions, sampled
from core.tasks.classification import FITTING_EXAMPLES, classification_task, logistic_regression, majority

LARGEST_SIDE = 32  # pixels: more of them say little more to a weighted sum, and cost their square in time and memory
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 1.0, 10.0)  # the inverse price of a weight; photographs want dear ones
PART_BYTES = 8_000_000  # of pictures that are made smaller at once


def _pixels(images: Any, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return images as rows of downsampled pixel values from 0 to 1.

    The shape is (N, h * w * C) with h and w at most 32.

    Of larger pictures, means of areas are taken; a part after the other, so that they are never all in memory.

    Args:
        images: (M, H, W, C) of 0 to 255, in memory or on the disk.
        rows: (N,) which of them.
    """
    _, height, width, channels = images.shape
    small = min(height, LARGEST_SIDE), min(width, LARGEST_SIDE)
    found = np.empty((len(rows), small[0] * small[1] * channels), dtype=np.float32)
    at_once = max(PART_BYTES // (height * width * channels), 1)
    for start in range(0, len(rows), at_once):
        part = np.asarray(images[rows[start : start + at_once]])
        found[start : start + at_once] = _reduced(part, small).reshape(len(part), -1)
    found /= 255
    return found


def _reduced(images: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[Any]:
    """Return pictures (N, H, W, C) at another height and width."""
    if images.shape[1:3] == size:
        return images
    import torch

    areas = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(images).permute(0, 3, 1, 2).float(), size)
    return areas.permute(0, 2, 3, 1).numpy()


def _baselines(train: Examples, test: Examples, seed: int) -> Iterator[tuple[str, Predictions]]:
    yield "majority", majority(train, test)
    drawn = sampled(len(train), FITTING_EXAMPLES, seed)
    train_x = _pixels(train.inputs, drawn)
    mean = train_x.mean(axis=0)  # taken off, it changes no answer, and a quarter of the steps find the weights
    train_x -= mean
    parts = np.array_split(np.arange(len(test)), max(-(-len(test) // FITTING_EXAMPLES), 1))
    yield (
        "pixels + logistic regression",
        logistic_regression(
            train_x,
            train.targets[drawn],
            (_pixels(test.inputs, part) - mean for part in parts),
            test,
            seed,
            strengths=STRENGTHS,
        ),
    )


TASK = classification_task(
    name="image-classification",
    title="Classify images",
    summary="Show it images sorted into a few kinds, and it learns to tell the kinds apart in images it never saw.",
    example="Sort product photos, spot damaged parts, read handwritten digits.",
    input_kind="image",
    icon="image",
    noun="image",
    needs="That needs images with labels, such as a folder of images for each class.",
    needs_columns="images and a column of classes",
    columns=(("label_column", "Label"),),
    looked_for="images that cannot be read, odd sizes, the same or nearly the same image twice, the same image "
    "under different labels or on both sides of a split, and classes that are rare or missing",
    weights_example="microsoft/resnet-18",
    demo=("product-photos", "small-cnn"),
    demo_seconds=60,
    demo_settings={"epochs": 5, "time_budget_min": 0.0},
    each_baseline=_baselines,
    augments="pixels",
)
