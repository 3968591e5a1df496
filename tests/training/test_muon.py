"""Muon against steps worked out by hand, and AdamW beside it in the same optimiser."""

import math

import pytest
import torch
from torch import nn

from core import catalog
from core.modules.bag_of_embeddings import BagOfEmbeddings
from core.specs.config import TrainConfig
from core.training.muon import Muon, orthogonal
from core.training.optimizers import (
    hidden_matrices,
    make_optimizer,
    optimizer_tensors,
    restore_optimizer,
    set_learning_rate,
)
from tests.training.tiny import TEXT

CPU = torch.device("cpu")


def config(**settings: object) -> TrainConfig:
    values = {"task": "t", "dataset": "d", "model": "m", "learning_rate": 0.1, "optimizer": "muon", "weight_decay": 0.0}
    return TrainConfig.model_validate(values | settings)


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))


def five_rounds(singular_value: float) -> float:
    """Return what Jordan's polynomial makes of one singular value."""
    for _ in range(5):
        singular_value = 3.4445 * singular_value - 4.7750 * singular_value**3 + 2.0315 * singular_value**5
    return singular_value


# --- one step by hand ---


def test_each_singular_value_goes_through_the_polynomial_on_its_own() -> None:
    made = orthogonal(torch.tensor([[[3.0, 0.0], [0.0, 4.0]]]))  # divided by their norm of 5: 0.6 and 0.8
    torch.testing.assert_close(made, torch.diag(torch.tensor([five_rounds(0.6), five_rounds(0.8)]))[None])


@pytest.mark.parametrize("shape", [(2, 3, 3), (3, 4, 40), (1, 40, 4)])
def test_all_directions_become_about_equally_strong(shape: tuple[int, int, int]) -> None:
    rows, columns = torch.arange(1.0, shape[1] + 1), torch.arange(1.0, shape[2] + 1)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    matrices = noise * rows[:, None] * columns
    before, after = torch.linalg.svdvals(matrices), torch.linalg.svdvals(orthogonal(matrices))
    assert (before.amax(1) / before.amin(1)).min() > 3
    assert after.min() > 0.6
    assert after.max() < 1.3


def test_a_gradient_of_nothing_corrects_nothing() -> None:
    assert orthogonal(torch.zeros(1, 3, 2)).tolist() == torch.zeros(1, 3, 2).tolist()


def stepped(gradients: list[torch.Tensor], **settings: object) -> torch.Tensor:
    weight = nn.Parameter(torch.eye(2))
    chosen = config(**settings)
    optimizer = Muon(
        [weight], [], lr=0.1, weight_decay=chosen.weight_decay, momentum=chosen.momentum, nesterov=chosen.nesterov,
        betas=(0.9, 0.99), fused=True,
    )  # fmt: skip
    for gradient in gradients:
        weight.grad = gradient
        optimizer.step()
    return weight.detach()


def test_a_step_is_as_large_as_one_of_adamw_whatever_the_gradient() -> None:
    expected = 1 - 0.1 * 0.2 * math.sqrt(2) * five_rounds(math.sqrt(0.5))  # both singular values are 1 / sqrt(2)
    for size in (0.01, 100):
        torch.testing.assert_close(stepped([size * torch.eye(2)]), expected * torch.eye(2))


def test_weight_decay_shrinks_the_weight_itself() -> None:
    without, decayed = stepped([torch.eye(2)]), stepped([torch.eye(2)], weight_decay=0.5)
    torch.testing.assert_close(decayed, without - 0.05 * torch.eye(2))


@pytest.mark.parametrize(("nesterov", "direction"), [(True, (0.9 * 0.09, 0.1 * 1 + 0.9 * 0.1)), (False, (0.09, 0.1))])
def test_momentum_remembers_the_direction_before(nesterov: bool, direction: tuple[float, float]) -> None:
    # The averages are 0.1, then 0.09 along the first axis; 0, then 0.1 along the second.
    first, second = torch.diag(torch.tensor([1.0, 0.0])), torch.diag(torch.tensor([0.0, 1.0]))
    change = stepped([first], nesterov=nesterov) - stepped([first, second], nesterov=nesterov)
    expected = [0.1 * 0.2 * math.sqrt(2) * five_rounds(value / math.hypot(*direction)) for value in direction]
    torch.testing.assert_close(change.diagonal(), torch.tensor(expected))


