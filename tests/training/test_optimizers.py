"""Every optimiser against steps worked out by hand: a 1 x 1 matrix at 1.0 whose gradient is always 0.5."""

import pytest
import torch
from torch import nn

from core import catalog
from core.modules.bag_of_embeddings import BagOfEmbeddings
from core.specs.config import TrainConfig
from core.training.optimizers import (
    decayed_and_free,
    l1_price,
    make_optimizer,
    optimizer_tensors,
    restore_optimizer,
    set_learning_rate,
)
from tests.bench.optimizers import OPTIMISERS, tried

CPU = torch.device("cpu")


def config(**settings: object) -> TrainConfig:
    return TrainConfig.model_validate({"task": "t", "dataset": "d", "model": "m", "learning_rate": 0.1} | settings)


def two_steps(**settings: object) -> list[float]:
    module = nn.Linear(1, 1, bias=False)
    nn.init.ones_(module.weight)
    optimizer = make_optimizer(module, config(**settings), CPU)
    values = []
    for _ in range(2):
        module.weight.grad = torch.full((1, 1), 0.5)
        optimizer.step()
        values.append(module.weight.item())
    return values


def test_sgd_looks_ahead_along_its_momentum() -> None:
    # momentum 0.5, then 0.9 * 0.5 + 0.5 = 0.95; Nesterov steps by 0.5 + 0.9 * momentum
    assert two_steps(optimizer="sgd", weight_decay=0) == pytest.approx([1 - 0.1 * 0.95, 0.905 - 0.1 * 1.355])


def test_sgd_without_looking_ahead_steps_by_its_momentum() -> None:
    values = two_steps(optimizer="sgd", weight_decay=0, nesterov=False, momentum=0.8)
    assert values == pytest.approx([1 - 0.1 * 0.5, 0.95 - 0.1 * (0.8 * 0.5 + 0.5)])


@pytest.mark.parametrize("nesterov", [True, False])
def test_sgd_without_momentum_steps_by_the_gradient_alone(nesterov: bool) -> None:
    assert two_steps(optimizer="sgd", weight_decay=0, nesterov=nesterov, momentum=0) == pytest.approx([0.95, 0.9])


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adam_shrinks_the_weight_itself(name: str) -> None:
    assert two_steps(optimizer=name, weight_decay=0.1) == pytest.approx([1 * 0.99 - 0.1, 0.89 * 0.99 - 0.1], abs=1e-5)


def test_the_decay_of_sgd_gathers_no_momentum() -> None:
    # the weight times 0.99, then the steps of SGD without a decay: 0.5, then 0.9 * 0.5 + 0.5
    values = two_steps(optimizer="sgd", weight_decay=0.1, nesterov=False)
    assert values == pytest.approx([1 * 0.99 - 0.05, 0.94 * 0.99 - 0.095])


def test_only_matrices_are_decayed() -> None:
    module = nn.Sequential(BagOfEmbeddings(5, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    decayed, free = decayed_and_free(module)
    assert [p.shape for p in decayed] == [(2, 4)]
    assert [p.shape for p in free] == [(5, 4), (4,), (4,), (2,)]


def test_frozen_parameters_are_left_out() -> None:
    module = nn.Linear(2, 2).requires_grad_(False)
    assert decayed_and_free(module) == ([], [])


def test_the_learning_rate_reaches_every_group() -> None:
    optimizer = make_optimizer(nn.Linear(2, 2), config(), CPU)
    set_learning_rate(optimizer, 0.025)
    assert [group["lr"] for group in optimizer.param_groups] == [0.025, 0.025]
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.01, 0.0]


def test_the_l1_price_is_the_sum_of_all_absolute_values() -> None:
    weights = [torch.tensor([[1.0, -2.0]], requires_grad=True), torch.tensor([[-4.0]], requires_grad=True)]
    price = l1_price(weights)
    price.backward()  # type: ignore[no-untyped-call]
    assert price.item() == 7
    assert [w.grad.tolist() for w in weights if w.grad is not None] == [[[1, -1]], [[-1]]]


def test_no_weights_cost_nothing() -> None:
    assert l1_price([]).item() == 0


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_a_restored_optimiser_steps_as_the_first_would_have(name: str) -> None:
    first, second = nn.Linear(3, 2), nn.Linear(3, 2)
    one, other = make_optimizer(first, config(optimizer=name), CPU), make_optimizer(second, config(optimizer=name), CPU)
    first(torch.ones(1, 3)).sum().backward()
    one.step()
    second.load_state_dict(first.state_dict())
    restore_optimizer(other, {key: tensor.clone() for key, tensor in optimizer_tensors(one).items()})
    for module, optimizer in ((first, one), (second, other)):
        optimizer.zero_grad()
        module(torch.tensor([[1.0, 2.0, 3.0]])).square().sum().backward()
        optimizer.step()
    assert torch.equal(first.weight, second.weight)
    assert torch.equal(first.bias, second.bias)


@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_every_optimiser_learns_with_the_learning_rate_that_it_gets_by_itself(optimizer: str) -> None:
    """One model of those that `make bench` tries in its section `optimizers`."""
    row = tried(catalog.find_model("mlp"), catalog.find_task("image-classification"), optimizer, epochs=15)
    assert row["learnt"]
    assert float(str(row["accuracy"])) > 0.7  # the commonest digit: 0.1
