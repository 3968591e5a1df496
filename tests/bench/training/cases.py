"""What is trained: real sets where they are, built-in data where not; one job that all contestants do."""

import csv
import gzip
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from core import catalog
from core.configure import make_config, resolve
from core.data.prepare.prepare_dataset import PreparedDataset, prepare_dataset
from core.settings import Settings
from core.specs import DatasetSpec, Examples, TaskSpec
from core.specs.config import TrainConfig
from core.training.batches import Split

FOLDER = Path(os.environ.get("BENCH_DATA", "/work/shared/data"))
SEED = 0
# What all contestants do alike, whatever a preset says by now.
ALIKE = {
    "optimizer": "adamw", "schedule": "cosine", "warmup_fraction": 0.05, "weight_decay": 0.01, "gradient_clip": 1.0,
    "patience": 0, "time_budget_min": 0.0, "seed": SEED,
}  # fmt: skip
CLOCKS = {"wall": time.perf_counter, "process": time.process_time, "thread": time.thread_time}


def clock() -> float:
    """Return seconds: of the clock, or those that this thread or this process has spent on the processor."""
    return CLOCKS[os.environ.get("BENCH_CLOCK", "wall")]()


@dataclass(frozen=True)
class Time:
    """How long one contestant took.

    Args:
        training_s: Seconds without looks at the validation split; saving and recording included.
        all_s: Seconds of everything.
    """

    training_s: float
    all_s: float


@dataclass(frozen=True)
class Case:
    """One thing to train.

    Args:
        model: The model.
        real: The data set in the folder of real ones.
        built_in: What stands in for it elsewhere.
        settings: That differ from the quick preset's.
        examples: At most so many of the training split; of a text ids.
        validation: At most so many of the validation split.
        goal: Ratio over the bare loop that the project has set itself.
        repeats: How often it is measured.
    """

    model: str
    real: str
    built_in: str
    settings: Mapping[str, object]
    examples: int
    validation: int
    goal: float
    repeats: int = 5


CASES = {
    "small-cnn on MNIST": Case("small-cnn", "mnist", "digits", {"epochs": 2, "batch_size": 128}, 3_840, 768, 0.97),
    "mini-gpt on Tiny Shakespeare": Case(
        "mini-gpt", "tiny_shakespeare", "python-docs", {"epochs": 3, "dropout": 0.0}, 60_000, 8_000, 0.97
    ),
    "minilm on SST-2": Case(
        "minilm", "sst2", "customer-feedback", {"epochs": 2, "batch_size": 32}, 800, 128, 0.97, repeats=3
    ),
    "logistic-regression on digits": Case("logistic-regression", "", "digits", {"epochs": 60}, 10**6, 10**6, 0.95),
    "mlp on digits": Case("mlp", "", "digits", {"epochs": 60}, 10**6, 10**6, 0.95),
    "small-cnn on digits": Case("small-cnn", "", "digits", {"epochs": 10}, 10**6, 10**6, 0.90),
}


@dataclass(frozen=True, eq=False)
class Job:
    """A case with its data: what every contestant is given."""

    config: TrainConfig
    task: TaskSpec
    data: PreparedDataset
    train: Split  # inputs (N, ...) and targets (N,); of a text ids (L,) and nothing
    validation: Split
    source: str
    settings: Settings
    folder: Path = field(default_factory=Path)  # where contestants save

    @property
    def is_text(self) -> bool:
        """Whether a long text is learnt, in windows."""
        return self.task.output_kind == "text"

    @property
    def steps(self) -> int:
        """Of the whole run."""
        return self.config.epochs * self.steps_per_epoch

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches only."""
        return len(self.windows(self.train)[0] if self.is_text else self.train[0]) // self.config.batch_size

    @property
    def examples(self) -> int:
        """How many are trained on in all, each as often as there are epochs."""
        return self.steps * self.config.batch_size

    def build(self) -> nn.Module:
        """Return the model as it is before the first step, the same for everybody."""
        torch.manual_seed(SEED)
        spec, params = catalog.find_model(self.config.model), resolve(self.config).params
        module = spec.build(params, self.data.info)
        if spec.load_pretrained is not None:
            spec.load_pretrained(params, module)
        return module.train()

    def windows(self, split: Split) -> Split:
        """Return a long text as rows of ids and, one further on, of targets, (N, T) each."""
        context = self.data.info.input_shape[0]
        ids = split[0].long()
        count = (len(ids) - 1) // context - 1  # the Trainer leaves one out as well, for its shifts
        return ids[: count * context].view(count, context), ids[1 : count * context + 1].view(count, context)


@contextmanager
def load(case: Case) -> Iterator[Job]:
    """Prepare a case in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        real = REAL[case.real]() if case.real and FOLDER.is_dir() else None
        dataset = real or catalog.find_dataset(case.built_in)
        spec = catalog.find_model(case.model)
        config = make_config(dataset.task, case.built_in, case.model, "quick", {**ALIKE, **case.settings})
        data = prepare_dataset(dataset, spec, resolve(config).params, settings.cache_folder)
        if config.label_smoothing or config.l1 or config.class_weights != "none":
            raise ValueError("the loops written by hand know no such losses")
        yield Job(
            config=config,
            task=catalog.find_task(dataset.task).on(data.info),
            data=data,
            train=_tensors(data, "train", case.examples),
            validation=_tensors(data, "validation", case.validation),
            source=dataset.title if real else f"{dataset.title} (built in)",
            settings=settings,
            folder=Path(home),
        )


def _tensors(data: PreparedDataset, split: str, most: int) -> Split:
    arrays = data.arrays["train" if split == "train" else "validation"]
    inputs, targets = (torch.from_numpy(np.array(arrays[name][:most])) for name in ("inputs", "targets"))
    return inputs, targets


def _mnist() -> DatasetSpec:
    def load() -> Examples:
        images, labels = (_idx(FOLDER / "mnist" / f"train-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
        return Examples(images[:12_000, :, :, None], labels[:12_000].astype(np.int64), tuple("0123456789"))

    return _spec("mnist", "MNIST", "image-classification", load)


def _idx(file: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    content = gzip.decompress(file.read_bytes())
    sizes = np.frombuffer(content, ">u4", content[3], 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(sizes.tolist())


def _sst2() -> DatasetSpec:
    def load() -> Examples:
        with (FOLDER / "sentiment" / "sst2_train.csv").open(newline="", encoding="utf-8") as lines:
            rows = [(row["text"], row["label"]) for row in csv.DictReader(lines)]
        labels = tuple(sorted({label for _, label in rows}))
        targets = np.array([labels.index(label) for _, label in rows], np.int64)
        return Examples(tuple(text for text, _ in rows), targets, labels)

    return _spec("sst2", "SST-2", "text-classification", load)


def _tiny_shakespeare() -> DatasetSpec:
    def load() -> Examples:
        text = (FOLDER / "text" / "tiny_shakespeare.txt").read_text(encoding="utf-8")
        return Examples((text,), np.zeros(0, np.int64))

    return _spec("tiny-shakespeare", "Tiny Shakespeare", "text-generation", load)


def _spec(name: str, title: str, task: str, load: Callable[[], Examples]) -> DatasetSpec:
    return DatasetSpec(name, title, task, "For measuring.", "not ours", str(FOLDER), load)


REAL = {"mnist": _mnist, "sst2": _sst2, "tiny_shakespeare": _tiny_shakespeare}
