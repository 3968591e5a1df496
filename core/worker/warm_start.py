"""What a run begins with that goes on from another one."""

from dataclasses import replace
from pathlib import Path

from torch import nn

from core.training.checkpoint import TrainingState, load_state, load_weights, read_card, save_weights


def parent_state(parent: Path, own: Path, module: nn.Module, *, broke_down: bool) -> TrainingState:
    """Return the parent run's final state; save its kept checkpoint as one to beat.

    It is saved as of step 0 of this run.

    Args:
        parent: The other run's folder of checkpoints.
        own: This run's.
        module: The model; its weights change.
        broke_down: The other run diverged, so that its last weights may be on their way to infinity already: it goes
            on from its best ones, with a fresh memory of the optimiser.

    Raises:
        CheckpointUnusable: The other run's checkpoint is gone or damaged.
    """
    state = load_state(parent / "last")
    if state.best is None:
        return state
    load_weights(parent / "best", module)
    save_weights(own / "best", module.state_dict(), read_card(parent / "best").model_copy(update={"step": 0}))
    if not broke_down:
        return state
    return replace(state, tensors={f"model.{name}": tensor for name, tensor in module.state_dict().items()})
