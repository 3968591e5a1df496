"""Adaptive average pooling by matrices, which every exporter and runtime knows."""

from typing import Any

import torch
from torch import Tensor, nn


class AreaMeans(nn.Module):
    """Means over areas as `nn.AdaptiveAvgPool2d` has them, also where its areas overlap.

    Args:
        height: Of what it returns.
        width: Of what it returns.

    Shapes:
        (N, C, H, W) -> (N, C, height, width)
    """

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, images: Tensor) -> Tensor:
        """Return the means."""
        rows, columns = _shares(int(images.shape[2]), self.height), _shares(int(images.shape[3]), self.width)
        return rows @ images @ columns.T


def _shares(size: int, parts: int) -> Tensor:
    """Return how much each of `size` pixels counts in each mean, (parts, size)."""
    shares = torch.zeros(parts, size)
    for part in range(parts):
        first, end = part * size // parts, -(-(part + 1) * size // parts)
        shares[part, first:end] = 1 / (end - first)
    return shares


def without_adaptive_pooling(module: nn.Module) -> nn.Module:
    """Replace every adaptive average pooling within a module, which is changed; return it."""
    for name, child in module.named_children():
        if isinstance(child, nn.AdaptiveAvgPool2d):
            size: Any = child.output_size
            height, width = (size, size) if isinstance(size, int) else size
            setattr(module, name, AreaMeans(int(height), int(width)))
        else:
            without_adaptive_pooling(child)
    return module
