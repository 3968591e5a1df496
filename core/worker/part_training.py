"""A run's model trained once more on other rows, only to judge."""

import shutil
from pathlib import Path

import torch

from core.configure import RunSpec
from core.data.prepare.prepare_dataset import PreparedDataset
from core.specs import Predictions
from core.specs.config import TrainConfig
from core.training.augmentation import augmenter
from core.training.batches import split_of
from core.training.callbacks import BestCheckpoint, Callback
from core.training.checkpoint import ModelCard, load_weights
from core.training.device import seed_everything
from core.training.predictions import predict_split
from core.training.trainer import Trainer
from core.worker.evaluation import EVALUATION_BATCH


def trained_predictions(
    spec: RunSpec, config: TrainConfig, data: PreparedDataset, device: torch.device, place: Path, watch: Callback
) -> Predictions | None:
    """Train the run's model anew and return its test predictions; None if stopped.

    Args:
        spec: Of the run.
        config: The run's, with the seed of this training.
        data: What it learns from, is steered by and judged on.
        device: Where it computes.
        place: A folder for its weights, removed afterwards.
        watch: Told of each step; may end it.
    """
    seed_everything(config.seed)
    task, module = spec.task.on(data.info), spec.model.build(spec.params, data.info)
    if spec.model.load_pretrained is not None:
        spec.model.load_pretrained(spec.params, module)
    card = ModelCard(
        task=config.task, dataset=config.dataset, dataset_fingerprint=data.version.fingerprint, model=config.model,
        params=config.params, preprocessor={}, labels=data.version.labels, info={},
    )  # fmt: skip
    trainer = Trainer(
        module, task, split_of(data.arrays["train"]), split_of(data.arrays["validation"]), config, device,
        [BestCheckpoint(place, card), watch], augment=augmenter(config, task, data.info),
        padding_id=data.info.padding_id, vocabulary_size=data.info.vocabulary_size,
    )  # fmt: skip
    if trainer.fit().stopped:
        return None
    load_weights(place, module)
    test = data.arrays["test"]
    predictions = predict_split(
        task, module, test["inputs"], test["targets"], device, EVALUATION_BATCH, padding_id=data.info.padding_id
    )
    shutil.rmtree(place, ignore_errors=True)
    return predictions
