"""What a run would take, measured from real steps and held against the run itself."""

import pytest
from torch import Tensor, nn

from core import catalog
from core.specs.config import TrainConfig
from core.training.device import memory_free_bytes
from core.training.memory import needed_bytes
from core.training.run_profile import Measured, measure
from tests.training.tiny import CPU, Listener, Ticking, config, images, module, text, trainer

IMAGES, WRITING = catalog.find_task("image-classification"), catalog.find_task("text-generation")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    """Measure by a clock that every machine has alike: a step or a look takes a twentieth of a second."""
    ticking = Ticking(0.05)
    for place in ("run_profile", "dry_run"):
        monkeypatch.setattr(f"core.training.{place}.time", ticking)
    return ticking


def measured(configured: TrainConfig, made: nn.Module, validation: int = 20) -> Measured:
    writes = configured.task == "text-generation"
    train = text(8 * 41 + 1) if writes else images(40)
    return measure(made, WRITING if writes else IMAGES, train, configured, CPU, None, validation)


def test_the_steps_of_the_run_are_counted_as_the_trainer_counts_them() -> None:
    for name in ("mlp", "mini-gpt"):
        assert measured(config(name), module(name)).steps_total == trainer(config(name)).steps_total


def test_a_run_takes_its_steps_and_its_looks() -> None:
    found = measured(config(epochs=4), module())
    listener = Listener()
    trainer(config(epochs=4), listener).fit()
    evaluations = listener.calls.count("evaluation")
    assert found.total_s == pytest.approx(found.steps_total * found.step_s + evaluations * found.evaluation_s)
    assert found.step_s > 0
    assert found.evaluation_s > 0


def test_a_larger_validation_split_takes_longer_to_look_at() -> None:
    seconds = [measured(config(), module(), validation=size).evaluation_s for size in (20, 20_000)]
    assert seconds[1] == pytest.approx(1000 * seconds[0])


def test_a_time_budget_cuts_the_run() -> None:
    found = measured(config(epochs=1000, time_budget_min=0.001), module())
    assert found.total_s == pytest.approx(0.06)
    assert 1 <= found.steps_total < 5000


def test_weights_are_counted_and_steps_need_more_memory_than_weights_alone() -> None:
    made = nn.Sequential(nn.Flatten(), _Floats(), nn.Linear(64, 2))
    found = measured(config(), made)
    assert found.parameter_count == 130
    assert found.peak_bytes > needed_bytes(130, 130, "adamw")


def test_twice_the_batch_remembers_twice_as_much() -> None:
    fixed = needed_bytes(130, 130, "adamw")
    peaks = [
        measured(config(batch_size=size), nn.Sequential(nn.Flatten(), _Floats(), nn.Linear(64, 2))).peak_bytes - fixed
        for size in (8, 16)
    ]
    assert peaks[1] == pytest.approx(2 * peaks[0], rel=0.1)


def test_a_step_in_parts_needs_less_memory() -> None:
    whole, parts = (measured(config(batch_size=32, accumulation=n), module()).peak_bytes for n in (1, 4))
    assert parts < whole


def test_a_batch_too_slow_for_anybody_to_wait_is_measured_in_part(clock: Ticking) -> None:
    slow = _Slow(clock)
    found = measured(config(batch_size=40), nn.Sequential(slow, nn.Flatten(), _Floats(), nn.Linear(64, 2)))
    assert max(slow.sizes) < 40
    assert found.step_s == pytest.approx(40 * 0.05, rel=0.2)


def test_compiling_is_left_to_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.step.compiled", lambda _: pytest.fail("it was compiled"))
    assert measured(config(compile=True), module()).step_s > 0


@pytest.mark.parametrize(("optimizer", "numbers"), [("sgd", 10 + 2 * 4), ("adamw", 10 + 3 * 4), ("muon", 10 + 3 * 4)])
def test_what_is_not_learnt_needs_no_gradient_and_no_memory_of_it(optimizer: str, numbers: int) -> None:
    assert needed_bytes(10, 4, optimizer) == 4 * numbers


def test_some_memory_is_free_on_any_machine() -> None:
    assert memory_free_bytes(CPU) > 1_000_000


class _Floats(nn.Module):
    def forward(self, pixels: Tensor) -> Tensor:
        return pixels.float()


class _Slow(nn.Module):
    """Takes 50 ms an example while training."""

    def __init__(self, clock: Ticking) -> None:
        super().__init__()
        self.clock, self.sizes = clock, list[int]()

    def forward(self, inputs: Tensor) -> Tensor:
        if self.training:
            self.sizes.append(len(inputs))
            self.clock.now += 0.05 * len(inputs)
        return inputs
