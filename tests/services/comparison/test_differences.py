"""What sets runs apart: settings, prices, and the examples on which they disagree."""

import numpy as np
import pytest

from core.services.comparison.disagreements import disagreements, who_said_what
from core.services.comparison.grouping import groups_of
from core.services.comparison.parallel_coordinates import axes_of, axis
from core.services.comparison.pareto import front, price_of
from core.services.comparison.settings_table import settings_table
from core.services.run_service import Service
from core.settings import Settings
from core.specs import Predictions
from core.store.external_runs import ExternalRuns
from tests.services.comparison.conftest import Finished, answers


def test_only_the_settings_that_differ_are_marked(service: Service, finished: Finished) -> None:
    slow = finished("slow", None, settings={"learning_rate": 0.001, "epochs": 3})
    fast = finished("fast", None, settings={"learning_rate": 0.01, "epochs": 3})
    rows = {row.name: row for row in settings_table(service, [slow, fast])}
    assert [name for name, row in rows.items() if row.differs] == ["learning_rate"]
    assert rows["learning_rate"].label == "Learning rate"
    assert rows["learning_rate"].values == {slow.id: 0.001, fast.id: 0.01}
    assert rows["epochs"].values == {slow.id: 3, fast.id: 3}


def test_settings_of_runs_from_elsewhere_stand_in_the_same_rows(service: Service, finished: Finished) -> None:
    own = finished("own", None, settings={"learning_rate": 0.01})
    other = ExternalRuns(service.database).create(
        "wandb", "theirs", settings={"learning_rate": 0.01, "optimizer": {"name": "adamw", "beta": 0.9}}
    )
    rows = {row.name: row for row in settings_table(service, [own, other])}
    assert not rows["learning_rate"].differs
    assert rows["optimizer.name"].values == {other.id: "adamw"}
    assert rows["optimizer.name"].differs
    assert rows["data"].values == {own.id: "digits"}


def test_settings_become_places_on_axes(service: Service, finished: Finished) -> None:
    rates = axis("Learning rate", [0.1, 0.001, 0.01])
    assert rates.places == pytest.approx((-1, -3, -2))  # a hundred times apart: logarithmic
    assert rates.words == ("0.001", "0.01", "0.1")
    assert axis("Epochs", [2, 4, 3]).places == (2, 4, 3)
    kinds = axis("Schedule", ["linear", None, "cosine", "linear"])
    assert (kinds.places, kinds.words) == ((1, 0, 2, 1), ("–", "linear", "cosine"))
    runs = [finished("a", None, settings={"epochs": 1, "seed": 1}), finished("b", None, settings={"epochs": 2})]
    assert [one.label for one in axes_of(settings_table(service, runs), runs)] == ["Epochs"]


def test_the_front_holds_who_is_beaten_by_nobody_in_both() -> None:
    points = {"fast": (1.0, 0.7), "slow": (9.0, 0.9), "beaten": (2.0, 0.6), "twin": (9.0, 0.9), "dear": (3.0, 0.8)}
    assert front(points, higher_is_better=True) == ["fast", "dear", "slow"]
    losses = {"fast": (1.0, 0.7), "slow": (9.0, 0.5), "beaten": (2.0, 0.8)}
    assert front(losses, higher_is_better=False) == ["fast", "slow"]


def test_a_run_costs_what_its_time_costs_as_said_or_assumed(service: Service, finished: Finished) -> None:
    run = finished("one", None, train_time_s=1800.0, parameter_count=650)
    assert price_of(run, Settings()).cost == pytest.approx(0.015)  # 100 W at 0.30 a kWh, assumed
    assert price_of(run, Settings(device_price_per_hour=3.0)).cost == 1.5
    by_power = Settings(electricity_price_per_kwh=0.4, device_power_w=500.0)
    assert price_of(run, by_power).cost == pytest.approx(0.1)
    estimated = finished("two", None, train_time_s=1800.0, estimate={"cost": 1.0, "train_time_s": 900.0})
    assert price_of(estimated, Settings()).cost == 2.0
    assert (price_of(run, Settings()).time_s, price_of(run, Settings()).size) == (1800.0, 650.0)


def test_the_surest_disagreement_comes_first(service: Service, finished: Finished) -> None:
    one = answers([True, True, True, False])
    two = answers([True, False, False, False])
    one.probabilities[:, 0] = [0.9, 0.8, 0.99, 0.1]
    two.probabilities[:, 1] = [0.1, 0.9, 0.6, 0.9]  # both sure of the second example, only one of the third
    (group,) = groups_of([finished("one", one), finished("two", two), finished("old", None)])
    found = disagreements(service, group, numbers=False)
    assert found is not None
    assert found.order.tolist() == [1, 2]
    assert found.right.tolist() == [2, 0]
    assert found.only_right(0).tolist() == [1, 2]
    assert [run.name for run in found.missing] == ["old"]
    assert found.confidence[:, 1].round(2).tolist() == pytest.approx([0.8, 0.9], abs=0.01)


def test_of_numbers_the_furthest_apart_come_first(service: Service, finished: Finished) -> None:
    truth = np.array([1.0, 2.0, 3.0])
    runs = [
        finished("a", Predictions(np.zeros(3), truth, np.array([1.0, 2.0, 3.0])), task="tabular-regression"),
        finished("b", Predictions(np.zeros(3), truth, np.array([1.5, 2.0, 9.0])), task="tabular-regression"),
    ]
    (group,) = groups_of(runs)
    found = disagreements(service, group, numbers=True)
    assert found is not None
    assert found.order.tolist() == [2, 0]


def test_a_single_run_with_answers_disagrees_with_nobody(service: Service, finished: Finished) -> None:
    (group,) = groups_of([finished("new", answers([True])), finished("old", None)])
    assert disagreements(service, group, numbers=False) is None


def test_each_answer_is_named_once_with_those_who_gave_it() -> None:
    assert who_said_what(["cat", "dog"], [1, 0, 1]) == [("dog", [0, 2]), ("cat", [1])]
