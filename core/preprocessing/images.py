"""Images as they are, channels first, with statistics for normalisation in the model."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.specs import DataInfo, Examples, Inputs
from core.specs.config import Params

AUGMENTATIONS = (  # settings of training that make other pictures of a picture
    "augment_flip",
    "augment_rotate_deg",
    "augment_scale",
    "augment_crop",
    "augment_cutout",
    "augment_color",
)
FLATTEST = 1e-6  # a channel that varies less is constant, and must not be divided by its deviation


class ImagePreprocessor:
    """A channels-first image preprocessor; pixels stay bytes, so whole datasets fit on the device."""

    kind: ClassVar[str] = "images"

    def __init__(
        self, shape: tuple[int, int, int], channel_mean: tuple[float, ...], channel_std: tuple[float, ...]
    ) -> None:
        """Hold what was fitted.

        Args:
            shape: (C, H, W) of every picture.
            channel_mean: C means over the training pixels, in 0..1.
            channel_std: C standard deviations over the training pixels, in 0..1.
        """
        self.shape, self.channel_mean, self.channel_std = shape, channel_mean, channel_std

    @classmethod
    def fit(cls, train: Examples) -> Self:
        """Learn shape, mean and deviation from the training pictures."""
        images = np.asarray(train.inputs)  # (N, H, W, C)
        _, height, width, channels = images.shape
        counts = np.stack([np.bincount(images[..., c].ravel(), minlength=256) for c in range(channels)])  # (C, 256)
        levels = np.arange(256) / 255
        mean = (counts * levels).sum(1) / counts.sum(1)
        std = np.sqrt((counts * (levels - mean[:, None]) ** 2).sum(1) / counts.sum(1))
        std = np.where(std < FLATTEST, 1.0, std)
        return cls((channels, height, width), tuple(mean.tolist()), tuple(std.tolist()))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        channels, height, width = state["shape"]
        return cls((channels, height, width), tuple(state["channel_mean"]), tuple(state["channel_std"]))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, C, H, W) bytes.

        Args:
            inputs: (N, H, W, C) bytes.

        Raises:
            DataError: The pictures are not of the size that the model has learnt.
        """
        images = np.asarray(inputs)
        channels, height, width = self.shape
        if images.shape[1:] != (height, width, channels):
            found = " x ".join(map(str, images.shape[1:]))
            raise DataError(
                f"The images are {found} (height x width x channels), but this model has learnt from "
                f"{height} x {width} x {channels}. Resize them first."
            )
        return np.ascontiguousarray(images.transpose(0, 3, 1, 2))

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the shape (C, H, W) and what is needed to normalise."""
        return DataInfo(labels, self.shape, channel_mean=self.channel_mean, channel_std=self.channel_std)

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {
            "shape": list(self.shape),
            "channel_mean": list(self.channel_mean),
            "channel_std": list(self.channel_std),
        }


PREPROCESSOR = ImagePreprocessor


def keep_bytes(params: Params, train: Examples) -> ImagePreprocessor:
    """Keep images as bytes; what is needed to normalise them is measured."""
    del params
    return ImagePreprocessor.fit(train)
