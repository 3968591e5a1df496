"""Durations of the stages around training, predicted from short measurements on the data."""

import math
import time
from pathlib import Path

import numpy as np

from core.data.prepare.prepare_dataset import PreparedDataset
from core.runs import Stage
from core.specs import TaskSpec
from core.specs.baseline import BaselineSpec
from core.specs.config import TrainConfig
from core.worker.baselines import Baselines, Ladder, encoder_at_hand

SAMPLE, LEAST_SAMPLE = 300, 30  # examples that baselines are timed on
SAMPLE_NUMBERS = 3_000_000  # of all their inputs: pictures are large
ENCODED, WARMING = 96, 16  # examples that an encoder is timed on, after these
RESAMPLED_S = 5e-5  # an example of the test split, for the intervals of each method
WEIGHED_S, WEIGHED_EXAMPLE_S = 0.5, 3e-4  # features that are at hand: any fit, and an example
BUDGET_SHARE = 1 / 3  # of a time budget, at most, for the baselines
FEWEST_ROWS = 250  # that one learns from, however short the time
SAVING_S, DOUBTING_S = 2.0, 5.0  # speed and files; labels that are doubted, with the trial of how far that is right


def later_stages(
    task: TaskSpec,
    data: PreparedDataset,
    config: TrainConfig,
    cache_folder: Path,
    evaluation_s: float = 0.0,
    within_s: float = 0.0,
) -> dict[str, float]:
    """Return the seconds of each stage after training.

    Args:
        task: On this data.
        data: What a run would have.
        config: Of the run.
        cache_folder: Where baselines are kept.
        evaluation_s: Of one look at the validation split.
        within_s: What a baseline on a pretrained network may take; see `core.worker.baselines.Ladder`.
    """
    baselines = Baselines(cache_folder, task, data, config.seed, within_s=within_s)
    known, test, validation = baselines.are_known, len(data.examples["test"]), max(len(data.examples["validation"]), 1)
    methods = 1 + (0 if known else len(baselines.ladder.rungs))
    doubted = "classes" in task.parts and bool(config.dataset_version)
    most_s = BUDGET_SHARE * 60 * config.time_budget_min or math.inf
    return {
        Stage.BASELINES: 0.1 if known else min(baselines_s(task, data, config.seed, within_s), most_s),
        Stage.FOLDS: 0.0,
        Stage.EVALUATING: evaluation_s * test / validation + RESAMPLED_S * test * methods,
        Stage.SAVING: SAVING_S + doubted * DOUBTING_S + evaluation_s,
    }


def ladder_in_time(
    task: TaskSpec, data: PreparedDataset, config: TrainConfig, cache_folder: Path, within_s: float = 0.0
) -> Ladder:
    """Return the baselines, on fewer rows where a time budget is short.

    Rows are halved until what is timed fits; of texts that go on and of frozen encoders other rules hold.

    Args:
        task: On this data.
        data: What the run has.
        config: Of the run.
        cache_folder: Where baselines are kept: those that learnt from every row cost nothing.
        within_s: See `later_stages`.
    """
    whole = Baselines(cache_folder, task, data, config.seed, within_s=within_s)
    most_s, every = BUDGET_SHARE * 60 * config.time_budget_min, len(data.examples["train"])
    if not most_s or whole.are_known:
        return whole.ladder
    seconds = {spec: _rung_s(spec, data, config.seed) for spec in whole.ladder.rungs}
    timed_s = sum(s for spec, s in seconds.items() if spec.learns_from_fewer)
    left_s, rows = max(most_s - sum(seconds.values()) + timed_s, most_s / 3), every
    while timed_s > left_s and rows // 2 >= FEWEST_ROWS:
        rows, timed_s = rows // 2, timed_s / 2
    return whole.ladder if rows == every else whole.ladder.on(rows, every, config.time_budget_min)


def baselines_s(task: TaskSpec, data: PreparedDataset, seed: int, within_s: float = 0.0) -> float:
    """Return what the baselines take, from fitting them to some of the examples."""
    return sum(_rung_s(spec, data, seed) for spec in Ladder.of(task, data, within_s).rungs)


def _rung_s(spec: BaselineSpec, data: PreparedDataset, seed: int) -> float:
    train, validation = data.examples["train"], data.examples["validation"]
    if spec.encoder is not None and encoder_at_hand(data) is not None:
        return WEIGHED_S + WEIGHED_EXAMPLE_S * len(train)
    if spec.seconds is not None:
        return spec.seconds(train)
    numbers = int(np.prod(train.inputs.shape[1:])) if isinstance(train.inputs, np.ndarray) else 1
    count = min(len(train), max(LEAST_SAMPLE, min(SAMPLE, SAMPLE_NUMBERS // max(numbers, 1))))
    began = time.perf_counter()
    fitted = spec.fit(train.sample(count, seed), validation.sample(count, seed), seed)
    fitted.predict(data.examples["test"].sample(count, seed).inputs)
    return (time.perf_counter() - began) * min(len(train), spec.most_examples or len(train)) / max(count, 1)


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