# --- which parameters ---


def test_only_weights_between_layers_are_made_orthogonal() -> None:
    module = nn.Sequential(
        BagOfEmbeddings(5, 4), nn.Linear(4, 6), nn.Conv1d(6, 6, 3), nn.BatchNorm1d(6), nn.LSTM(6, 5), nn.Linear(5, 2)
    )
    module.position = nn.Parameter(torch.zeros(1, 3, 6))
    shapes = [tuple(p.shape) for p in hidden_matrices(module)]
    assert shapes == [(6, 4), (6, 6, 3), (20, 6), (20, 5)]


def test_where_the_embeddings_answer_the_last_layer_lies_between_others_too() -> None:
    writer = catalog.find_model("mini-gpt")
    module = writer.build(writer.params.model_validate({"width": 8, "heads": 2, "depth": 1}), TEXT)
    chosen = {id(p) for p in hidden_matrices(module)}
    left = [name for name, p in module.named_parameters() if p.dim() > 1 and id(p) not in chosen]
    assert left == ["tokens.weight", "positions.weight"]


def test_a_model_without_such_weights_is_left_to_adamw() -> None:
    module, other = nn.Linear(3, 1), nn.Linear(3, 1)
    other.load_state_dict(module.state_dict())
    for one, name in ((module, "muon"), (other, "adamw")):
        optimizer = make_optimizer(one, config(optimizer=name), CPU)
        one(torch.ones(2, 3)).sum().backward()
        optimizer.step()
    assert torch.equal(module.weight, other.weight)


def test_kernels_of_a_convolution_are_matrices_of_one_row_each() -> None:
    kernels = nn.Conv2d(2, 3, 3)
    before = kernels.weight.detach().clone()
    optimizer = make_optimizer(kernels, config(), CPU)
    kernels(torch.randn(8, 2, 3, 3, generator=torch.Generator().manual_seed(0))).square().sum().backward()
    optimizer.step()
    change = (before - kernels.weight.detach()).flatten(1)  # (3, 18)
    strengths = torch.linalg.svdvals(change) / (0.1 * 0.2 * math.sqrt(18))
    assert strengths.min() > 0.6
    assert strengths.max() < 1.3


# --- one optimiser for whoever saves and steers it ---


def test_the_learning_rate_reaches_both_parts() -> None:
    module = network()
    before = [p.detach().clone() for p in module.parameters()]
    optimizer = make_optimizer(module, config(), CPU)
    set_learning_rate(optimizer, 0.0)
    module(torch.randn(5, 3)).sum().backward()
    optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))


def test_a_restored_one_steps_as_the_first_would_have() -> None:
    first, second = network(), network()
    one, other = make_optimizer(first, config(), CPU), make_optimizer(second, config(), CPU)

    def step(module: nn.Module, optimizer: torch.optim.Optimizer, seed: int) -> None:
        optimizer.zero_grad()
        module(torch.randn(5, 3, generator=torch.Generator().manual_seed(seed))).square().sum().backward()
        optimizer.step()

    step(first, one, 0)
    step(first, one, 1)
    second.load_state_dict(first.state_dict())
    restore_optimizer(other, {key: tensor.clone() for key, tensor in optimizer_tensors(one).items()})
    for module, optimizer in ((first, one), (second, other)):
        step(module, optimizer, 2)
        step(module, optimizer, 3)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_what_is_saved_is_the_momentum_of_matrices_and_the_memory_of_adamw() -> None:
    module = network()
    optimizer = make_optimizer(module, config(), CPU)
    module(torch.randn(5, 3)).sum().backward()
    optimizer.step()
    names = {key.partition(".")[2] for key in optimizer_tensors(optimizer)}
    assert names == {"momentum_buffer", "step", "exp_avg", "exp_avg_sq"}
    assert sum(key.endswith("momentum_buffer") for key in optimizer_tensors(optimizer)) == 2
