"""A Trainer between two steps, as tensors, and back."""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from core.training.checkpoint import TrainingState, restore_module
from core.training.device import random_state, restore_random_state
from core.training.optimisers import optimiser_tensors, restore_optimiser
from core.training.progress import RunningSums
from core.training.stepping import Stepper


def snapshot(
    module: nn.Module, optimiser: Optimizer, sums: RunningSums, stepper: Stepper, device: torch.device
) -> dict[str, Tensor]:
    """Return a copy of every tensor that the next step depends on, by name as `TrainingState` has them."""
    tensors = {f"model.{name}": t for name, t in module.state_dict().items()}
    tensors |= {f"optimiser.{name}": t for name, t in optimiser_tensors(optimiser).items()}
    tensors |= {f"random.{name}": t for name, t in random_state(device).items()}
    tensors |= {"sums": sums.tensor(), "scale": stepper.scale()}
    return {name: t.detach().clone() for name, t in tensors.items()}


def restore(
    state: TrainingState,
    module: nn.Module,
    optimiser: Optimizer,
    sums: RunningSums,
    stepper: Stepper,
    device: torch.device,
) -> None:
    """Put back what `snapshot` returned.

    Raises:
        CheckpointUnusable: It is of another model.
    """
    adopt(state, module, optimiser)
    restore_random_state(state.part("random"), device)
    sums.restore(state.tensors["sums"], state.steps_since_log, state.examples_since_log)
    if "scale" in state.tensors:
        stepper.restore_scale(state.tensors["scale"])
    stepper.parts = max(state.parts, stepper.parts)


def adopt(state: TrainingState, module: nn.Module, optimiser: Optimizer) -> None:
    """Begin with the weights and the optimiser's memory of another run, and with nothing else of it.

    Raises:
        CheckpointUnusable: They are of another model.
    """
    restore_module(module, state)
    restore_optimiser(optimiser, state.part("optimiser"))
