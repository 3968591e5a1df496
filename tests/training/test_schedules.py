import pytest

from core.specs.config import TrainConfig
from core.training.schedules import learning_rate_at


def rates(steps: list[int], total: int, **settings: object) -> list[float]:
    config = TrainConfig.model_validate({"task": "t", "dataset": "d", "model": "m", "learning_rate": 1.0} | settings)
    return [learning_rate_at(config, step, total) for step in steps]


def test_constant_stays_after_the_warm_up() -> None:
    values = rates([0, 1, 2, 5, 9], 10, schedule="constant", warmup_fraction=0.2)
    assert values == pytest.approx([1 / 3, 2 / 3, 1, 1, 1])


def test_constant_without_warm_up_starts_at_full_speed() -> None:
    assert rates([0, 9], 10, schedule="constant", warmup_fraction=0) == [1.0, 1.0]


def test_cosine_falls_from_full_speed_to_zero() -> None:
    values = rates([0, 1, 2, 4, 6, 8, 10], 10, schedule="cosine", warmup_fraction=0.2)
    assert values == pytest.approx([1 / 3, 2 / 3, 1, 0.853553, 0.5, 0.146447, 0], abs=1e-6)


def test_linear_falls_by_the_same_amount_each_step() -> None:
    values = rates([0, 1, 2, 4, 6, 9, 10], 10, schedule="linear", warmup_fraction=0.2)
    assert values == pytest.approx([1 / 3, 2 / 3, 1, 0.75, 0.5, 0.125, 0])


def test_a_longer_warm_up_makes_the_rise_of_one_cycle_longer() -> None:
    assert rates([4, 5, 6], 10, schedule="one-cycle", warmup_fraction=0.5)[1] == pytest.approx(1.0)
    assert rates([0], 10, schedule="one-cycle", warmup_fraction=0.5) == pytest.approx([0.04])


def test_one_cycle_rises_for_three_tenths_and_falls_to_nearly_nothing() -> None:
    values = rates([0, 3, 10], 10, schedule="one-cycle")
    assert values == pytest.approx([0.04, 1.0, 4e-6])


def test_one_cycle_is_half_way_up_in_the_middle_of_its_rise() -> None:
    assert rates([15], 100, schedule="one-cycle") == pytest.approx([0.52])


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine", "one-cycle"])
@pytest.mark.parametrize("total", [1, 2, 3])
def test_the_shortest_runs_have_a_learning_rate(schedule: str, total: int) -> None:
    assert all(0 < rate <= 1 for rate in rates(list(range(total)), total, schedule=schedule))
