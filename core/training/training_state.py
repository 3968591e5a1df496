"""A Trainer between two steps, as tensors, and back."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from core.training.checkpoint import TrainingState, restore_module
from core.training.checkpoint_selection import Choice
from core.training.device import random_state, restore_random_state
from core.training.optimizers import optimizer_tensors, restore_optimizer
from core.training.progress import RunningSums
from core.training.step import TrainStep

_ROWS = "best_rows"


def snapshot(
    module: nn.Module, optimizer: Optimizer, sums: RunningSums, train_step: TrainStep, device: torch.device
) -> dict[str, Tensor]:
    """Return copies of all tensors the next step needs, named as in `TrainingState`."""
    tensors = {f"model.{name}": t for name, t in module.state_dict().items()}
    tensors |= {f"optimiser.{name}": t for name, t in optimizer_tensors(optimizer).items()}
    tensors |= {f"random.{name}": t for name, t in random_state(device).items()}
    tensors |= {"sums": sums.tensor(), "scale": train_step.scale()}
    return {name: t.detach().clone() for name, t in tensors.items()}


def restore(
    state: TrainingState,
    module: nn.Module,
    optimizer: Optimizer,
    sums: RunningSums,
    train_step: TrainStep,
    device: torch.device,
) -> None:
    """Put back what `snapshot` returned.

    Raises:
        CheckpointUnusable: It is of another model.
    """
    adopt(state, module, optimizer)
    restore_random_state(state.part("random"), device)
    sums.restore(state.tensors["sums"], state.steps_since_log, state.examples_since_log)
    if "scale" in state.tensors:
        train_step.restore_scale(state.tensors["scale"])
    train_step.parts = max(state.parts, train_step.parts)


def adopt(state: TrainingState, module: nn.Module, optimizer: Optimizer) -> None:
    """Load only weights and optimiser state of another run.

    Raises:
        CheckpointUnusable: They are of another model.
    """
    restore_module(module, state)
    restore_optimizer(optimizer, state.part("optimiser"))


def rows_of(choice: Choice) -> dict[str, Tensor]:
    """Return the rows of a choice's best evaluation, named as in `TrainingState`."""
    return {} if choice.rows is None else {_ROWS: torch.from_numpy(choice.rows)}


def chosen(state: TrainingState) -> Choice:
    """Return the choice at a state.

    Without rows, only better weights replace the kept ones.
    """
    rows = state.tensors.get(_ROWS)
    return Choice(state.best, None if rows is None else rows.numpy(), state.kept or state.best)


def chosen_before(state: TrainingState) -> Choice:
    """Return the choice of the continued run as one to beat, at step -1."""
    choice = chosen(state)
    best, kept = (evaluation and replace(evaluation, step=-1) for evaluation in (choice.best, choice.kept))
    return Choice(best, choice.rows, kept)
