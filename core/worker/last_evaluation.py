"""Validation predictions of the kept weights, so that they are computed once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.training.callbacks import Callback

if TYPE_CHECKING:
    from core.specs import Predictions
    from core.training.trainer import Trainer


class LastEvaluation(Callback):
    """Remembers the evaluation whose weights are kept.

    Nothing is known where that was in an earlier attempt at the run, or where the device computed in 16 bits, as the
    kept model is judged in 32.
    """

    def __init__(self) -> None:
        self.predictions: Predictions | None = None

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """Remember it, where its weights are the ones to keep."""
        if trainer.kept is not None and trainer.kept.step == trainer.progress.step:
            self.predictions = trainer.predictions if trainer.is_exact else None
