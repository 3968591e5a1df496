"""How a batch is drawn: the only thing in which the tasks' training differs.

The data lies on the device as one tensor, and so does the order in which it is used: an epoch's order follows from
the seed and the epoch's number alone, so that a resumed run sees the very batches that it would have seen.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import DataError
from core.specs import TaskSpec

POOLED_BATCHES = 50  # among so many, texts of similar length are put together
WIDTH_STEP = 8  # GPUs compute as fast with a multiple of it; a processor has more to do for every column
_HOST = torch.device("cpu")

Split = tuple[Tensor, Tensor]  # inputs and targets; the targets of a text are the text itself, so they are empty


class Batches(Protocol):
    """The training data, in portions."""

    steps_per_epoch: int
    batch_size: int  # examples in each portion

    def draw(self, epoch: int, position: int) -> Split:
        """Return the inputs and targets of one step of one epoch, counted from 0."""


def _generator(device: torch.device, seed: int, epoch: int) -> torch.Generator:
    return torch.Generator(device).manual_seed(seed * 1_000_003 + epoch)


def order_of_epoch(rows: int, seed: int, epoch: int) -> Tensor:
    """Return the row order of an epoch, (N,), the same on every device."""
    return torch.randperm(rows, generator=_generator(_HOST, seed, epoch))


class RowBatches:
    """Every example once per epoch in a new order; incomplete last batches are dropped.

    Dropped examples wait for the next epoch.

    The orders are drawn on the host, so that they are the same on every device.

    Args:
        split: Inputs (N, ...) and targets (N,), on the device.
        batch_size: Examples a step; all of them where there are fewer.
        seed: Decides the orders.
    """

    def __init__(self, split: Split, batch_size: int, seed: int) -> None:
        self._inputs, self._targets = split
        self._seed = seed
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)  # on the device
        self.batch_size = min(batch_size, len(self._inputs))
        self.steps_per_epoch = len(self._inputs) // self.batch_size

    def draw(self, epoch: int, position: int) -> Split:
        """Return inputs (B, ...) and targets (B,)."""
        if epoch != self._epoch:
            self._order = self._new_order(_generator(_HOST, self._seed, epoch)).to(self._inputs.device)
            self._epoch = epoch
        rows = self._order[position * self.batch_size : (position + 1) * self.batch_size]
        return self._inputs.index_select(0, rows), self._targets.index_select(0, rows)

    def _new_order(self, generator: torch.Generator) -> Tensor:
        """Return the order of an epoch, (N,)."""
        return torch.randperm(len(self._inputs), generator=generator)


class TextBatches(RowBatches):
    """Padded token ids in batches of similar length, as wide as the longest.

    Args:
        split: Ids (N, T), padded at the end, and targets (N,), on the device.
        batch_size: Texts a step.
        seed: Decides the orders.
        padding_id: The id that stands for nothing.
    """

    def __init__(self, split: Split, batch_size: int, seed: int, padding_id: int) -> None:
        super().__init__(split, batch_size, seed)
        self._lengths = lengths_of(split[0], padding_id)

    def draw(self, epoch: int, position: int) -> Split:
        """Return ids (B, T'), T' a multiple of eight, and targets (B,).

        T' fits the longest text of the batch.
        """
        inputs, targets = super().draw(epoch, position)
        return inputs[:, : self._widths[position]], targets

    def _new_order(self, generator: torch.Generator) -> Tensor:
        """Return an order with texts of similar length per batch, and shuffled batches."""
        whole, size = self.steps_per_epoch * self.batch_size, self.batch_size
        order = super()._new_order(generator)[:whole]
        pool = torch.arange(whole) // (POOLED_BATCHES * size)
        order = order[torch.argsort(pool * (int(self._lengths.max()) + 1) + self._lengths[order], stable=True)]
        batches = order.view(-1, size)[torch.randperm(self.steps_per_epoch, generator=generator)]
        longest = self._lengths[batches].amax(1)
        self._widths = [width_for(length) for length in longest.tolist()]
        return batches.flatten()


class WindowBatches:
    """Adjacent windows of a long text, shifted by a random offset each epoch.

    Args:
        ids: (L,) the text, on the device.
        context: Ids the model sees at once; the whole text where it is shorter.
        batch_size: Windows a step.
        seed: Decides shifts and orders.
    """

    def __init__(self, ids: Tensor, context: int, batch_size: int, seed: int) -> None:
        self._ids = ids
        self._seed = seed
        self._epoch = -1
        self._starts = torch.empty(0, dtype=torch.int64)
        self._context = min(context, len(ids) - 1)
        # One window less than fits, where there are several: this leaves room for the shift.
        self._windows = max((len(ids) - 1) // self._context - 1, 1)
        self._room = len(ids) - 1 - self._windows * self._context
        self._span = torch.arange(self._context + 1, device=ids.device)
        self.batch_size = min(batch_size, self._windows)
        self.steps_per_epoch = self._windows // self.batch_size

    def draw(self, epoch: int, position: int) -> Split:
        """Return inputs (B, T) and, one id further on, targets (B, T)."""
        if epoch != self._epoch:
            generator = _generator(_HOST, self._seed, epoch)
            shift = torch.randint(self._room + 1, (1,), generator=generator)
            order = torch.randperm(self._windows, generator=generator)
            self._starts = (order * self._context + shift).to(self._ids.device)
            self._epoch = epoch
        starts = self._starts[position * self.batch_size : (position + 1) * self.batch_size]
        windows = self._ids[starts[:, None] + self._span].long()  # (B, T + 1)
        return windows[:, :-1], windows[:, 1:]


def split_of(arrays: Mapping[str, NDArray[Any]]) -> Split:
    """Return a split's prepared arrays, "inputs" and "targets", as tensors sharing their memory."""
    return torch.from_numpy(arrays["inputs"]), torch.from_numpy(arrays["targets"])


def training_batches(
    task: TaskSpec, module: nn.Module, split: Split, batch_size: int, seed: int, padding_id: int = 0
) -> Batches:
    """Return the training data in the portions that the task needs.

    Args:
        task: What is learnt.
        module: The model.
        split: Inputs (N, ...) and targets (N,).
        batch_size: Examples a step.
        seed: Decides the orders.
        padding_id: Of token ids that stand for nothing, where texts are of different lengths.

    Raises:
        DataError: There is nothing to learn from.
    """
    context = task.context(module)
    check_not_empty(split, "training", context)
    if context:
        return WindowBatches(split[0], context, batch_size, seed)
    if holds_padded_ids(split[0]):
        return TextBatches(split, batch_size, seed, padding_id)
    return RowBatches(split, batch_size, seed)


def holds_padded_ids(inputs: Tensor) -> bool:
    """Return whether inputs are rows of token ids rather than pictures or numbers."""
    return inputs.dim() == 2 and inputs.dtype in (torch.int16, torch.int32, torch.int64)


def width_for(longest: int) -> int:
    """Return the batch width for texts up to this length, at least the minimum."""
    step = _width_step()
    return max(-(-longest // step) * step, WIDTH_STEP)


@cache
def _width_step() -> int:
    return WIDTH_STEP if torch.accelerator.is_available() else 1


def lengths_of(ids: Tensor, padding_id: int) -> Tensor:
    """Return the lengths of ids (N, T) without trailing padding, (N,) on the host."""
    places = torch.arange(1, ids.shape[1] + 1, device=ids.device)
    return ((ids != padding_id) * places).amax(1).cpu()


def example_count(split: Split, context: int) -> int:
    """Return how many examples of a split are judged: rows, or half-overlapping windows."""
    return -(-2 * len(split[0]) // context) if context else len(split[0])


def check_not_empty(split: Split, name: str, context: int) -> None:
    """Make sure that a split holds anything.

    Raises:
        DataError: It does not.
    """
    if len(split[0]) < (2 if context else 1):
        raise DataError(f"The {name} part of the data is empty. Add more examples.")
