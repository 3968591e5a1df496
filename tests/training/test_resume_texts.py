"""Models that read texts, stopped and resumed: the same as ones that never stopped, with words hidden at random."""

from pathlib import Path

import pytest
import torch

from core import catalog
from core.specs import DataInfo
from core.specs.config import TrainConfig
from core.training.augmentation import augmenter
from core.training.checkpoint import load_state, save_state
from core.training.trainer import Trainer
from tests.training.tiny import CPU, Listener, Split

INFO = DataInfo(("short", "long"), (16,), vocabulary_size=30)
CASES = {
    "bag-of-embeddings": {"width": 8},
    "text-cnn": {"width": 8, "filters": 4},
    "bilstm": {"embedding_width": 8, "width": 4, "depth": 2},
    "transformer": {"width": 8, "heads": 2, "depth": 2},
}


def texts(count: int, seed: int) -> Split:
    """Return texts of 1 to 16 words, (N, 16) padded at the end, whose class is whether they are long, (N,)."""
    chance = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 17, (count,), generator=chance)
    ids = torch.randint(1, 30, (count, 16), generator=chance)
    return ids * (torch.arange(16) < lengths[:, None]), (lengths > 8).long()


def trainer(model: str, seed: int, listener: Listener) -> Trainer:
    task, spec = catalog.find_task("text-classification"), catalog.find_model(model)
    config = TrainConfig(
        task=task.name,
        dataset="tiny",
        model=model,
        epochs=4,
        batch_size=8,
        learning_rate=0.01,
        optimizer="muon",
        augment_token_dropout=0.3,
    )
    torch.manual_seed(seed)
    made = spec.build(spec.params.model_validate(CASES[model]), INFO)
    augment = augmenter(config, task, INFO)
    assert augment is not None
    return Trainer(made, task, texts(40, 0), texts(20, 1), config, CPU, (listener,), augment=augment)


@pytest.mark.parametrize("model", CASES)
def test_a_resumed_reader_equals_an_uninterrupted_one(model: str, tmp_path: Path) -> None:
    whole = trainer(model, 0, Listener())
    whole.fit()
    first = trainer(model, 0, Listener(stop_after=7))
    assert first.fit().stopped
    save_state(tmp_path / "last", first.state())
    torch.manual_seed(99)
    second = trainer(model, 99, Listener())
    assert second.fit(resume=load_state(tmp_path / "last")).steps == 20
    for name, tensor in whole.module.state_dict().items():
        assert torch.equal(tensor, second.module.state_dict()[name]), name
