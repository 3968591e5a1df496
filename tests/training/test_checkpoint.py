import json
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from core.errors import CheckpointUnusable
from core.specs import DataInfo
from core.training import checkpoint
from core.training.checkpoint import (
    Best,
    ModelCard,
    TrainingState,
    load_state,
    load_weights,
    read_card,
    save_model,
    save_state,
)

CARD = ModelCard(
    task="image-classification",
    dataset="digits",
    dataset_fingerprint="abc",
    model="mlp",
    params={"hidden_size": 8},
    preprocessor={"kind": "images", "state": {"shape": [1, 8, 8]}},
    labels=("no", "yes"),
    info={"labels": ["no", "yes"], "input_shape": [1, 8, 8], "channel_mean": [0.5], "channel_std": [0.25]},
    step=12,
    metrics={"validation/loss": 0.5, "validation/accuracy": math.inf},
)
STATE = TrainingState(
    config_hash="c0ffee",
    step=7,
    steps_per_epoch=5,
    steps_since_log=1,
    examples_since_log=4,
    train_time_s=1.5,
    best=Best(5, 0.75, 0.6),
    tensors={"model.weight": torch.tensor([1.0, 2.0]), "random.cpu": torch.get_rng_state()},
)


def module(value: float = 1.0) -> nn.Linear:
    made = nn.Linear(3, 2)
    nn.init.constant_(made.weight, value)
    return made


def test_a_saved_model_comes_back_with_its_card(tmp_path: Path) -> None:
    folder = tmp_path / "best"
    save_model(folder, module(0.25), CARD)
    fresh = module()
    load_weights(folder, fresh)
    assert torch.equal(fresh.weight, torch.full((2, 3), 0.25))
    assert read_card(folder) == CARD
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "model.safetensors"]


def test_the_card_tells_how_to_build_the_model_again(tmp_path: Path) -> None:
    save_model(tmp_path / "best", module(), CARD)
    expected = DataInfo(("no", "yes"), (1, 8, 8), channel_mean=(0.5,), channel_std=(0.25,))
    assert read_card(tmp_path / "best").data_info() == expected


def test_the_newer_checkpoint_takes_the_place_of_the_older(tmp_path: Path) -> None:
    save_model(tmp_path / "best", module(1.0), CARD)
    save_model(tmp_path / "best", module(2.0), CARD)
    fresh = module()
    load_weights(tmp_path / "best", fresh)
    assert fresh.weight[0, 0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["best"]


def test_a_write_that_fails_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_model(tmp_path / "best", module(1.0), CARD)

    def disk_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "_flush_to_disk", disk_full)
    with pytest.raises(OSError, match="No space left"):
        save_model(tmp_path / "best", module(2.0), CARD)
    fresh = module()
    load_weights(tmp_path / "best", fresh)
    assert fresh.weight[0, 0] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["best"]


def test_a_power_cut_between_the_two_moves_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "best"
    save_model(folder, module(1.0), CARD)
    folder.rename(tmp_path / ".best.old")  # where the old one lies while the new one takes its place
    assert read_card(folder) == CARD
    save_model(folder, module(3.0), CARD)
    fresh = module()
    load_weights(folder, fresh)
    assert fresh.weight[0, 0] == 3
    assert [path.name for path in tmp_path.iterdir()] == ["best"]


@pytest.mark.parametrize("damage", ["truncated", "altered", "emptied"])
def test_damaged_weights_are_refused_in_words(tmp_path: Path, damage: str) -> None:
    save_model(tmp_path / "best", module(), CARD)
    file = tmp_path / "best" / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes({"truncated": bytes(content[:-8]), "altered": bytes(content), "emptied": b""}[damage])
    with pytest.raises(CheckpointUnusable, match=r"damaged: model.safetensors is cut off or was altered"):
        load_weights(tmp_path / "best", module())


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"format": 2, "content": {}}', '{"format": 1, "content": {}}']
)
def test_a_card_that_is_not_ours_is_refused_in_words(tmp_path: Path, content: str) -> None:
    save_model(tmp_path / "best", module(), CARD)
    (tmp_path / "best" / "card.json").write_text(content)
    with pytest.raises(CheckpointUnusable, match="holds no complete Touchstone checkpoint"):
        read_card(tmp_path / "best")


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointUnusable, match=r"There is no checkpoint at .*nowhere"):
        read_card(tmp_path / "nowhere")


def test_missing_weights_are_refused_in_words(tmp_path: Path) -> None:
    save_model(tmp_path / "best", module(), CARD)
    (tmp_path / "best" / "model.safetensors").unlink()
    with pytest.raises(CheckpointUnusable, match="holds no complete Touchstone checkpoint"):
        load_weights(tmp_path / "best", module())


def test_weights_of_another_model_are_refused_in_words(tmp_path: Path) -> None:
    save_model(tmp_path / "best", module(), CARD)
    with pytest.raises(CheckpointUnusable, match="another model or with other settings"):
        load_weights(tmp_path / "best", nn.Linear(4, 2))


def test_a_saved_state_comes_back_whole(tmp_path: Path) -> None:
    save_state(tmp_path / "last", STATE)
    loaded = load_state(tmp_path / "last")
    assert (loaded.config_hash, loaded.step, loaded.steps_per_epoch) == ("c0ffee", 7, 5)
    assert (loaded.steps_since_log, loaded.examples_since_log, loaded.train_time_s) == (1, 4, 1.5)
    assert loaded.best == Best(5, 0.75, 0.6)
    assert loaded.part("model")["weight"].tolist() == [1.0, 2.0]
    assert torch.equal(loaded.part("random")["cpu"], STATE.tensors["random.cpu"])


def test_a_damaged_state_is_refused_in_words(tmp_path: Path) -> None:
    save_state(tmp_path / "last", STATE)
    file = tmp_path / "last" / "state.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(CheckpointUnusable, match="damaged"):
        load_state(tmp_path / "last")


def test_a_state_with_other_fields_is_refused_in_words(tmp_path: Path) -> None:
    save_state(tmp_path / "last", STATE)
    file = tmp_path / "last" / "state.json"
    document = json.loads(file.read_text())
    del document["content"]["step"]
    file.write_text(json.dumps(document))
    with pytest.raises(CheckpointUnusable, match="holds no complete"):
        load_state(tmp_path / "last")


def test_a_model_is_no_state(tmp_path: Path) -> None:
    save_model(tmp_path / "best", module(), CARD)
    with pytest.raises(CheckpointUnusable, match="holds no complete"):
        load_state(tmp_path / "best")
