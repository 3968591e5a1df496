"""The best that fits into a given time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.training.callbacks import Callback
from core.training.time_budget import TimeBudget
from core.training.trainer import Trainer
from tests.training.tiny import Listener, Ticking, config, trainer


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    for place in ("time_budget", "trainer"):
        monkeypatch.setattr(f"core.training.{place}.time", ticking)
    return ticking


def planned(budget: TimeBudget, **known: float | int | None) -> int:
    values: dict[str, Any] = {"planned": 1_000, "most": 1_000, "step": 10, "last_evaluation_s": 0.0} | known
    return budget.steps_total(**values)


def test_steps_are_planned_by_the_speed_so_far() -> None:
    budget = TimeBudget(100.0)
    assert planned(budget, step=1, spent_s=5.0, per_step_s=None) == 1_000  # the first step says little
    assert planned(budget, spent_s=1.0, per_step_s=0.2) == 1_000  # too early to tell
    assert planned(budget, spent_s=2.0, per_step_s=0.2) == 10 + 490
    assert planned(budget, step=20, spent_s=10.0, per_step_s=0.5, last_evaluation_s=10.0) == 20 + 160


def test_when_time_is_over_so_is_the_run() -> None:
    assert planned(TimeBudget(100.0), step=37, spent_s=101.0, per_step_s=2.0) == 37


def test_a_fast_run_makes_all_its_steps_and_no_more() -> None:
    assert planned(TimeBudget(100.0), most=50, spent_s=2.0, per_step_s=0.2) == 50


def test_without_a_budget_nothing_changes() -> None:
    assert planned(TimeBudget(0), planned=50, spent_s=1e9, per_step_s=1.0) == 50


def test_a_run_out_of_time_ends_with_a_low_learning_rate_and_a_last_look(clock: Ticking) -> None:
    class Slow(Callback):
        def on_step_end(self, trainer: Trainer) -> None:
            clock.now += 0.06

    listener = Listener()
    result = trainer(config(epochs=1_000, time_budget_min=0.06, schedule="linear"), Slow(), listener).fit()
    assert 58 <= result.steps <= 61  # 3.6 s, 0.06 each
    assert not result.stopped
    rates = listener.curve("train/learning_rate")
    assert list(rates.values())[-1] < 0.2 * max(rates.values())
    assert result.steps in listener.curve("validation/loss")


class Stalling(Callback):
    """Every step takes a millisecond, but for one."""

    def __init__(self, clock: Ticking, at: int, stall_s: float) -> None:
        self.clock, self.at, self.stall_s = clock, at, stall_s
        self.planned: list[int] = []

    def on_step_end(self, trainer: Trainer) -> None:
        step = trainer.progress.step
        self.clock.now += self.stall_s if step == self.at else 0.001
        self.planned.append(trainer.progress.steps_total)


@pytest.mark.parametrize("at", [1, 2, 3, 30, 190])
def test_one_step_that_stood_still_does_not_cut_a_run(clock: Ticking, at: int) -> None:
    result = trainer(config(epochs=40, time_budget_min=1), Stalling(clock, at, 20.0)).fit()
    assert result.steps == 200  # of a millisecond each: there were 39 s left for them


@pytest.mark.parametrize("after", [1, 2, 10, 100])
def test_a_step_that_stood_still_after_a_pause_does_not_cut_a_run(clock: Ticking, after: int) -> None:
    configured = config(epochs=40, time_budget_min=1)
    paused = trainer(configured, Stalling(clock, 0, 0.0), Listener(stop_after=60))
    paused.fit()
    stalling = Stalling(clock, 60 + after, 15.0)
    assert trainer(configured, stalling).fit(resume=paused.state()).steps == 200
    assert set(stalling.planned) == {200}, "points and learning rates are those of the run that was never paused"


def test_a_plan_that_was_cut_too_short_grows_again() -> None:
    budget, planned_steps, step, spent_s = TimeBudget(60.0), 1_000, 0, 0.0
    while step < planned_steps:
        step, spent_s = step + 1, spent_s + (6.0 if step == 0 else 0.001)
        mean_s = spent_s / step  # of a speed that forgives nothing
        planned_steps = planned(budget, planned=planned_steps, step=step, spent_s=spent_s, per_step_s=mean_s)
    assert step == 1_000


def test_a_look_that_stood_still_does_not_end_looking(clock: Ticking) -> None:
    class SlowLook(Callback):
        evaluations = 0

        def on_evaluation(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
            self.evaluations += 1
            clock.now += 20.0 if self.evaluations == 2 else 0.001

    looking = SlowLook()
    trainer(config(epochs=50, time_budget_min=1), Stalling(clock, 0, 0.0), looking).fit()
    assert looking.evaluations > 25


def test_a_paused_run_keeps_what_it_had_planned() -> None:
    configured = config(epochs=1_000, time_budget_min=600)
    first = trainer(configured, Listener(stop_after=3))
    first.fit()
    assert first.state().steps_total == 5_000
    planned_anew = replace(first.state(), steps_total=9)
    assert trainer(configured).fit(resume=planned_anew).steps == 9
