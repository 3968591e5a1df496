"""One step: in parts, where memory is short, with weights for rare classes, in 16 bits."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from core import catalog
from core.specs.config import TrainConfig
from core.training.optimizers import make_optimizer
from core.training.progress import RunningSums
from core.training.step import TrainStep, balanced_weights, compiled, is_out_of_memory, precision_on
from tests.training.tiny import CPU, Listener, config, images, module, trainer

TASK = catalog.find_task("image-classification")


class Cramped(nn.Module):
    """A linear model on a device with room for so many examples at once."""

    def __init__(self, room: int, error: Callable[[], BaseException]) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 2)
        self.room, self.error = room, error
        self.sizes: list[int] = []

    def forward(self, inputs: Tensor) -> Tensor:
        self.sizes.append(len(inputs))
        if len(inputs) > self.room:
            raise self.error()
        logits: Tensor = self.linear(inputs)
        return logits


def train_step(made: nn.Module, configured: TrainConfig, parts: list[int] | None = None) -> TrainStep:
    noted: list[int] = [] if parts is None else parts
    optimizer = make_optimizer(made, configured, CPU)
    targets = torch.tensor([0, 0, 0, 1])
    return TrainStep(made, TASK, configured, optimizer, RunningSums(CPU, True), targets, noted.append)


def batch() -> tuple[Tensor, Tensor]:
    return torch.randn(8, 4, generator=torch.Generator().manual_seed(0)), torch.arange(8) % 2


OUT_OF_MEMORY: dict[str, Callable[[], BaseException]] = {
    "cuda": lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    "cpu": lambda: RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"),
    "python": MemoryError,
}


@pytest.mark.parametrize("kind", OUT_OF_MEMORY)
def test_where_memory_is_short_a_step_is_made_in_parts_and_comes_out_the_same(kind: str) -> None:
    torch.manual_seed(0)
    roomy, cramped = Cramped(8, MemoryError), Cramped(2, OUT_OF_MEMORY[kind])
    cramped.load_state_dict(roomy.state_dict())
    noted: list[int] = []
    for made in (roomy, cramped):
        train_step(made, config(optimizer="sgd"), noted).step(*batch())
    assert noted == [2, 4]
    assert cramped.sizes == [8, 4, 2, 2, 2, 2]
    torch.testing.assert_close(cramped.linear.weight, roomy.linear.weight)


def test_memory_that_does_not_even_hold_one_example_is_an_error() -> None:
    with pytest.raises(MemoryError):
        train_step(Cramped(0, MemoryError), config()).step(*batch())


def test_an_error_that_has_nothing_to_do_with_memory_is_not_tried_again() -> None:
    made = Cramped(0, lambda: RuntimeError("shapes do not fit"))
    with pytest.raises(RuntimeError, match="do not fit"):
        train_step(made, config()).step(*batch())
    assert made.sizes == [8]
    assert not is_out_of_memory(ValueError("out of memory"))


def test_a_run_that_ran_out_of_memory_goes_on_and_says_in_how_many_parts() -> None:
    class Noting(Listener):
        def on_memory_shortage(self, trainer: object, parts: int) -> None:
            self.calls.append(f"in {parts} parts")

    made, listener = module(), Noting()
    forward = made.forward
    made.forward = lambda x: forward(x) if len(x) <= 4 or not made.training else _full()
    result = trainer(config(epochs=2), listener, made=made).fit()
    assert result.steps == 10
    assert [call for call in listener.calls if "parts" in call] == ["in 2 parts"]


def _full() -> Tensor:
    raise torch.OutOfMemoryError("CUDA out of memory.")


def test_gradients_of_parts_add_up_to_those_of_the_whole() -> None:
    whole, parts = module("logistic-regression"), module("logistic-regression")
    inputs, targets = images(10)
    for made, accumulation in ((whole, 1), (parts, 3)):
        train_step(made, config("logistic-regression", optimizer="sgd", accumulation=accumulation)).step(
            inputs, targets
        )
    for one, other in zip(whole.parameters(), parts.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_rare_classes_weigh_more() -> None:
    assert balanced_weights(torch.tensor([0, 0, 0, 1])).tolist() == pytest.approx([2 / 3, 2.0])
    assert balanced_weights(torch.tensor([0, 0, 2, 2])).tolist() == [1.0, 1.0, 1.0]  # a class without examples


def test_the_balanced_loss_is_what_it_is_by_hand() -> None:
    made = nn.Linear(4, 2)
    nn.init.zeros_(made.weight)
    nn.init.zeros_(made.bias)
    configured = config(class_weights="balanced", gradient_clip=0, optimizer="sgd", momentum=0, nesterov=False)
    sums = RunningSums(CPU, counts_answers=True)
    optimizer = make_optimizer(made, configured, CPU)
    balanced = TrainStep(made, TASK, configured, optimizer, sums, torch.tensor([0, 0, 0, 1]), lambda _: None)
    balanced.step(torch.zeros(4, 4), torch.tensor([0, 0, 0, 1]))
    # Every answer costs log 2, three of them times 2/3 and one times 2: the mean is log 2 again.
    assert sums.read()["train/loss"] == pytest.approx(0.6931472)
    assert made.bias.grad is not None
    assert made.bias.grad.tolist() == pytest.approx([0.0, 0.0], abs=1e-7)  # both classes pull equally


def test_the_l1_penalty_is_in_the_gradient_and_not_in_the_loss_that_is_shown() -> None:
    made = nn.Linear(4, 2)
    nn.init.constant_(made.weight, 0.5)
    nn.init.zeros_(made.bias)
    configured = config(l1=0.1, gradient_clip=0, optimizer="sgd", momentum=0, nesterov=False, learning_rate=1.0)
    sums = RunningSums(CPU, counts_answers=True)
    priced = TrainStep(made, TASK, configured, make_optimizer(made, configured, CPU), sums, torch.zeros(0), print)
    priced.step(torch.zeros(4, 4), torch.tensor([0, 1, 0, 1]))
    assert sums.read()["train/loss"] == pytest.approx(0.6931472)
    assert made.weight.grad is not None
    torch.testing.assert_close(made.weight.grad, torch.full((2, 4), 0.1))


def test_a_cpu_computes_with_32_bits_unless_told_otherwise() -> None:
    assert precision_on(CPU, "auto") is torch.float32
    assert precision_on(CPU, "bfloat16") is torch.bfloat16


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_training_in_16_bits_learns_as_well(precision: str) -> None:
    listener = Listener()
    made = trainer(config(epochs=8, precision=precision), listener)
    made.fit()
    curve = list(listener.curve("validation/accuracy").values())
    assert curve[-1] == 1.0
    assert all(p.dtype is torch.float32 for p in made.module.parameters())


def test_a_compiled_model_answers_the_same() -> None:
    made = module().eval()
    inputs, _ = images(4)
    with torch.no_grad():
        torch.testing.assert_close(compiled(made)(inputs), made(inputs))


@pytest.mark.parametrize("clip", [0.1, 1000.0])
def test_gradients_are_clipped_as_pytorch_does(clip: float) -> None:
    ours, theirs = module("mlp"), module("mlp")
    inputs, targets = images(8)
    sums = RunningSums(CPU, counts_answers=True)
    configured = config(gradient_clip=clip, optimizer="sgd", learning_rate=0.5, momentum=0, nesterov=False)
    torch.manual_seed(1)
    TrainStep(ours, TASK, configured, make_optimizer(ours, configured, CPU), sums, targets, print).step(inputs, targets)
    torch.manual_seed(1)
    TASK.loss(theirs(inputs), targets, 0.0).backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(theirs.parameters(), clip)
    assert sums.read()["train/gradient_norm"] == pytest.approx(float(norm))
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        torch.testing.assert_close(one.grad, other.grad)
