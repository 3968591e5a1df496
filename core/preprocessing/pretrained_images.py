"""Images for a pretrained network: raw bytes, with the network's expected input settings."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from numpy.typing import NDArray

from core.preprocessing.images import ImagePreprocessor
from core.specs import DataInfo, Examples, Inputs


class PretrainedImages:
    """Moves channels first; the network's own first layer resizes and normalises, on the device."""

    kind: ClassVar[str] = "backbone-pictures"

    def __init__(self, images: ImagePreprocessor, expected: Mapping[str, Any]) -> None:
        """Hold what was fitted.

        Args:
            images: Knows the shape of the pictures.
            expected: As JSON: "config" of the network, "side" in pixels, "mean" and "std" of each channel in 0..1,
                and "interpolation".
        """
        self.images, self.expected = images, dict(expected)

    @classmethod
    def fit(cls, train: Examples, expected: Mapping[str, Any]) -> Self:
        """Learn the shape of the training pictures; mean and spread are the network's own."""
        return cls(ImagePreprocessor.fit(train), expected)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(ImagePreprocessor.from_state(state["pictures"]), state["expected"])

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, C, H, W) bytes.

        Raises:
            DataError: The pictures are not of the size that the model has learnt.
        """
        return self.images.transform(inputs)

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the shape (C, H, W) and what the network expects."""
        return DataInfo(
            labels,
            self.images.shape,
            channel_mean=self.images.channel_mean,
            channel_std=self.images.channel_std,
            backbone=self.expected,
        )

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {"pictures": self.images.state(), "expected": self.expected}


PREPROCESSOR = PretrainedImages
