"""Small parts of real sets, drawn anew by each seed: few rows to learn from, many to find out what it was worth."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from core import catalog
from core.specs import SPLITS, DatasetSpec, DatasetVersion, Examples, LoadedDataset
from tests.bench.training.cases import FOLDER


@dataclass(frozen=True)
class Case:
    """One thing to train.

    Args:
        model: Trained with its quick preset.
        examples: Returns all there is to draw from.
        rows: That are divided into training (70), validation (15) and 15 that nobody looks at; the test rows, of which
            more are better, are others.
        settings: That differ from the preset's.
    """

    task: str
    model: str
    examples: Callable[[], Examples]
    rows: int
    tested: int = 1_500  # at most
    settings: Mapping[str, object] = field(default_factory=dict)


def drawn(name: str, case: Case, rows: int, seed: int) -> DatasetSpec:
    """Return a data set that is divided already.

    Args:
        name: Of the case.
        case: Where examples come from.
        rows: To learn from, validation included.
        seed: Of the draw.
    """
    everything = case.examples()
    order = np.random.default_rng(seed).permutation(len(everything))
    train, validation = round(0.7 * rows), round(0.15 * rows)
    parts = np.split(order[: train + validation + case.tested], [train, train + validation])
    examples = {split: everything.select(np.sort(part)) for split, part in zip(SPLITS, parts, strict=True)}
    sizes: dict[str, int] = {split: len(part) for split, part in zip(SPLITS, parts, strict=True)}
    mark = f"{name}-{rows}-{seed}"
    version = DatasetVersion(name, mark, case.task, everything.labels, sizes, 0, "", "")
    loaded = LoadedDataset(version, examples)
    return DatasetSpec(name, name, case.task, "", "", "", lambda: everything, open=lambda: loaded)


def built_in(name: str) -> Callable[[], Examples]:
    """Return what loads a built-in data set."""
    return cache(lambda: catalog.find_dataset(name).load())


@cache
def mnist() -> Examples:
    """Return the test images of MNIST."""
    pixels, labels = (_idx(FOLDER / "mnist" / f"t10k-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
    return Examples(pixels[..., None], labels.astype(np.int64), tuple("0123456789"))


def _idx(file: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    content = gzip.decompress(file.read_bytes())
    sizes = np.frombuffer(content, ">u4", content[3], 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(sizes.tolist())


def images(file: str, side: int) -> Callable[[], Examples]:
    """Return what reads a ZIP of class folders.

    Args:
        file: In the folder of real sets.
        side: Pixels, to which each image is made square.
    """

    @cache
    def load() -> Examples:
        pixels, names = [], []
        with zipfile.ZipFile(FOLDER / file) as archive:
            for member in sorted(archive.namelist()):
                if member.lower().endswith((".png", ".jpg", ".jpeg")):
                    image = Image.open(io.BytesIO(archive.read(member))).convert("RGB").resize((side, side))
                    pixels.append(np.asarray(image))
                    names.append(member.split("/")[-2])
        labels = tuple(sorted(set(names)))
        return Examples(np.stack(pixels), np.array([labels.index(name) for name in names], np.int64), labels)

    return load


def texts(file: str) -> Callable[[], Examples]:
    """Return what reads a CSV of `text` and `label`."""

    @cache
    def load() -> Examples:
        with (FOLDER / "sentiment" / file).open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        labels = tuple(sorted({row["label"] for row in rows}))
        targets = np.array([labels.index(row["label"]) for row in rows], np.int64)
        return Examples(tuple(row["text"] for row in rows), targets, labels)

    return load


@cache
def laptops() -> Examples:
    """Return the laptops and their prices."""
    table = pd.read_csv(FOLDER / "tabular" / "laptop_price.csv", encoding="utf-8").drop(columns="laptop_ID")
    for column, unit in (("Ram", "GB"), ("Weight", "kg")):
        table[column] = table[column].str.removesuffix(unit).astype(float)
    return Examples(table.drop(columns="Price_euros"), table["Price_euros"].to_numpy(np.float64))


@cache
def diamonds() -> Examples:
    """Return the diamonds and their prices."""
    table = pd.read_csv(FOLDER / "tabular" / "diamonds_1k.csv")
    return Examples(table.drop(columns="price"), table["price"].to_numpy(np.float64))


def _cnn(file: str, side: int, rows: int) -> Case:
    return Case("image-classification", "small-cnn", images(file, side), rows, 400, {"width": 12})


CASES = {
    "MNIST": Case("image-classification", "mlp", mnist, 300),
    "Fashion-MNIST": _cnn("fashion_mnist/fashion_mnist_sample_6k_1k.zip", 14, 300),
    "CIFAR-10": _cnn("cifar10/cifar10_sample_6k_1k.zip", 15, 300),
    "ants and bees": _cnn("natural/hymenoptera_128.zip", 15, 200),
    "digits": Case("image-classification", "mlp", built_in("digits"), 300),
    "SST-2": Case("text-classification", "bag-of-embeddings", texts("sst2_train.csv"), 400),
    "IMDB": Case("text-classification", "bag-of-embeddings", texts("imdb_sample.csv"), 300),
    "airline tweets": Case("text-classification", "text-cnn", texts("airline_tweets.csv"), 300, 500),
    "customer feedback": Case("text-classification", "bag-of-embeddings", built_in("customer-feedback"), 200),
    "laptops": Case("tabular-regression", "mlp", laptops, 300),
    "diamonds": Case("tabular-regression", "mlp", diamonds, 300),
    "diabetes": Case("tabular-regression", "mlp", built_in("diabetes"), 200),
}
