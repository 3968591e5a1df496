"""First layers that standardise raw inputs, so data can stay small until used."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

SMALLEST_STD = 1e-3  # a channel that never changes must not be blown up into noise
AT_ONCE = 4_096  # rows that are in memory as 64-bit numbers at a time


class StandardizeImages(nn.Module):
    """Images of 0 to 255 as floats with mean 0, deviation 1 per channel.

    As the first layer of a model it lets the data stay `uint8` on the device, a quarter of the memory, and
    saves the numbers that it needs with the weights. It lays the channels of a pixel beside each other in memory
    ("channels last"), and what follows keeps it so: convolutions are up to a third faster, on processors and GPUs.

    Args:
        mean: One number a channel, of the training split scaled to 0..1.
        std: One number a channel, likewise.

    Shapes:
        (N, C, H, W) uint8, or float from 0 to 255 -> (N, C, H, W) float32
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        means = torch.tensor(mean, dtype=torch.float32)
        stds = torch.tensor(std, dtype=torch.float32).clamp(min=SMALLEST_STD)
        # One multiplication and one addition do the same as dividing by 255, subtracting and dividing again.
        self.register_buffer("scale", (1 / (255 * stds)).view(1, -1, 1, 1))
        self.register_buffer("shift", (-means / stds).view(1, -1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Return the standardised pictures."""
        pixels = images.to(self.scale.dtype, memory_format=torch.channels_last)
        return torch.addcmul(self.shift, pixels, self.scale)


class StandardizeFeatures(nn.BatchNorm1d):
    """Features standardised to mean 0 and deviation 1, learnt from the training batches.

    A batch normalisation without scale and shift: the linear layer behind it has both already. The batch's own
    mean and spread, used while training, are a mild noise that keeps a small head from learning by heart.

    Shapes:
        (N, F) -> (N, F)

    Source:
        Ioffe and Szegedy, Batch Normalization, 2015. https://arxiv.org/abs/1502.03167
    """

    def __init__(self, features: int) -> None:
        super().__init__(features, affine=False)

    def forward(self, features: Tensor) -> Tensor:
        """Return the standardised features; a lone example is always measured against those seen before."""
        if self.training and len(features) == 1:
            return nn.functional.batch_norm(features, self.running_mean, self.running_var, eps=self.eps)
        return super().forward(features)

    def measured(self, rows: Tensor) -> NDArray[np.float32]:
        """Keep mean and spread of rows, (N, F); return them standardised, of length 1."""
        mean, variance = rows.double().mean(0), rows.double().var(0, correction=0)
        with torch.no_grad():
            self.get_buffer("running_mean").copy_(mean)
            self.get_buffer("running_var").copy_(variance)
        scale = (variance + self.eps).rsqrt() / rows.shape[1] ** 0.5
        found = np.empty(rows.shape, dtype=np.float32)
        for begin in range(0, len(rows), AT_ONCE):
            found[begin : begin + AT_ONCE] = ((rows[begin : begin + AT_ONCE].double() - mean) * scale).numpy()
        return found
