"""A pretrained image network, with the preprocessing of its input."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Interpolation = Literal["nearest", "bilinear", "bicubic"]


class ResizedImages(nn.Module):
    """Images of 0 to 255, resized to squares and normalised for a pretrained network.

    Mean and spread are those that the network was trained with.

    Args:
        side: Of the square, in pixels.
        mean: One number a channel, of pictures scaled to 0..1.
        std: One number a channel, likewise.
        interpolation: How pixels in between are found.

    Shapes:
        (N, C, H, W) uint8, or float from 0 to 255 -> (N, len(mean), side, side) float32; grey pictures get the same
        value in every channel, coloured ones their mean where one channel is expected.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, side: int, mean: Sequence[float], std: Sequence[float], interpolation: Interpolation) -> None:
        super().__init__()
        self.side, self.interpolation, self.channels = side, interpolation, len(mean)
        means, stds = torch.tensor(mean, dtype=torch.float32), torch.tensor(std, dtype=torch.float32)
        self.register_buffer("scale", (1 / (255 * stds)).view(1, -1, 1, 1))
        self.register_buffer("shift", (-means / stds).view(1, -1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Return the pictures as the network knows them."""
        images = images.to(self.scale.dtype)
        if images.shape[1] != self.channels:
            images = images.mean(1, keepdim=True)
        if images.shape[2:] != (self.side, self.side):
            smooth = self.interpolation != "nearest"
            size = (self.side, self.side)
            images = F.interpolate(images, size, mode=self.interpolation, antialias=smooth)
            images = images.clamp(0, 255)  # bicubic lines overshoot
        return torch.addcmul(self.shift, images, self.scale)


class PretrainedImageClassifier(nn.Module):
    """Looks at pictures with a pretrained network whose last layer is new.

    Args:
        prepare: Brings pictures into the form that the network knows.
        network: Any image classifier of `transformers`: answers with `logits` (N, K).
        is_frozen: Whether only the last layer learns; the rest then behaves as in use, also while training.

    Shapes:
        (N, C, H, W) uint8, or float from 0 to 255 -> (N, K)
    """

    def __init__(self, prepare: nn.Module, network: nn.Module, is_frozen: bool) -> None:
        super().__init__()
        self.prepare, self.backbone, self.is_frozen = prepare, network, is_frozen

    def train(self, mode: bool = True) -> "PretrainedImageClassifier":
        """Switch between training and use; normalisations of a frozen network keep what they know."""
        super().train(mode)
        if self.is_frozen:
            for name, part in self.backbone.named_children():
                part.train(mode and "classifier" in name)
        return self

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits of every class."""
        answer: Any = self.backbone(pixel_values=self.prepare(images))
        logits: Tensor = answer.logits
        return logits
