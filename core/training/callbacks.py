"""Everything that happens beside the loop, one concern each."""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.training.async_writer import BackgroundWriter
from core.training.checkpoint import ModelCard, TrainingState, save_state, save_weights

if TYPE_CHECKING:
    from core.training.closed_form import Solution
    from core.training.trainer import Trainer

LARGEST_SHARE = 0.02  # of the time that saving at the ends of epochs may cost


class Callback:
    """Listens to a Trainer. Override what you need; metrics belong to the step `trainer.progress.step`.

    Example:
        >>> class Printer(Callback):
        ...     def on_log(self, trainer, metrics):
        ...         print(trainer.progress.step, metrics["train/loss"])
    """

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Before the first step; after the state was restored, if there was one."""

    def on_step_end(self, trainer: "Trainer") -> None:
        """After each step. Must not wait for the device."""

    def on_log(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """After the first step and then once an interval, with `train/...` metrics."""

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """After each look at the validation split, with `validation/...` metrics. May draw random numbers."""

    def on_memory_shortage(self, trainer: "Trainer", parts: int) -> None:
        """Handle a memory shortage: steps are computed in `parts` successive parts now."""

    def on_solution(self, trainer: "Trainer", solution: "Solution") -> None:
        """Handle a linear model's solved weights, the last step, before their evaluation."""

    def on_fit_end(self, trainer: "Trainer") -> None:
        """After the last step of this call, stopped or not; not after an error."""

    def on_fit_close(self, trainer: "Trainer") -> None:
        """Last of all, also after an error."""


class BestCheckpoint(Callback):
    """Keeps the model as it was at the look that the Trainer chose (`choosing.py`).

    The first is written at once, later ones are copied and written when it is time: a tiny model may get better a
    hundred times a second. Nothing is left unwritten when training ends, also by an error.

    Args:
        folder: Where it is kept.
        card: What it is; step and metrics are filled in.
        gap_s: Seconds between two writes, at least.
    """

    def __init__(self, folder: Path, card: ModelCard, gap_s: float = 2.0) -> None:
        self._folder, self._card, self._gap_s = folder, card, gap_s
        self._pending: Callable[[], None] | None = None
        self._written_at = -math.inf
        self.writer = BackgroundWriter()

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """Copy where this evaluation is the one to keep; write where it is time."""
        if trainer.kept is None or trainer.kept.step != trainer.progress.step:
            return
        card = self._card.model_copy(update={"step": trainer.progress.step, "metrics": dict(metrics)})
        weights = {name: t.detach().clone() for name, t in trainer.module.state_dict().items()}
        self._pending = partial(save_weights, self._folder, weights, card)
        if time.monotonic() - self._written_at >= max(self._gap_s, self.writer.last_s / LARGEST_SHARE):
            self._write()

    def take_pending(self) -> Callable[[], None] | None:
        """Return the pending write of the best checkpoint, for the caller to call."""
        pending, self._pending = self._pending, None
        return pending

    def on_fit_close(self, trainer: "Trainer") -> None:
        """Write what is not written yet, and wait until it is on the disk."""
        self._write()
        self.writer.finish()

    def _write(self) -> None:
        if (pending := self.take_pending()) is not None:
            self.writer.write(pending)
            self._written_at = time.monotonic()


class LastCheckpoint(Callback):
    """Saver of the resumable state: after epochs, within long ones, and at the end.

    It is copied between two steps and written while the next ones are computed. What saving costs is kept below a
    share of the time: large states are saved less often than asked for if the disk is slow.

    Args:
        folder: Where it is kept.
        best: Written before each state, if there is a new one: a state must never know of a better model than is kept.
        epoch_gap_s: At the end of an epoch, if the last one was saved so many seconds ago: epochs may be short.
        every_s: Within an epoch, after so many seconds: what a power cut can cost at most.
        every_steps: After each so many steps as well; 0 is by time alone.
        before: Called in the writer's thread before a state takes its place; where it says no, the older state stays.
            What was logged up to a state must be safe before it: a run that goes on from there does not log it again.
    """

    def __init__(
        self,
        folder: Path,
        best: BestCheckpoint | None = None,
        *,
        epoch_gap_s: float = 2.0,
        every_s: float = 30.0,
        every_steps: int = 0,
        before: Callable[[], bool] = lambda: True,
    ) -> None:
        self._folder, self._best, self._before = folder, best, before
        self._epoch_gap_s, self._every_s, self._every_steps = epoch_gap_s, every_s, every_steps
        self._saved_at, self._cost_s = 0.0, 0.0
        self._writer = best.writer if best else BackgroundWriter()  # one writer: what is written keeps its order

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Start the clock."""
        self._saved_at = time.monotonic()

    def on_step_end(self, trainer: "Trainer") -> None:
        """Save where it is time."""
        if self._every_steps and trainer.progress.step % self._every_steps == 0:
            self._save(trainer)
            return
        age_s = time.monotonic() - self._saved_at
        if age_s < min(self._epoch_gap_s, self._every_s):
            return
        gap_s = max(self._epoch_gap_s, (self._cost_s + self._writer.last_s) / LARGEST_SHARE)
        if age_s >= self._every_s or (age_s >= gap_s and trainer.at_epoch_end):
            self._save(trainer)

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Save what was reached, whatever is not safe yet: nothing comes after it."""
        self._save(trainer, is_last=True)

    def on_fit_close(self, trainer: "Trainer") -> None:
        """Wait until it is on the disk."""
        self._writer.finish()

    def _save(self, trainer: "Trainer", *, is_last: bool = False) -> None:
        began = time.perf_counter()
        best = self._best.take_pending() if self._best else None
        self._writer.write(partial(self._write, best, trainer.state(), is_last))
        self._cost_s = time.perf_counter() - began
        self._saved_at = time.monotonic()

    def _write(self, write_best: Callable[[], None] | None, state: TrainingState, is_last: bool) -> None:
        if write_best is not None:
            write_best()
        if self._before() or is_last:
            save_state(self._folder, state)


class EarlyStopping(Callback):
    """Early stopping of a run without improvement, added by the Trainer for a patience.

    Args:
        patience: Epochs without a new best score; weights that are as good may be kept meanwhile.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """End the run where patience is over."""
        best_step = trainer.choice.best.step if trainer.choice.best else 0
        if trainer.progress.step - best_step >= self._patience * trainer.steps_per_epoch:
            trainer.finish_early()
