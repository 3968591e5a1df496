"""One training, of which everything is kept that any rule could choose by: each look, and what it was worth."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core import catalog
from core.configure import make_config, resolve
from core.data.prepare.prepare_dataset import prepare_dataset
from core.specs import DatasetSpec, Predictions, TaskSpec
from core.training.batches import split_of
from core.training.callbacks import Callback
from core.training.predictions import predict_split
from core.training.trainer import EVALUATION_BATCH, Trainer

AVERAGED = 0.05  # of the run, that an average of the weights remembers


@dataclass(frozen=True, eq=False)
class Measured:
    """One look at the validation split.

    Args:
        step: When.
        value: Score on the validation split, the higher the better.
        loss: Mean loss there.
        rows: (N,) of which the score is the mean: right or wrong, or minus the squared error.
        test: Score on the test split.
        test_loss: Mean loss there.
    """

    step: int
    value: float
    loss: float
    rows: NDArray[np.float64]
    test: float
    test_loss: float


class Watch(Callback):
    """Keeps each look, of the weights and of their moving average."""

    def __init__(
        self, task: TaskSpec, splits: Mapping[str, tuple[torch.Tensor, torch.Tensor]], padding_id: int
    ) -> None:
        self._task, self._splits, self._padding_id = task, splits, padding_id
        self.looks: list[Measured] = []
        self.averaged: list[Measured] = []
        self._average: nn.Module | None = None

    def on_step_end(self, trainer: Trainer) -> None:
        """Go on with the average."""
        if self._average is None:
            self._average = copy.deepcopy(trainer.module)
        step = trainer.progress.step
        share = max(1 / (AVERAGED * trainer.steps_total), 1 / (1 + step))
        with torch.no_grad():
            for mean, now in zip(
                self._average.state_dict().values(), trainer.module.state_dict().values(), strict=True
            ):
                if mean.is_floating_point():
                    mean.lerp_(now, share)
                else:
                    mean.copy_(now)

    def on_evaluation(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
        """Look at what the test split says as well."""
        assert trainer.predictions is not None
        step = trainer.progress.step
        self.looks.append(self._look(step, trainer.module, trainer.predictions))
        if self._average is not None and step == trainer.steps_total:
            self.averaged.append(self._look(step, self._average, self._measure(self._average, "validation")))

    def _look(self, step: int, module: nn.Module, seen: Predictions) -> Measured:
        test = self._measure(module, "test")
        rows = (
            -((seen.predicted - seen.targets) ** 2)
            if self._task.output_kind == "number"
            else (seen.predicted == seen.targets)
        )
        primary = self._task.metric(self._task.primary_metric)
        return Measured(
            step, primary.compute(seen), float(seen.nll.mean()), rows.astype(np.float64), primary.compute(test),
            float(test.nll.mean()),
        )  # fmt: skip

    def _measure(self, module: nn.Module, split: str) -> Predictions:
        return predict_split(
            self._task, module, *self._splits[split], "cpu", EVALUATION_BATCH, padding_id=self._padding_id
        )


def watched(dataset: DatasetSpec, model: str, seed: int, cache: Path, settings: Mapping[str, object]) -> Watch:
    """Train once, and return what was seen.

    Args:
        dataset: What to learn from.
        model: The model.
        seed: Of the run.
        cache: Where arrays are kept.
        settings: That differ from those of the quick preset.
    """
    spec = catalog.find_model(model)
    config = make_config(dataset.task, dataset.name, model, "quick", {"seed": seed, "time_budget_min": 0, **settings})
    data = prepare_dataset(dataset, spec, resolve(config).params, cache)
    task = catalog.find_task(dataset.task).on(data.info)
    torch.manual_seed(seed)
    module = spec.build(resolve(config).params, data.info)
    splits = {name: split_of(arrays) for name, arrays in data.arrays.items()}
    watch = Watch(task, {str(name): split for name, split in splits.items()}, data.info.padding_id)
    Trainer(
        module, task, splits["train"], splits["validation"], config, torch.device("cpu"), [watch],
        padding_id=data.info.padding_id,
    ).fit()  # fmt: skip
    return watch
