"""Every optimiser with every model, each with the learning rate that it gets by itself: does it learn at all?

Quick presets on few rows, cut to `EPOCHS`; the score on rows that were not learnt from beside that of the simplest
method. `BENCH_MODELS` and `BENCH_OPTIMISERS` name some of them. A few CPU minutes.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import torch

from core import catalog
from core.configure import make_config, resolve
from core.data.prepare.prepare_dataset import prepare_dataset
from core.specs import DatasetSpec, Examples, ModelSpec, TaskSpec
from core.specs.config import TrainConfig
from core.statistics.scores import score_of
from core.training.batches import split_of
from core.training.predictions import predict_split
from core.training.trainer import EVALUATION_BATCH, Trainer

OPTIMISERS = get_args(TrainConfig.model_fields["optimizer"].annotation)
ROWS, CHARACTERS = 500, 12_000
DATA = {
    "image-classification": "digits", "text-classification": "customer-feedback", "tabular-regression": "diabetes",
    "text-generation": "python-docs",
}  # fmt: skip
EPOCHS = {"text-generation": 8}
SLOW = {"minilm": 1, "resnet": 6, "vit": 20}  # epochs
# Rows, or characters, of those that learn nothing from fewer, whatever corrects them.
HUNGRY = {"mini-gpt": 60_000, "text-cnn": 2_400, "transformer": 1_200}

Row = dict[str, object]


def measure() -> Iterator[Row]:
    """Yield for each model and optimiser the learning rate, the score, and whether it is clearly above the simplest."""
    torch.set_num_threads(1)
    models = os.environ.get("BENCH_MODELS", "").split()
    optimizers = os.environ.get("BENCH_OPTIMISERS", "").split() or OPTIMISERS
    for name, model in sorted(catalog.models().items()):
        if (models and name not in models) or "source" in model.params.model_fields:
            continue  # those of a folder or the hub have weights of others, and no data set of their own
        for task in model.tasks:
            for optimizer in optimizers:
                yield tried(model, catalog.find_task(task), optimizer)


def tried(model: ModelSpec, task: TaskSpec, optimizer: str, epochs: int = 0) -> Row:
    """Train once and say what came of it.

    Args:
        model: The model.
        task: What it shall do.
        optimizer: Its name.
        epochs: As many, instead of those of the preset.
    """
    changes: dict[str, object] = {"optimizer": optimizer, "time_budget_min": 0}
    if epochs := epochs or SLOW.get(model.name, EPOCHS.get(task.name, 0)):
        changes["epochs"] = epochs
    config = make_config(task.name, DATA[task.name], model.name, "quick", changes)
    with tempfile.TemporaryDirectory() as home:
        params = resolve(config).params
        source = few(catalog.find_dataset(DATA[task.name]), HUNGRY.get(model.name, 0))
        data = prepare_dataset(source, model, params, Path(home))
        task = task.on(data.info)
        torch.manual_seed(0)
        module = model.build(params, data.info)
        if model.load_pretrained is not None:
            model.load_pretrained(params, module)
        splits = {str(name): split_of(arrays) for name, arrays in data.arrays.items()}
        context = task.context(module)
        Trainer(
            module, task, splits["train"], splits["validation"], config, torch.device("cpu"),
            padding_id=data.info.padding_id, vocabulary_size=data.info.vocabulary_size,
        ).fit()  # fmt: skip
        predictions = predict_split(
            task, module, *splits["test"], "cpu", 64 if context else EVALUATION_BATCH,
            context, data.info.padding_id,
        )  # fmt: skip
        examples = data.examples
        simplest = next(iter(catalog.baselines(task.name).values()))
        fitted, test = simplest.fit(examples["train"], examples["validation"], 0), examples["test"]
        simple = task.predictions_from(fitted.predict(test.inputs), test)
    metric = task.metric(task.primary_metric)
    score, bar = score_of(metric, predictions, task.bootstrap_block, 0), metric.compute(simple)
    learnt = score.ci_low > bar if metric.direction == "max" else score.ci_high < bar
    return {
        "model": model.name, "optimiser": optimizer, "learning_rate": f"{config.learning_rate:g}",
        "data": config.dataset, metric.name: round(score.value, 3), fitted.called: round(bar, 3),
        "learnt": bool(learnt),
    }  # fmt: skip


def few(dataset: DatasetSpec, count: int = 0) -> DatasetSpec:
    """Return a data set with few of its rows, or characters: the usual number, or another."""

    def load() -> Examples:
        everything = dataset.load()
        if dataset.task == "text-generation":
            assert isinstance(everything.inputs, tuple)
            return Examples(("\n\n".join(everything.inputs)[: count or CHARACTERS],), everything.targets)
        chosen = np.random.default_rng(0).permutation(len(everything))[: count or ROWS]
        return everything.select(np.sort(chosen))

    return DatasetSpec(dataset.name, dataset.title, dataset.task, "", "", "", load)
