"""An input that is unlike the training data is said to be so."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from core.data.builtin.customer_feedback import read
from core.modules.standardize import StandardizeFeatures
from core.preprocessing.sentence_encoder import SentenceEncoder
from core.services.bootstrap import open_service
from core.serving.explanation.background import Home
from core.serving.familiarity import FILE, familiarity_of, threshold_of, unlike
from core.serving.predictor import Predictor, load_predictor
from core.settings import Settings
from core.specs import DatasetVersion, Examples, LoadedDataset, texts_of
from tests.golden.freeze import unpack
from tests.serving.explanation.conftest import predictor_of

FAR = (
    "Der Vertrag ist am 3. Mai gekuendigt worden, und die Frist laeuft.",
    "\N{CJK UNIFIED IDEOGRAPH-4ECA}\N{CJK UNIFIED IDEOGRAPH-5929}" * 12,
    "zxq qqv 99171 kkjw 7731 ttzz 0091 vvbx qpwo 4471 mmxn 0032",
)


def test_what_lies_far_from_all_training_examples_is_unlike_them(tmp_path: Path) -> None:
    home, _ = unpack(tmp_path)
    service = open_service(Settings(home=home))
    found = []
    for run in service.runs():
        if not run.task.startswith("tabular") or not run.test:
            continue
        predictor = load_predictor(service.folder(run.id))
        known = familiarity_of(Home.of(service.folder(run.id)), predictor)
        if known is None:
            continue
        train = Home.of(service.folder(run.id)).data(predictor.card).examples["train"].inputs
        assert isinstance(train, pd.DataFrame)
        usual = {str(name): value for name, value in train.iloc[0].to_dict().items()}
        highest = {str(name): value for name, value in train.max(numeric_only=True).to_dict().items()}
        strange = usual | highest  # each was seen, never all together
        found.append(known.remarks([usual, strange]))
        assert (service.folder(run.id) / "explanation" / FILE).exists()
    assert found
    assert any(said[0] == () and "unlike what the model was trained on" in said[1][0] for said in found)


def standardize(predictor: Predictor, train: Examples) -> None:
    """Let a model know mean and spread of its features, as training does."""
    rows = torch.as_tensor(predictor.preprocessor.transform(train.inputs))
    (layer,) = [one for one in predictor.module.modules() if isinstance(one, StandardizeFeatures)]
    layer.get_buffer("running_mean").copy_(rows.mean(0))
    layer.get_buffer("running_var").copy_(rows.var(0, correction=0))


def test_texts_far_from_what_an_encoder_was_taught_are_unlike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = read()
    short = every.select(np.array([place for place, text in enumerate(every.inputs) if len(text) < 80])).sample(300, 0)
    parts = {"train": slice(150), "validation": slice(150, 240), "test": slice(240, 300)}
    splits = {name: short.select(np.arange(300)[part]) for name, part in parts.items()}
    loaded = LoadedDataset(DatasetVersion("made", "0", "", short.labels, {}, 0, "", ""), splits)  # type: ignore[arg-type]
    monkeypatch.setattr(Home, "data", lambda _home, _card: loaded)
    predictor = predictor_of("text-classification", "minilm-frozen", SentenceEncoder(), short.labels)
    standardize(predictor, splits["train"])
    known = familiarity_of(Home(tmp_path, tmp_path, tmp_path), predictor)
    assert known is not None
    assert np.mean([not said for said in known.remarks(list(texts_of(splits["test"].inputs)))]) >= 0.95
    assert known.remarks(list(FAR)) == [(unlike(90),)] * len(FAR)


def test_of_few_validation_examples_all_are_near() -> None:
    assert threshold_of(np.arange(30.0)) == 29
    assert threshold_of(np.arange(500.0)) == 495
    assert "any of the 30 validation examples does" in unlike(30)
    assert "99 % of the validation examples do" in unlike(500)
