"""What an estimate says: prices, sizes and memory that is short, found out on this machine."""

import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest

from core.configure import make_config
from core.formatting import byte_size
from core.settings import Settings
from core.specs.config import TrainConfig
from core.worker import preflight_measures, preflight_setup
from core.worker.preflight_measures import cost_of, estimate, price_in_words, time_in_words
from core.worker.preflight_setup import leave_room, set_up
from tests.live import LIMIT_S

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("prices", "cost", "energy_kwh"),
    [
        ({}, None, None),
        ({"device_price_per_hour": 2.5}, 5.0, None),
        ({"device_power_w": 300.0}, None, 0.6),
        ({"device_power_w": 300.0, "electricity_price_per_kwh": 0.25}, 0.15, 0.6),
        ({"device_power_w": 300.0, "electricity_price_per_kwh": 0.25, "device_price_per_hour": 2.5}, 5.0, 0.6),
        ({"electricity_price_per_kwh": 0.25}, None, None),
        ({"device_price_per_hour": 0.0}, 0.0, None),
    ],
)
def test_two_hours_cost_what_the_settings_say(
    prices: dict[str, Any], cost: float | None, energy_kwh: float | None
) -> None:
    found = cost_of(7200.0, Settings(currency="EUR", **prices))
    assert found == {
        "cost": cost if cost is None else pytest.approx(cost),
        "currency": "EUR",
        "energy_kwh": energy_kwh if energy_kwh is None else pytest.approx(energy_kwh),
    }


def test_prices_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_DEVICE_PRICE_PER_HOUR", "1.20")
    monkeypatch.setenv("TOUCHSTONE_CURRENCY", "GBP")
    assert cost_of(1800.0, Settings()) == {"cost": pytest.approx(0.6), "currency": "GBP", "energy_kwh": None}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (40, "40 seconds"), (720, "12 minutes"), (12_600, "3.5 hours"), (400_000, "5 days")],
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert time_in_words(seconds) == words


def test_sizes_are_said_as_people_say_them() -> None:
    assert [byte_size(n) for n in (320_000_000, 1_440_000_000)] == ["320 MB", "1.4 GB"]


def test_prices_are_said_as_people_say_them() -> None:
    assert [price_in_words(p, "EUR") for p in (1.2, 0.004)] == ["about 1.20 EUR", "less than 0.01 EUR"]


def test_the_sentence_says_the_price_and_that_a_run_beside_it_makes_it_slow(
    settings: Settings, quick_config: Callable[..., TrainConfig]
) -> None:
    priced = settings.model_copy(update={"device_price_per_hour": 0.1, "currency": "EUR"})
    setup = set_up(quick_config(epochs=1), priced, 1, lambda said: None, beside_a_run=True)
    found = estimate(setup)
    assert found["cost"] == found["total_s"] / 3600 * 0.1
    assert "and costs less than 0.01 EUR. The model" in found["sentence"]
    assert found["sentence"].endswith("Measured beside a run that trains: alone it is faster.")


def test_a_model_too_large_for_the_memory_is_never_built(
    settings: Settings, quick_config: Callable[..., TrainConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight_measures, "memory_free_bytes", lambda device: 10_000)
    said: list[str] = []
    found = estimate(set_up(quick_config(), settings, 1, said.append))
    assert (found["fits"], found["memory_bytes"], found["memory_there_bytes"]) == (False, 10_400, 10_000)
    assert "Choose a smaller model" in found["sentence"]
    assert found["train_time_s"] is None
    assert said == ["Loading and preparing the data", "Building the model"]  # and no step was made


def estimate_in_little_memory(answer: Connection, free_bytes: int) -> None:
    """Estimate a large step as if the machine had no more than this."""
    import core.worker.preload  # noqa: F401 - as the fork server has

    for module in (preflight_measures, preflight_setup):
        setattr(module, "memory_free_bytes", lambda device: free_bytes)  # noqa: B010 - it is imported there
    config = make_config("image-classification", "digits", "small-cnn", "quick", {"batch_size": 1000})
    setup = set_up(config, Settings(), 1, lambda said: None)
    leave_room(setup.device)
    answer.send(estimate(setup))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process cannot be kept within some memory")
def test_a_step_too_large_for_the_memory_is_said_and_takes_no_more_than_is_free(settings: Settings) -> None:
    settings.prepare()
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=estimate_in_little_memory, args=(theirs, 30 * MEGABYTE))
    process.start()
    theirs.close()
    assert ours.poll(LIMIT_S)
    found = ours.recv()
    process.join(LIMIT_S)
    assert found["fits"] is False
    assert found["sentence"].startswith("A step of 1000 examples needs")
    assert "than the 30 MB" in found["sentence"]
