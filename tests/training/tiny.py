"""Tasks, data and a listener small enough to train in a blink."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from core import catalog
from core.specs import DataInfo
from core.specs.config import TrainConfig
from core.training.callbacks import Callback
from core.training.trainer import Trainer

CPU = torch.device("cpu")
Split = tuple[Tensor, Tensor]
IMAGES = DataInfo(("dark", "bright"), (1, 8, 8), channel_mean=(0.5,), channel_std=(0.3,))
TEXT = DataInfo((), (8,), vocabulary_size=12)


def images(count: int, seed: int = 0) -> Split:
    """Return pictures whose class is whether they are bright, (N, 1, 8, 8) bytes and (N,)."""
    chance = torch.Generator().manual_seed(seed)
    targets = torch.randint(0, 2, (count,), generator=chance)
    noise = torch.randint(0, 128, (count, 1, 8, 8), generator=chance)
    return (noise + 100 * targets.view(-1, 1, 1, 1)).to(torch.uint8), targets


def text(length: int, seed: int = 0) -> Split:
    """Return a row of ids that counts up to 10 again and again with some noise, (L,), and no targets."""
    chance = torch.Generator().manual_seed(seed)
    ids = torch.arange(length) % 10 + torch.randint(0, 2, (length,), generator=chance)
    return ids, torch.empty(0, dtype=torch.int64)


def config(model: str = "mlp", **settings: object) -> TrainConfig:
    """Return a configuration of four epochs."""
    task = "text-generation" if model in catalog.models("text-generation") else "image-classification"
    values = {"task": task, "dataset": "tiny", "model": model, "epochs": 4, "batch_size": 8} | settings
    return TrainConfig.model_validate(values)


def module(model: str = "mlp", seed: int = 0, **params: object) -> nn.Module:
    """Return a fresh model of the catalogue for the tiny data."""
    torch.manual_seed(seed)
    spec = catalog.find_model(model)
    return spec.build(spec.params.model_validate(params), TEXT if "text-generation" in spec.tasks else IMAGES)


class Ticking:
    """In the place of the module `time`: goes on by a tick when somebody looks at it, on every machine alike."""

    def __init__(self, tick_s: float = 0.0) -> None:
        self.now, self.tick_s = 0.0, tick_s

    def perf_counter(self) -> float:
        self.now += self.tick_s
        return self.now


class Listener(Callback):
    """Writes down all metrics, and asks to stop after one step if wanted."""

    def __init__(self, stop_after: int = 0) -> None:
        self.stop_after = stop_after
        self.calls: list[str] = []
        self.metrics: dict[tuple[int, str], float] = {}

    def on_fit_start(self, trainer: Trainer) -> None:
        self.calls.append("start")

    def on_step_end(self, trainer: Trainer) -> None:
        if trainer.progress.step == self.stop_after:
            trainer.request_stop()

    def on_log(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
        self.calls.append("log")
        self.metrics |= {(trainer.progress.step, key): value for key, value in metrics.items()}

    def on_evaluation(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
        self.calls.append("evaluation")
        self.metrics |= {(trainer.progress.step, key): value for key, value in metrics.items()}

    def on_fit_end(self, trainer: Trainer) -> None:
        self.calls.append("end")

    def curve(self, key: str) -> dict[int, float]:
        """Return one curve by step."""
        return {step: value for (step, name), value in self.metrics.items() if name == key}


def trainer(
    configured: TrainConfig, *callbacks: Callback, made: nn.Module | None = None, examples: int = 40
) -> Trainer:
    """Return a Trainer on the tiny data of the configuration's task."""
    is_text = configured.task == "text-generation"
    train = text(8 * (examples + 1) + 1) if is_text else images(examples)
    validation = text(100, seed=1) if is_text else images(20, seed=1)
    fresh = made if made is not None else module(configured.model, configured.seed, **configured.params)
    return Trainer(fresh, catalog.find_task(configured.task), train, validation, configured, CPU, callbacks)
