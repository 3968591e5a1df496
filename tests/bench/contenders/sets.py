"""The sets on which contenders are judged; `BENCH_DATA` names the folder of the real ones."""

import csv
import io
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from core.data.images.resize import shape
from core.specs import Examples
from tests.bench.contenders.chinese import reviews

DATA = Path(os.environ.get("BENCH_DATA", "/work/shared/data"))
SIDE = 64  # pixels, as photographs are imported


def texts(train: str, test: str = "") -> tuple[Examples, Examples]:
    def read(name: str) -> list[tuple[str, str]]:
        with (DATA / "sentiment" / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        label = "label" if "label" in rows[0] else "airline_sentiment"
        return [(row["text"], row[label]) for row in rows]

    pairs, others = read(train), read(test) if test else []
    labels = tuple(sorted({label for _, label in pairs}))
    made = [_of_pairs(some, labels) for some in (pairs, others)]
    return (made[0], made[1]) if others else _divided(made[0])


def _of_pairs(pairs: list[tuple[str, str]], labels: tuple[str, ...]) -> Examples:
    return Examples(
        tuple(text for text, _ in pairs), np.array([labels.index(label) for _, label in pairs], int), labels
    )


def _divided(examples: Examples) -> tuple[Examples, Examples]:
    order = np.random.default_rng(0).permutation(len(examples))
    cut = int(0.85 * len(examples))
    return examples.select(np.sort(order[:cut])), examples.select(np.sort(order[cut:]))


def _photographs() -> tuple[Examples, Examples]:
    found: dict[str, tuple[list[Any], list[int]]] = {"train": ([], []), "val": ([], [])}
    with zipfile.ZipFile(DATA / "natural" / "hymenoptera_128.zip") as archive:
        for name in archive.namelist():
            part, _, rest = name.partition("/")
            if part in found and name.lower().endswith((".jpg", ".jpeg", ".png")):
                image = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
                found[part][0].append(shape(image, SIDE, SIDE, 3))
                found[part][1].append(int(rest.startswith("bees")))
    made = [Examples(np.stack(images), np.array(kinds), ("ants", "bees")) for images, kinds in found.values()]
    return made[0], made[1]


def _table(name: str, target: str, leave_out: tuple[str, ...] = ()) -> tuple[Examples, Examples]:
    table = pd.read_csv(DATA / "tabular" / name, encoding="latin-1").drop(columns=list(leave_out))
    targets = table.pop(target)
    if targets.dtype.kind in "if":
        return _divided(Examples(table, targets.to_numpy(float)))
    labels = tuple(sorted(targets.unique()))
    return _divided(Examples(table, np.array([labels.index(one) for one in targets]), labels))


def _fashion() -> tuple[Examples, Examples]:
    found: dict[str, list[tuple[str, Any]]] = {"train": [], "test": []}
    with zipfile.ZipFile(DATA / "fashion_mnist" / "fashion_mnist_sample_6k_1k.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".png"):
                part, kind, _ = name.split("/")
                found[part].append((kind, np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("L"))))
    labels = tuple(sorted({kind for kind, _ in found["train"]}))
    made = [
        Examples(np.stack([pixels for _, pixels in some])[..., None],
                 np.array([labels.index(kind) for kind, _ in some]), labels)
        for some in found.values()
    ]  # fmt: skip
    return made[0], made[1]


def _chinese() -> tuple[Examples, Examples]:
    made = reviews(4_000)
    return made.select(np.arange(3_000)), made.select(np.arange(3_000, 4_000))


@dataclass(frozen=True)
class RealSet:
    """A set that contenders are judged on.

    Args:
        task: Of the catalogue.
        load: Returns what is learnt from and what is judged on.
        model: That is trained beside the rungs, with its quick preset.
        settings: That differ from it.
    """

    task: str
    load: Callable[[], tuple[Examples, Examples]]
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)


TEXTS, IMAGES, NUMBERS = "text-classification", "image-classification", "tabular-regression"
SETS = {
    "laptop prices": RealSet(NUMBERS, lambda: _table("laptop_price.csv", "Price_euros", ("laptop_ID",)), "mlp"),
    "diamonds": RealSet(NUMBERS, lambda: _table("diamonds_1k.csv", "price"), "mlp"),
    "diamond cuts": RealSet("tabular-classification", lambda: _table("diamonds_1k.csv", "cut"), "mlp"),
    "hymenoptera": RealSet(IMAGES, _photographs, "efficientnet-lite0"),
    "fashion": RealSet(IMAGES, _fashion, "small-cnn", {"time_budget_min": 0, "epochs": 3}),
    "sst2": RealSet(TEXTS, lambda: texts("sst2_train.csv", "sst2_dev.csv"), "minilm-frozen"),
    "airline tweets": RealSet(TEXTS, lambda: texts("airline_tweets.csv"), "minilm-frozen"),
    "chinese reviews": RealSet(TEXTS, _chinese, "e5-frozen"),
}
