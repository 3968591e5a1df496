"""Location of training data: on the device if it fits, else streamed there."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor, nn

from core.specs import TaskSpec
from core.specs.config import TrainConfig
from core.training.batches import Batches, Split, training_batches
from core.training.device import memory_free_bytes

LARGEST_SHARE = 0.5  # of the device's free memory that data may take; the rest is for the model and its steps
_log = logging.getLogger(__name__)


def batches_on(
    device: torch.device, task: TaskSpec, module: nn.Module, split: Split, config: TrainConfig, padding_id: int
) -> Batches:
    """Return the training data in portions that come to lie on the device.

    On a CPU the data stays where it is: memory-mapped arrays are read from disk as they are needed.

    Raises:
        DataError: There is nothing to learn from.
    """
    placed = where_it_fits(split, device)
    batches = training_batches(task, module, placed, config.batch_size, config.seed, padding_id)
    return batches if placed[0].device.type == device.type else StreamedBatches(batches, device)


def where_it_fits(split: Split, device: torch.device) -> Split:
    """Return a split on the device, or unchanged if free memory is insufficient."""
    size_bytes = sum(t.numel() * t.element_size() for t in split)
    if device.type == "cpu" or size_bytes <= LARGEST_SHARE * memory_free_bytes(device):
        return split[0].to(device), split[1].to(device)
    _log.info("Data of %d MB does not fit on %s: it is sent there batch by batch.", size_bytes // 1_000_000, device)
    return split


class StreamedBatches:
    """Batches drawn on the host and sent to the device during the previous step.

    Args:
        batches: Draws them on the host.
        device: Where they go.
    """

    def __init__(self, batches: Batches, device: torch.device) -> None:
        self._batches, self._device = batches, device
        self.steps_per_epoch, self.batch_size = batches.steps_per_epoch, batches.batch_size
        self._thread = ThreadPoolExecutor(1, "batches")
        self._next: tuple[tuple[int, int], Future[Split]] | None = None

    def draw(self, epoch: int, position: int) -> Split:
        """Return the inputs and targets of one step, on the device."""
        wanted = (epoch, position)
        if self._next is not None and self._next[0] == wanted:
            host = self._next[1].result()
        else:
            host = self._thread.submit(self._on_host, *wanted).result()
        following = (epoch, position + 1) if position + 1 < self.steps_per_epoch else (epoch + 1, 0)
        self._next = (following, self._thread.submit(self._on_host, *following))
        return self._sent(host[0]), self._sent(host[1])

    def _on_host(self, epoch: int, position: int) -> Split:
        inputs, targets = self._batches.draw(epoch, position)
        if self._device.type == "cuda":  # only pinned memory is sent while the device computes
            return inputs.pin_memory(), targets.pin_memory()
        return inputs, targets

    def _sent(self, tensor: Tensor) -> Tensor:
        return tensor.to(self._device, non_blocking=True)
