"""What a Trainer says of itself: how far it is, how it ended, and the sums behind its curves."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    step: int
    steps_total: int
    epoch: int  # the one that is being worked on, from 1
    epochs: int
    examples_seen: int  # of a text: windows
    train_time_s: float  # earlier sessions of a resumed run included
    time_left_s: float | None  # None until a few steps are done


@dataclass(frozen=True)
class FitResult:
    """How training ended."""

    steps: int
    stopped: bool  # somebody asked
    finished_early: bool  # it had stopped getting better
    best_metric: float  # the task's primary metric at its best on the validation split
    best_step: int
    examples_seen: int
    train_time_s: float


class RunningSums:
    """Sums since the last point of a curve, kept on the device so that no step waits for it.

    Args:
        device: Where the losses come to be.
        counts_answers: Whether right answers are counted too, as in classification.
    """

    def __init__(self, device: torch.device, counts_answers: bool) -> None:
        self._loss = torch.zeros((), device=device)
        self._right = torch.zeros((), device=device)
        self._gradient_norm = torch.zeros((), device=device)  # of the last step, no sum
        self._counts_answers = counts_answers
        self.steps = 0
        self.examples = 0

    def add(self, loss: Tensor, logits: Tensor, targets: Tensor, gradient_norm: Tensor) -> None:
        """Add one step: its mean loss, logits (B, ...), targets (B, ...) and gradient norm."""
        self._loss += loss.detach()
        if self._counts_answers:
            self._right += (logits.detach().argmax(-1) == targets).sum()
        self._gradient_norm = gradient_norm
        self.steps += 1
        self.examples += len(targets)

    def read(self) -> dict[str, float]:
        """Wait for the device; return the mean loss and accuracy, and the last gradient norm."""
        loss, right, gradient_norm = self.tensor().tolist()
        means = {"train/loss": loss / max(self.steps, 1), "train/gradient_norm": gradient_norm}
        return means | ({"train/accuracy": right / max(self.examples, 1)} if self._counts_answers else {})

    def reset(self) -> None:
        """Start again at nothing."""
        self._loss.zero_()
        self._right.zero_()
        self.steps = self.examples = 0

    def tensor(self) -> Tensor:
        """Return the sums, to be saved with `steps` and `examples`."""
        return torch.stack((self._loss, self._right, self._gradient_norm))

    def restore(self, sums: Tensor, steps: int, examples: int) -> None:
        """Go on from saved sums."""
        self._loss, self._right, self._gradient_norm = sums.clone().to(self._loss.device).unbind()
        self.steps, self.examples = steps, examples
