"""Which learning rate suits: on curves made by hand, and on the real digits."""

import math

import pytest
import torch
from torch import nn

from core import catalog
from core.data.builtin import digits
from core.specs.config import TrainConfig
from core.training.lr_finder import has_broken_away, range_test, rising_rates, smoothed, suggest
from tests.training.tiny import CPU, Split, Ticking, config, images, module

TASK = catalog.find_task("image-classification")


# --- curves made by hand ---


def test_rates_rise_by_the_same_factor_each_step() -> None:
    assert rising_rates(8) == pytest.approx([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10])


def test_the_suggestion_lies_where_the_loss_falls_most_steeply() -> None:
    rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]
    assert suggest(rates, [2.3, 2.2, 1.4, 0.6, 0.5, 3.0], wavers=0.1) == 1e-2


def test_a_steep_fall_after_the_lowest_loss_is_no_learning() -> None:
    rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]
    assert suggest(rates, [2.3, 2.2, 1.0, 9.0, 2.0, 1.9], wavers=0.1) == 1e-3


def test_a_loss_that_is_lowest_at_the_last_rate_is_left_a_factor_of_ten_below() -> None:
    assert suggest([1e-4, 1e-3], [2.0, 1.0], wavers=0.1) == pytest.approx(1e-4)


@pytest.mark.parametrize("losses", [[2.3, 2.31, 2.5, 4.0], [2.3, 2.28, 2.27, 5.0], [2.3, 2.0, 1.8, 5.0], [2.3], []])
def test_a_fall_that_chance_explains_suggests_nothing(losses: list[float]) -> None:
    assert suggest([1e-4, 1e-3, 1e-2, 1e-1][: len(losses)], losses, wavers=0.6) is None


def test_neighbours_on_both_sides_are_averaged_so_that_nothing_lags_behind() -> None:
    values = smoothed([0.0] * 20 + [1.0] + [0.0] * 20)
    assert values[20] == max(values)
    assert values[17] == pytest.approx(values[23])
    assert smoothed([3.0] * 5) == pytest.approx([3.0] * 5)


def test_a_loss_breaks_away_when_it_doubles_or_is_no_number() -> None:
    quiet = [2.2, 2.4] * 5
    assert not has_broken_away([*quiet, 1.0, 0.5, 0.5])
    assert not has_broken_away([*quiet, 4.0, 4.0, 4.0])
    assert has_broken_away([*quiet, 5.0, 5.0, 5.0])
    assert has_broken_away([*quiet, math.nan])


def test_a_loss_that_always_wavers_must_rise_further() -> None:
    wavering = [0.2, 1.8] * 5
    assert not has_broken_away([*wavering, 3.0, 3.0, 3.0])
    assert has_broken_away([*wavering, 9.0, 9.0, 9.0])


# --- real steps ---


@pytest.fixture(autouse=True)
def steps_of_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many steps there are depends on how long one takes: here as long on every machine."""
    for place in ("lr_finder", "dry_run"):
        monkeypatch.setattr(f"core.training.{place}.time", Ticking(0.01))


def digits_to_learn() -> Split:
    examples = digits.DATASET.load()
    return torch.from_numpy(examples.inputs).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(examples.targets)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(_Scaled(), nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


class _Scaled(nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.float() / 128 - 1


@pytest.mark.parametrize(
    ("optimizer", "low", "high"), [("adamw", 1e-3, 3e-2), ("sgd", 1e-2, 0.5), ("muon", 1e-3, 5e-2)]
)
def test_the_suggestion_for_the_digits_is_one_that_people_use(optimizer: str, low: float, high: float) -> None:
    chosen = config(batch_size=64, optimizer=optimizer, gradient_clip=0.0)
    found = range_test(network, TASK, digits_to_learn(), chosen, CPU)
    assert found.certain
    assert low < found.suggestion < high
    assert len(found.rates) == len(found.losses)
    assert found.losses[0] == pytest.approx(math.log(10), abs=0.3)
    assert min(found.losses) < 1


def test_the_same_seed_gives_the_same_suggestion() -> None:
    both = [range_test(network, TASK, digits_to_learn(), config(batch_size=32), CPU) for _ in range(2)]
    assert both[0] == both[1]
    assert len(both[0].rates) > 20


def test_what_cannot_be_learnt_keeps_the_learning_rate_that_it_has() -> None:
    blind = TrainConfig.model_validate(config(batch_size=8, learning_rate=0.005).model_dump())
    inputs, targets = images(64)
    found = range_test(lambda: module("mlp"), TASK, (torch.zeros_like(inputs), targets), blind, CPU)
    assert not found.certain
    assert found.suggestion == 0.005
