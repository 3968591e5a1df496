"""The best that fits into a given time."""

from dataclasses import replace
from typing import Any

import pytest

from core.training.budget import TimeBudget
from core.training.callbacks import Callback
from core.training.trainer import Trainer
from tests.training.tiny import Listener, Ticking, config, trainer


def planned(budget: TimeBudget, **known: float | int | None) -> int:
    values: dict[str, Any] = {"planned": 1_000, "most": 1_000, "step": 10, "last_look_s": 0.0} | known
    return budget.steps_total(**values)


def test_steps_are_planned_by_the_speed_so_far() -> None:
    budget = TimeBudget(100.0)
    assert planned(budget, step=1, spent_s=5.0, per_step_s=None) == 1_000  # the first step says little
    assert planned(budget, spent_s=1.0, per_step_s=0.2) == 1_000  # too early to tell
    assert planned(budget, spent_s=2.0, per_step_s=0.2) == 10 + 490
    assert planned(budget, step=20, spent_s=10.0, per_step_s=0.5, last_look_s=10.0) == 20 + 160


def test_when_time_is_over_so_is_the_run() -> None:
    assert planned(TimeBudget(100.0), step=37, spent_s=101.0, per_step_s=2.0) == 37


def test_a_fast_run_makes_all_its_steps_and_no_more() -> None:
    assert planned(TimeBudget(100.0), most=50, spent_s=2.0, per_step_s=0.2) == 50


def test_without_a_budget_nothing_changes() -> None:
    assert planned(TimeBudget(0), planned=50, spent_s=1e9, per_step_s=1.0) == 50


def test_a_run_out_of_time_ends_with_a_low_learning_rate_and_a_last_look(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Ticking()
    for place in ("budget", "trainer"):
        monkeypatch.setattr(f"core.training.{place}.time", clock)

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


def test_a_paused_run_keeps_what_it_had_planned() -> None:
    configured = config(epochs=1_000, time_budget_min=600)
    first = trainer(configured, Listener(stop_after=3))
    first.fit()
    assert first.state().steps_total == 5_000
    planned_anew = replace(first.state(), steps_total=9)
    assert trainer(configured).fit(resume=planned_anew).steps == 9
