"""Memory check before training: a model too large is refused with its sizes."""

import torch
from torch import nn

from core.errors import ModelTooLarge
from core.training.device import memory_free_bytes

# Numbers that each optimiser remembers of a weight that learns.
REMEMBERED = {"sgd": 1, "adam": 2, "adamw": 2, "muon": 2}
NUMBER_BYTES = 4


def needed_bytes(parameter_count: int, trainable_count: int, optimizer: str) -> int:
    """Return the minimum memory of training: weights, gradients of trainable ones, optimiser state.

    What a batch leaves behind on its way comes on top; that can be made smaller by computing it in parts.
    """
    return NUMBER_BYTES * (parameter_count + trainable_count * (1 + REMEMBERED[optimizer]))


def parameter_counts(module: nn.Module) -> tuple[int, int]:
    """Return how many numbers a model has, and how many of them are learnt."""
    parameters = list(module.parameters())
    return sum(p.numel() for p in parameters), sum(p.numel() for p in parameters if p.requires_grad)


def check_size(module: nn.Module, optimizer: str, device: torch.device) -> None:
    """Make sure that a model can be trained on a device.

    Raises:
        ModelTooLarge: It cannot.
    """
    count, learning = parameter_counts(module)
    free = memory_free_bytes(device)
    if device.type != "cuda":
        free += NUMBER_BYTES * count  # it lies there already
    needed = needed_bytes(count, learning, optimizer)
    if needed > free:
        raise ModelTooLarge(count, needed, free)
