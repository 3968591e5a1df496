"""Durations of the stages around training, predicted from short measurements on the data."""

import time
from pathlib import Path

import numpy as np

from core.data.prepare.prepare_dataset import PreparedDataset
from core.runs import Stage
from core.specs import TaskSpec
from core.specs.config import TrainConfig
from core.worker.baselines import Baselines, Ladder, encoder_at_hand

SAMPLE, LEAST_SAMPLE = 300, 30  # examples that baselines are timed on
SAMPLE_NUMBERS = 3_000_000  # of all their inputs: pictures are large
ENCODED, WARMING = 96, 16  # examples that an encoder is timed on, after these
RESAMPLED_S = 5e-5  # an example of the test split, for the intervals of each method
WEIGHED_S, WEIGHED_EXAMPLE_S = 0.5, 3e-4  # features that are at hand: any fit, and an example
SAVING_S, DOUBTING_S = 2.0, 5.0  # speed and files; labels that are doubted, with the trial of how far that is right


def later_stages(
    task: TaskSpec,
    data: PreparedDataset,
    config: TrainConfig,
    cache_folder: Path,
    evaluation_s: float = 0.0,
    fitting_s: float | None = None,
    within_s: float = 0.0,
) -> dict[str, float]:
    """Return the seconds of each stage after training.

    Args:
        task: On this data.
        data: What a run would have.
        config: Of the run.
        cache_folder: Where baselines are kept.
        evaluation_s: Of one look at the validation split.
        fitting_s: Of all baselines, where that was measured; see `baselines_s`.
        within_s: What a baseline on a pretrained network may take; see `core.worker.baselines.Ladder`.
    """
    baselines = Baselines(cache_folder, task, data, config.seed, within_s=within_s)
    known, test, validation = baselines.are_known, len(data.examples["test"]), max(len(data.examples["validation"]), 1)
    methods = 1 + (0 if known else len(baselines.ladder.rungs))
    doubted = "classes" in task.parts and bool(config.dataset_version)
    return {
        Stage.BASELINES: 0.1
        if known
        else baselines_s(task, data, config.seed, within_s)
        if fitting_s is None
        else fitting_s,
        Stage.FOLDS: 0.0,
        Stage.EVALUATING: evaluation_s * test / validation + RESAMPLED_S * test * methods,
        Stage.SAVING: SAVING_S + doubted * DOUBTING_S + evaluation_s,
    }


def baselines_s(task: TaskSpec, data: PreparedDataset, seed: int, within_s: float = 0.0) -> float:
    """Return what the baselines take, from fitting them to some of the examples."""
    train, validation, total = data.examples["train"], data.examples["validation"], 0.0
    numbers = int(np.prod(train.inputs.shape[1:])) if isinstance(train.inputs, np.ndarray) else 1
    count = min(len(train), max(LEAST_SAMPLE, min(SAMPLE, SAMPLE_NUMBERS // max(numbers, 1))))
    at_hand = encoder_at_hand(data)
    for spec in Ladder.of(task, data, within_s).rungs:
        if spec.encoder is not None and at_hand is not None:
            total += WEIGHED_S + WEIGHED_EXAMPLE_S * len(train)
        elif spec.seconds is not None:
            total += spec.seconds(train)
        else:
            began = time.perf_counter()
            fitted = spec.fit(train.sample(count, seed), validation.sample(count, seed), seed)
            fitted.predict(data.examples["test"].sample(count, seed).inputs)
            total += (time.perf_counter() - began) * min(len(train), spec.most_examples or len(train)) / max(count, 1)
    return total


def encoding_s(data: PreparedDataset) -> float:
    """Return the expected seconds of encoding the remaining examples; 0 if none."""
    if data.gradual is None:
        return 0.0
    missing = data.gradual.total - data.gradual.done
    train, count = data.examples["train"], min(ENCODED, len(data.examples["train"]))
    began = time.perf_counter()
    data.preprocessor.transform(train.sample(min(WARMING, count), 0).inputs)
    loaded = time.perf_counter()
    data.preprocessor.transform(train.sample(count, 1).inputs)
    return loaded - began + (time.perf_counter() - loaded) * missing / max(count, 1)
