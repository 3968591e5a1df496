"""Whether a model can be trained in the memory that is there: refused before the first step, with the sizes."""

import torch
from torch import nn

from core.errors import ModelTooLarge
from core.training.device import memory_free_bytes

# Numbers that each optimiser remembers of a weight that learns.
REMEMBERED = {"sgd": 1, "adam": 2, "adamw": 2, "muon": 2}
NUMBER_BYTES = 4


def needed_bytes(module: nn.Module, optimizer: str) -> int:
    """Return what training needs at least: weights, a gradient for each that learns, the optimiser's memory.

    What a batch leaves behind on its way comes on top; that can be made smaller by computing it in parts.

    Args:
        module: The model.
        optimizer: The optimiser's name, as a configuration has it.
    """
    weights = sum(t.numel() * t.element_size() for t in (*module.parameters(), *module.buffers()))
    learning = sum(p.numel() for p in module.parameters() if p.requires_grad)
    return weights + learning * NUMBER_BYTES * (1 + REMEMBERED[optimizer])


def check_size(module: nn.Module, optimizer: str, device: torch.device) -> None:
    """Make sure that a model can be trained on a device.

    Args:
        module: The model, built in the machine's memory.
        optimizer: The optimiser's name.
        device: Where it shall be trained.

    Raises:
        ModelTooLarge: It cannot.
    """
    free = memory_free_bytes(device)
    if device.type != "cuda":
        free += sum(t.numel() * t.element_size() for t in module.parameters())  # it lies there already
    needed = needed_bytes(module, optimizer)
    if needed > free:
        raise ModelTooLarge(sum(p.numel() for p in module.parameters()), needed, free)
