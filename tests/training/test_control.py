"""Whole small trainings under every optimiser and schedule, with the penalties and changes that a person may choose."""

import pytest
import torch
from torch import Tensor

from core import catalog
from core.specs.config import TrainConfig
from core.training.augmentation import augmenter
from core.training.checkpoint import TrainingState
from core.training.trainer import Trainer
from tests.training.tiny import CPU, IMAGES, Listener, config, images, module, trainer

SMALL = {"hidden_sizes": "32-32"}
RATES = {"sgd": 0.05, "adam": 3e-3, "adamw": 3e-3, "muon": 1e-2}
CHANGES: dict[str, object] = {
    "augment_flip": True, "augment_rotate_deg": 10.0, "augment_crop": 0.1, "augment_cutout": 0.2, "augment_color": 0.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("optimizer", "schedule"), [("sgd", "one-cycle"), ("adam", "linear"), ("adamw", "cosine"), ("muon", "constant")]
)
def test_every_optimiser_and_every_schedule_learn(optimizer: str, schedule: str) -> None:
    listener = Listener()
    settings = config(optimizer=optimizer, schedule=schedule, learning_rate=RATES[optimizer], epochs=6, params=SMALL)
    trainer(settings, listener).fit()
    losses = list(listener.curve("validation/loss").values())
    assert losses[-1] < 0.7 * losses[0]
    assert list(listener.curve("validation/accuracy").values())[-1] == 1.0


@pytest.mark.parametrize("optimizer", list(RATES))
def test_a_model_that_writes_learns_under_every_optimiser(optimizer: str) -> None:
    listener = Listener()
    small = {"width": 8, "heads": 2, "depth": 2}
    settings = config("mini-gpt", optimizer=optimizer, learning_rate=RATES[optimizer], params=small)
    trainer(settings, listener).fit()
    losses = list(listener.curve("validation/loss").values())
    assert losses[-1] < losses[0]


def weights(optimizer: str, weight_decay: float = 0.0, l1: float = 0.0) -> Tensor:
    """Return the weights of a trained model, without its biases."""
    settings: dict[str, object] = {
        "optimizer": optimizer,
        "weight_decay": weight_decay,
        "l1": l1,
        "learning_rate": RATES[optimizer],
    }
    made = trainer(config("mlp", epochs=30, params=SMALL, gradient_clip=0.0, **settings))
    made.fit()
    return torch.cat([p.detach().flatten() for p in made.module.parameters() if p.dim() == 2])


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "muon"])
def test_weight_decay_makes_weights_smaller_whatever_the_optimiser(optimizer: str) -> None:
    free, decayed = (weights(optimizer, weight_decay=decay) for decay in (0.0, 1.0))
    assert decayed.square().sum() < 0.9 * free.square().sum()


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "muon"])
def test_l1_brings_most_weights_next_to_zero(optimizer: str) -> None:
    free, priced = (weights(optimizer, l1=price) for price in (0.0, 0.01))
    small = [(values.abs() < 0.01).float().mean().item() for values in (free, priced)]
    assert small[1] > 2 * small[0]


# --- interruption ---


def changed(configured: TrainConfig, *callbacks: Listener) -> Trainer:
    """Return a Trainer whose pictures are changed at random."""
    task = catalog.find_task("image-classification")
    augment = augmenter(configured, task, IMAGES)
    data = (images(40), images(20, seed=1))
    fresh = module(configured.model, configured.seed, **configured.params)
    torch.manual_seed(3)
    return Trainer(fresh, task, *data, configured, CPU, callbacks, augment=augment)


def test_a_resumed_run_sees_the_same_changed_pictures_and_ends_with_the_same_weights() -> None:
    settings = config("mlp", optimizer="muon", schedule="linear", l1=1e-4, params=SMALL, **CHANGES)
    whole = changed(settings)
    whole.fit()

    stopped = changed(settings, Listener(stop_after=7))
    stopped.fit()
    state: TrainingState = stopped.state()
    torch.manual_seed(99)
    resumed = changed(settings)
    resumed.fit(state)

    for name, tensor in whole.module.state_dict().items():
        assert torch.equal(tensor, resumed.module.state_dict()[name]), name
    unchanged = changed(config(optimizer="muon", schedule="linear", l1=1e-4, params=SMALL))
    unchanged.fit()
    assert not all(map(torch.equal, whole.module.parameters(), unchanged.module.parameters()))
