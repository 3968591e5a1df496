import random

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.training.device import (
    choose_device,
    describe_device,
    kept_random_state,
    library_versions,
    random_state,
    restore_random_state,
    seed_everything,
)

CPU = torch.device("cpu")


def test_cpu_is_always_there() -> None:
    assert choose_device("cpu") == CPU


def test_auto_takes_what_there_is() -> None:
    expected = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert choose_device("auto").type == expected


def test_threads_are_set_for_the_process() -> None:
    before = torch.get_num_threads()
    try:
        choose_device("cpu", threads=1)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_a_device_that_is_not_there_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(UserError, match=r"no usable 'cuda' device.*Usable here: cpu\. Set device to 'auto'"):
        choose_device("cuda")


def test_a_cpu_is_described_with_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert describe_device(CPU) == "cpu (2 cores)"


def test_one_seed_gives_one_outcome() -> None:
    def draw() -> tuple[float, float, float]:
        seed_everything(7)
        return random.random(), float(np.random.rand()), torch.rand(()).item()

    assert draw() == draw()


def test_chance_goes_on_where_it_stood() -> None:
    saved = random_state(CPU)
    first = torch.rand(3)
    restore_random_state(saved, CPU)
    assert torch.equal(torch.rand(3), first)


def test_what_happens_aside_disturbs_no_chance() -> None:
    seed_everything(1)
    expected = torch.rand(2)
    seed_everything(1)
    with kept_random_state(CPU):
        torch.rand(100)
    assert torch.equal(torch.rand(2), expected)


def test_versions_name_what_makes_a_result() -> None:
    versions = library_versions()
    assert versions["torch"] == torch.__version__
    assert {"python", "numpy", "safetensors"} <= set(versions)
