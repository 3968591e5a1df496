"""Weighed pixels: the simple method for images."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, write_arrays
from core.baselines.logistic import FITTING_EXAMPLES, TUNED_ON, LogisticHead
from core.specs import Examples, Inputs, sampled
from core.specs.baseline import BaselineSpec

LARGEST_SIDE = 32  # pixels: more of them say little more to a weighted sum, and cost their square in time and memory
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 1.0)  # the inverse price of a weight; photographs want dear ones
PART_BYTES = 8_000_000  # of pictures that are made smaller at once
PART_IMAGES = 20_000  # that are judged at once


def pixels_of(images: Any, rows: NDArray[np.int64]) -> NDArray[np.float32]:
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


@dataclass(frozen=True, eq=False)
class PixelsLogistic:
    """A logistic regression on pixels.

    Args:
        mean: (F,) of the training pixels, taken off: it changes no answer, and a quarter of the steps find the weights.
        head: On what is left.
    """

    mean: NDArray[np.float32]
    head: LogisticHead
    called: str = "pixels + logistic regression"
    tuned_on: str = TUNED_ON

    @classmethod
    def fit(cls, train: Examples, validation: Examples, seed: int) -> "PixelsLogistic":
        """Choose the strength on the training split, then fit."""
        del validation
        drawn = sampled(len(train), FITTING_EXAMPLES, seed)
        pixels = pixels_of(train.inputs, drawn)
        mean = pixels.mean(axis=0)
        pixels -= mean
        own = Examples(train.inputs, train.targets[drawn], train.labels)
        return cls(mean, LogisticHead.fit(pixels, own, seed, strengths=STRENGTHS))

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return probabilities, (N, K), a part of the images after the other."""
        parts = np.array_split(np.arange(len(inputs)), max(-(-len(inputs) // PART_IMAGES), 1))
        return np.concatenate([self.head.predict(pixels_of(inputs, part) - self.mean) for part in parts])

    def save(self, folder: Path) -> None:
        """Write mean and weights."""
        write_arrays(folder, mean=self.mean, **self.head.arrays())

    @classmethod
    def load(cls, folder: Path) -> "PixelsLogistic":
        """Read them."""
        arrays = read_arrays(folder)
        return cls(arrays["mean"], LogisticHead.of_arrays(arrays))


BASELINE = BaselineSpec(
    name="pixels-logistic",
    title="Weighed pixels (logistic regression)",
    purpose="Weighs each pixel by itself: enough where light, colour or place alone tell the kinds apart.",
    tasks=("image-classification",),
    rung=1,
    fit=PixelsLogistic.fit,
    load=PixelsLogistic.load,
    most_examples=FITTING_EXAMPLES,
)
