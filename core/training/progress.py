"""Progress of a Trainer: its position, its end, and the sums behind its curves."""

from dataclasses import dataclass

import torch
from torch import Tensor

HELD_ANSWERS = 1 << 18  # logits that wait to be counted


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
    finished_early: bool  # it had stopped getting better, or somebody asked to finish now
    best_metric: float  # the task's primary metric at its best on the validation split
    best_step: int
    kept_step: int  # whose weights are kept: the latest that are as good, as far as the validation split can tell
    examples_seen: int
    train_time_s: float


class RunningSums:
    """Sums since the last logged point, kept on the device to avoid synchronisation.

    A step only appends to lists; what they hold is added up when a point is due.

    Args:
        device: Where the losses come to be.
        counts_answers: Whether right answers are counted too, as in classification.
    """

    def __init__(self, device: torch.device, counts_answers: bool) -> None:
        self.device = device
        self._losses: list[Tensor] = []  # () each
        self._answers: list[tuple[Tensor, Tensor]] = []  # (B, K) logits and (B,) targets
        self._held = 0
        self._right = torch.zeros((), device=device)
        self._gradient_norm = torch.zeros((), device=device)  # of the last step, no sum
        self._counts_answers = counts_answers
        self.examples = 0

    @property
    def steps(self) -> int:
        """How many steps are held."""
        return len(self._losses)

    def add(self, loss: Tensor, logits: Tensor, targets: Tensor, gradient_norm: Tensor) -> None:
        """Add a step's mean loss, logits (B, ...), targets (B, ...) and gradient norm.

        All are detached from autograd.
        """
        self._losses.append(loss)
        if self._counts_answers:
            self._answers.append((logits, targets))
            self._held += logits.numel()
            if self._held > HELD_ANSWERS:
                self._count()
        self._gradient_norm = gradient_norm
        self.examples += len(targets)

    def read(self) -> dict[str, float]:
        """Wait for the device; return mean loss, accuracy and the last gradient norm."""
        *losses, right, gradient_norm = self.tensor().tolist()
        means = {"train/loss": sum(losses) / max(len(losses), 1), "train/gradient_norm": gradient_norm}
        return means | ({"train/accuracy": right / max(self.examples, 1)} if self._counts_answers else {})

    def reset(self) -> None:
        """Start again at nothing."""
        self._losses, self._answers, self._held = [], [], 0
        self._right.zero_()
        self.examples = 0

    def tensor(self) -> Tensor:
        """Return losses per step, correct predictions and last gradient norm, saved with `examples`."""
        self._count()
        return torch.stack((*self._losses, self._right, self._gradient_norm)).float()

    def restore(self, saved: Tensor, steps: int, examples: int) -> None:
        """Go on from what `tensor` returned after so many steps and examples."""
        *self._losses, right, gradient_norm = saved.clone().to(self._right.device).unbind()
        if len(self._losses) != steps:  # saved when only their sum was kept
            self._losses = [self._losses[0] / max(steps, 1)] * steps
        self._right, self._gradient_norm = right.clone(), gradient_norm
        self._answers, self._held, self.examples = [], 0, examples

    def _count(self) -> None:
        """Count correct predictions among those held, as whole numbers, independent of order."""
        if self._answers:
            logits = torch.cat([answers for answers, _ in self._answers])
            targets = torch.cat([right for _, right in self._answers])
            self._right += (logits.argmax(-1) == targets).sum()
            self._answers, self._held = [], 0
