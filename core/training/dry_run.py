"""Steps of a run as a trial: nothing is saved, shown or evaluated.

They serve to estimate a run before it starts.
"""

import math
import time
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.specs import TaskSpec
from core.specs.config import TrainConfig
from core.training.augmentation import Augmentation
from core.training.batches import Split
from core.training.optimizers import make_optimizer, set_learning_rate
from core.training.prefetch import batches_on
from core.training.progress import RunningSums
from core.training.step import TrainStep


class DryRun:
    """Real training steps with the batches, optimiser and precision of a run.

    Without `torch.compile`, whose preparation takes longer than anybody waits for an estimate.

    Args:
        module: The model; its weights change.
        task: Says what the loss is.
        train: Inputs (N, ...) and targets (N,); for text generation a row of ids (L,) and nothing.
        config: Every choice.
        device: Where to compute; the module is moved there.
        augment: Changes the inputs of each batch, on the device.
        padding_id: Of token ids that stand for nothing, where texts are of different lengths.

    Raises:
        DataError: There is nothing to train on.
    """

    def __init__(
        self,
        module: nn.Module,
        task: TaskSpec,
        train: Split,
        config: TrainConfig,
        device: torch.device,
        augment: Augmentation | None = None,
        padding_id: int = 0,
    ) -> None:
        config = config.model_copy(update={"compile": False})
        self.module, self.device = module.to(device).train(), device
        self._augment = augment
        self.batches = batches_on(device, task, module, train, config, padding_id)
        self._optimizer = make_optimizer(module, config, device)
        self._sums = RunningSums(device, counts_answers=False)
        self.train_step = TrainStep(module, task, config, self._optimizer, self._sums, train[1], lambda _: None)

    def draw(self) -> Iterator[Split]:
        """Yield batches as a run would see them, epoch after epoch, without end."""
        epoch = 0
        while True:
            for position in range(self.batches.steps_per_epoch):
                inputs, targets = self.batches.draw(epoch, position)
                yield inputs if self._augment is None else self._augment(inputs), targets
            epoch += 1

    def step(self, inputs: Tensor, targets: Tensor, learning_rate: float) -> float:
        """Make one step; return the loss before it, NaN if not finite."""
        set_learning_rate(self._optimizer, learning_rate)
        self._sums.reset()
        self.train_step.step(inputs, targets)
        loss = self._sums.read()["train/loss"]
        return loss if math.isfinite(loss) else math.nan

    def time_of_correction(self) -> float:
        """Repeat the optimiser step with the last gradients, and return its seconds."""
        began = time.perf_counter()
        self._optimizer.step()
        self._sums.read()  # waits for the device
        return time.perf_counter() - began
