"""Data still in preparation: training begins early, and waits if it runs ahead."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.training.batches import Batches, Split, order_of_epoch


class Arrival(Protocol):
    """Examples that become available during training, in the order of the first epoch.

    Each method waits, returns the seconds that it took, and raises `core.errors.StopRequested` where somebody asks to
    stop meanwhile.
    """

    def train(self, rows: int) -> float:
        """Wait for the first `rows` training rows, in the order of the first epoch."""

    def validation(self) -> float:
        """Wait for the validation split."""


class ArrivingBatches:
    """Batches of rows that may still be missing, in the order of complete data.

    Args:
        batches: Draws them.
        arrival: Waits for rows.
        rows: Of the training split.
    """

    def __init__(self, batches: Batches, arrival: Arrival, rows: int) -> None:
        self._batches, self._arrival, self._rows = batches, arrival, rows
        self.steps_per_epoch, self.batch_size = batches.steps_per_epoch, batches.batch_size

    def draw(self, epoch: int, position: int) -> Split:
        """Return the inputs and targets of one step, which `wait` has made available."""
        return self._batches.draw(epoch, position)

    def wait(self, epoch: int, position: int) -> float:
        """Wait for the data of a step; from the second on, validation data too.

        The first evaluation follows soon.

        Raises:
            StopRequested: Somebody asked to stop meanwhile.
        """
        seconds = self._arrival.validation() if epoch or position else 0.0
        return seconds + self._arrival.train(self._rows if epoch else (position + 1) * self.batch_size)


def first_order(rows: int, seed: int) -> NDArray[np.int64]:
    """Return the order in which the first epoch asks for rows of features, (N,)."""
    order: NDArray[np.int64] = order_of_epoch(rows, seed, 0).numpy()
    return order
