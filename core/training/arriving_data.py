"""Data that is still on its way: training begins with what is there, and waits where it would run ahead."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.training.batches import Batches, Split, order_of_epoch


class Arrival(Protocol):
    """Examples that come to be there while training goes on, in the order in which the first epoch asks for them.

    Each method waits, returns the seconds that it took, and raises `core.errors.StopRequested` where somebody asks to
    stop meanwhile.
    """

    def train(self, rows: int) -> float:
        """Wait for so many first rows of the training split, in the order of the first epoch."""

    def validation(self) -> float:
        """Wait for the validation split."""


class ArrivingBatches:
    """Batches of rows that may not be there yet. The order is that of data which is whole.

    Args:
        batches: Draws them.
        arrival: Waits for rows.
        rows: Of the training split.
    """

    def __init__(self, batches: Batches, arrival: Arrival, rows: int) -> None:
        self._batches, self._arrival, self._rows = batches, arrival, rows
        self.steps_per_epoch, self.batch_size = batches.steps_per_epoch, batches.batch_size

    def draw(self, epoch: int, position: int) -> Split:
        """Return the inputs and targets of one step; `wait` has seen to it that they are there."""
        return self._batches.draw(epoch, position)

    def wait(self, epoch: int, position: int) -> float:
        """Wait for what a step needs; from the second step on for the validation split too, which is looked at soon.

        Raises:
            StopRequested: Somebody asked to stop meanwhile.
        """
        seconds = self._arrival.validation() if epoch or position else 0.0
        return seconds + self._arrival.train(self._rows if epoch else (position + 1) * self.batch_size)


def first_order(rows: int, seed: int) -> NDArray[np.int64]:
    """Return the order in which the first epoch asks for rows of features, (N,)."""
    order: NDArray[np.int64] = order_of_epoch(rows, seed, 0).numpy()
    return order
