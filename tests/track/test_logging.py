"""What people log, and what becomes of it. `run.log` never raises."""

import argparse
import doctest
import math
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from core import track
from core.errors import RunNotReady, UserError
from core.runs import RunStatus
from core.services.run_service import Service


def values(service: Service, run_id: str) -> dict[str, list[tuple[float, float]]]:
    curves = service.metrics(run_id)
    return {key: [(step, value) for step, value, _ in points] for key, points in curves.items()}


def warnings(service: Service, run_id: str) -> list[str]:
    return [event.message for event in service.events(run_id, "warning")]


def test_three_lines_make_a_run(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    run = track.init(project="churn", config={"lr": 0.1})
    run.log({"loss": 0.5}, step=3)
    run.finish()
    found = service.run(run.id)
    assert (found.name, found.project, found.origin, found.status) == ("churn #1", "churn", "tracked", "succeeded")
    assert (found.settings, found.steps, found.sparkline, found.pid) == ({"lr": 0.1}, 3, (0.5,), None)
    assert values(service, run.id) == {"loss": [(3, 0.5)]}
    assert capsys.readouterr().err.count(f"http://127.0.0.1:8501/run?run={run.id}") == 1


def test_the_example_in_the_docstring_works(service: Service) -> None:
    assert doctest.testmod(track).failed == 0
    (run,) = service.runs()
    assert (run.status, len(service.metrics(run.id)["loss"])) == (RunStatus.SUCCEEDED, 100)


def test_a_caller_may_use_its_dictionary_and_its_arrays_again(service: Service) -> None:
    run = track.init()
    metrics: dict[str, Any] = {"total": np.zeros(1), "tensor": torch.zeros(1), "inner": {"n": 0}}
    for step in range(3):
        metrics["total"] += 1
        metrics["tensor"] += 1
        metrics["inner"]["n"] = step
        metrics["plain"] = float(step)
        run.log(metrics, step)
    metrics.clear()
    run.finish()
    assert values(service, run.id) == {
        "total": [(0, 1.0), (1, 2.0), (2, 3.0)],
        "tensor": [(0, 1.0), (1, 2.0), (2, 3.0)],
        "inner/n": [(0, 0.0), (1, 1.0), (2, 2.0)],
        "plain": [(0, 0.0), (1, 1.0), (2, 2.0)],
    }


def test_numbers_of_every_kind_are_kept(service: Service) -> None:
    run = track.init()
    numbers = {"float32": np.float32(0.5), "int": 7, "bool": True, "tensor": torch.tensor(0.25, requires_grad=True)}
    run.log({**numbers, "nan": math.nan, "inf": -math.inf, "huge": 10**400}, step=0)
    run.finish()
    found = {key: points[0][1] for key, points in values(service, run.id).items()}
    assert math.isnan(found.pop("nan"))
    assert found == {
        "float32": 0.5, "int": 7.0, "bool": 1.0, "tensor": 0.25, "inf": -math.inf, "huge": math.inf,
    }  # fmt: skip


def test_what_is_no_number_is_left_out_and_said_once_in_words(service: Service) -> None:
    class Broken:
        def __float__(self) -> float:
            raise RuntimeError("the device is lost")

    run = track.init()
    for _ in range(3):
        run.log({"loss": 1.0, "text": "0.5", "many": torch.zeros(2, 3), "none": None, "broken": Broken(), "": 1.0})
    run.log(0.5)  # type: ignore[arg-type]
    run.finish()
    assert list(values(service, run.id)) == ["loss"]
    assert warnings(service, run.id) == [
        "'text' is not recorded: it is a str, not a number.",
        "'many' is not recorded: it is a tensor of 6 numbers, not one; log its mean, for example.",
        "'none' is not recorded: it is a NoneType, not a number.",
        "'broken' is not recorded: it is a Broken, not a number.",
        "'' is not recorded: a name has 1 to 200 characters.",
        "'log' is not recorded: what is logged must be names with numbers, as in {\"loss\": 0.5}, not a float.",
    ]


def test_a_dictionary_that_holds_itself_does_no_harm(service: Service) -> None:
    run = track.init()
    itself: dict[str, Any] = {"loss": 1.0}
    itself["again"] = itself
    run.log(itself)
    run.finish()
    assert values(service, run.id)["loss"] == [(0, 1.0)]
    assert "dictionaries lie too deep in each other" in warnings(service, run.id)[0]


def test_steps_are_counted_where_none_is_given(service: Service) -> None:
    run = track.init()
    for value in (1.0, 2.0):
        run.log({"a": value})
    run.log({"a": 3.0}, step=10)
    run.log({"a": 4.0})
    run.finish()
    assert values(service, run.id)["a"] == [(0, 1.0), (1, 2.0), (10, 3.0), (11, 4.0)]


def test_steps_may_come_in_any_order_and_every_point_of_a_step_is_kept(service: Service) -> None:
    run = track.init()
    for step, value in ((5, 5.0), (2, 2.0), (np.int64(9), 9.0), (5, 5.5), (3.0, 3.0)):
        run.log({"a": value}, step=step)  # type: ignore[arg-type]
    run.finish()
    assert values(service, run.id)["a"] == [(2, 2.0), (3, 3.0), (5, 5.0), (5, 5.5), (9, 9.0)]


def test_a_step_that_is_none_is_counted_and_said(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    run = track.init()
    run.log({"a": 1.0}, step="first")  # type: ignore[arg-type]
    run.log({"a": 2.0}, step=10**30)
    run.finish()
    assert values(service, run.id)["a"] == [(0, 1.0)]
    assert "A step must be a number" in caplog.text
    assert "'step' is not recorded" in warnings(service, run.id)[0]


def test_several_threads_and_several_runs_log_at_once(service: Service) -> None:
    runs = [track.init(name=f"run {i}") for i in range(2)]

    def work(name: str) -> None:
        for step in range(500):
            for run in runs:
                run.log({name: float(step)}, step)

    threads = [threading.Thread(target=work, args=(f"thread {i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    for run in runs:
        run.finish()
        assert {key: len(points) for key, points in values(service, run.id).items()} == {
            f"thread {i}": 500 for i in range(4)
        }


def test_the_small_curve_is_that_of_the_training_loss(service: Service) -> None:
    run = track.init()
    for step in range(3):
        run.log({"accuracy": 0.5, "val_loss": 9.0, "loss": float(step)})
    run.finish()
    assert service.run(run.id).sparkline == (0.0, 1.0, 2.0)


@dataclass
class Options:
    lr: float = 0.1
    layers: tuple[int, ...] = (8, 4)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (None, {}),
        ({"opt": {"lr": 0.1, "b": [1, 2]}, "seed": np.int64(3)}, {"opt/lr": 0.1, "opt/b": [1, 2], "seed": 3}),
        (Options(), {"lr": 0.1, "layers": [8, 4]}),
        (argparse.Namespace(epochs=3, out=None), {"epochs": 3, "out": None}),
        ({"where": ValueError("x"), "rate": math.inf}, {"where": "x", "rate": "inf"}),
    ],
)
def test_settings_come_in_many_forms(service: Service, config: object, expected: dict[str, object]) -> None:
    run = track.init(config=config, tags=("baseline", "baseline", " "))
    run.finish()
    assert service.run(run.id).settings == expected
    assert service.run(run.id).tags == ("baseline",)


def test_a_configuration_that_is_none_is_refused_before_anything_begins(service: Service) -> None:
    with pytest.raises(UserError, match="not a float"):
        track.init(config=0.1)
    assert service.runs() == []


def test_a_run_that_has_ended_can_be_logged_on(service: Service) -> None:
    first = track.init("churn")
    first.log({"a": 1.0}, step=7)
    with pytest.raises(RunNotReady, match="has ended"):
        track.init(resume=first.id)
    first.finish()
    again = track.init(resume=first.id)
    assert service.run(first.id).status is RunStatus.RUNNING
    again.log({"a": 2.0})
    again.finish()
    assert values(service, first.id)["a"] == [(7, 1.0), (8, 2.0)]
    assert (service.run(first.id).attempt, service.run(first.id).steps) == (2, 8)
