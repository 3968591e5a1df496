"""An input that is unlike the training data is said to be so."""

from pathlib import Path

import pandas as pd

from core.services.bootstrap import open_service
from core.serving.explanation.background import Home
from core.serving.familiarity import FILE, UNLIKE, familiarity_of
from core.serving.predictor import load_predictor
from core.settings import Settings
from tests.golden.freeze import unpack


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
    assert any(said == [(), (UNLIKE,)] for said in found)
