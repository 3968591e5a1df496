"""The Trainer, recording into a real store, over a bare hand-written loop that does the same arithmetic."""

import statistics
import tempfile
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from core import catalog
from core.bootstrap import open_database
from core.config import TrainConfig
from core.configure import make_config, model_params
from core.intake.materialise import Materialised, materialise
from core.runs import RunStatus
from core.settings import Settings
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.training.batches import training_batches
from core.training.trainer import Trainer
from core.worker.listeners import Record
from core.worker.recorder import Recorder

PAIRS = 5
CASES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("digits", "small-cnn", {"epochs": 8}),
    ("digits", "logistic-regression", {"epochs": 40}),
    ("python-docs", "mini-gpt", {"epochs": 1}),
)


def measure() -> list[dict[str, object]]:
    """Return examples per second of the Trainer over the bare loop, in pairs, for each case."""
    torch.set_num_threads(1)
    return [_case(*case) for case in CASES]


def _case(dataset: str, model: str, changes: dict[str, object]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        task = catalog.find_dataset(dataset).task
        config = make_config(task, dataset, model, "quick", changes)
        data = materialise(
            catalog.find_dataset(dataset), catalog.find_model(model), model_params(config), settings.cache_folder
        )
        ratios, speeds = [], []
        for _ in range(PAIRS):
            bare = _bare(config, data)
            ours = _trainer(config, data, settings)
            ratios.append(ours / bare)
            speeds.append(ours)
    return {
        "case": f"{model} on {dataset}",
        "trainer_over_bare": round(statistics.median(ratios), 3),
        "lowest": round(min(ratios), 3),
        "highest": round(max(ratios), 3),
        "examples_per_s": round(statistics.median(speeds)),
    }


def _build(config: TrainConfig, data: Materialised) -> nn.Module:
    torch.manual_seed(config.seed)
    built = catalog.find_model(config.model).build(model_params(config), data.info)
    return built.train()


def _split(data: Materialised, name: str) -> tuple[Tensor, Tensor]:
    arrays = data.arrays["train" if name == "train" else "validation"]
    return torch.from_numpy(arrays["inputs"]), torch.from_numpy(arrays["targets"])


def _bare(config: TrainConfig, data: Materialised) -> float:
    """Return the examples per second of a loop with nothing around it."""
    module, task = _build(config, data), catalog.find_task(config.task)
    batches = training_batches(task, module, _split(data, "train"), config.batch_size, config.seed)
    optimiser = torch.optim.AdamW(module.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    began = time.perf_counter()
    for epoch in range(config.epochs):
        for position in range(batches.steps_per_epoch):
            inputs, targets = batches.draw(epoch, position)
            loss = task.loss(module(inputs), targets, config.label_smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(module.parameters(), config.gradient_clip)
            optimiser.step()
    return config.epochs * batches.steps_per_epoch * batches.batch_size / (time.perf_counter() - began)


def _trainer(config: TrainConfig, data: Materialised, settings: Settings) -> float:
    """Return the examples per second of the Trainer, its looks at the validation split taken out."""
    database = open_database(settings)
    runs = RunStore(database)
    run = runs.create(config, "", str(time.monotonic_ns()))
    runs.update(run.id, status=RunStatus.RUNNING)
    recorder = Recorder(run.id, runs, MetricStore(database), settings.home)
    trainer = Trainer(
        _build(config, data),
        catalog.find_task(config.task),
        _split(data, "train"),
        _split(data, "validation"),
        config,
        torch.device("cpu"),
        [Record(recorder)],
    )
    looking_s = 0.0
    evaluate = trainer._evaluate

    def timed() -> None:
        nonlocal looking_s
        began = time.perf_counter()
        evaluate()
        looking_s += time.perf_counter() - began

    trainer._evaluate = timed  # type: ignore[method-assign]
    began = time.perf_counter()
    result = trainer.fit()
    seconds = time.perf_counter() - began - looking_s
    recorder.close()
    database.dispose()
    return result.examples_seen / seconds
