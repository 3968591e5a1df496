"""Small models with known weights, and a home in which an explanation may be kept."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from core import catalog
from core.preprocessing.columns import ColumnPreprocessor
from core.preprocessing.ngrams import NgramPreprocessor
from core.preprocessing.words import WordPreprocessor
from core.serving.explanation.background import Home
from core.serving.predictor import Predictor
from core.specs import DatasetVersion, Examples, LoadedDataset, Preprocessor
from core.training.checkpoint import ModelCard

TEXTS = ("good tea, very good", "bad soup", "good rice and tea", "bad and cold rice", "tea is fine", "soup was bad")


def predictor_of(
    task: str, model: str, preprocessor: Preprocessor, labels: tuple[str, ...], **params: Any
) -> Predictor:
    """Return a model that has learnt nothing, its weights chance."""
    spec, info = catalog.find_model(model), preprocessor.info(labels)
    torch.manual_seed(1)
    module = spec.build(spec.params(**params), info)
    with torch.no_grad():
        for weights in module.parameters():
            weights.copy_(torch.randn(weights.shape) * 0.5)
    card = ModelCard(
        task=task, dataset="made", dataset_fingerprint="0", model=model, params={},
        preprocessor={"kind": preprocessor.kind, "state": preprocessor.state()}, labels=labels, info=asdict(info),
    )  # fmt: skip
    return Predictor(card, catalog.find_task(task).on(info), info, preprocessor, module.eval(), "cpu")


@pytest.fixture(scope="session")
def rows() -> Examples:
    """300 rows whose number is 3 times one column and minus another, which a third has nothing to do with."""
    chance = np.random.default_rng(0)
    table = pd.DataFrame({"size": chance.normal(5, 2, 300), "age": chance.normal(40, 10, 300)})
    table["noise"] = chance.normal(0, 1, 300)
    table["town"] = pd.Series(chance.choice(["Ulm", "Bonn"], 300), dtype=object)
    targets = 3 * table["size"].to_numpy() - 0.1 * table["age"].to_numpy() + chance.normal(0, 0.2, 300)
    return Examples(table, targets)


@pytest.fixture
def linear(rows: Examples) -> Predictor:
    """Least squares on the rows."""
    preprocessor = ColumnPreprocessor.fit(rows)
    found = predictor_of("tabular-regression", "linear", preprocessor, ())
    features = preprocessor.transform(rows.inputs).astype(np.float64)
    wanted = (rows.targets - found.info.target_mean) / found.info.target_std
    design = np.column_stack([features, np.ones(len(features))])
    weights = np.linalg.lstsq(design, wanted, rcond=None)[0]
    layer: Any = found.module[0]  # type: ignore[index]
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights[None, :-1]))
        layer.bias.copy_(torch.tensor(weights[-1:]))
    return found


@pytest.fixture
def ngrams() -> Predictor:
    preprocessor = NgramPreprocessor.fit(Examples(TEXTS, np.array([1, 0, 1, 0, 1, 0])), 1_000, 200)
    found = predictor_of("text-classification", "ngram-linear", preprocessor, ("bad", "good"))
    with torch.no_grad():
        found.module.embedding.weight[0].zero_()  # type: ignore[union-attr, index]
    return found


@pytest.fixture
def reader() -> Predictor:
    preprocessor = WordPreprocessor.fit(Examples(TEXTS, np.array([1, 0, 1, 0, 1, 0])), 100, 12)
    return predictor_of("text-classification", "text-cnn", preprocessor, ("bad", "good"))


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Examples], Home]:
    """Return a home whose data are these examples, in all three splits."""

    def home_of(examples: Examples) -> Home:
        home = Home(tmp_path, tmp_path, tmp_path)
        version = DatasetVersion("made", "0", "", examples.labels, {}, 0, "", "")
        loaded = LoadedDataset(version, {"train": examples, "validation": examples, "test": replace(examples)})
        monkeypatch.setattr(Home, "data", lambda _home, _card: loaded)
        return home

    return home_of
