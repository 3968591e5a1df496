"""Runs in order and in groups."""

from core.runs import VALIDATION, Run
from core.services.run_search.fields import Fields
from core.services.run_search.filters import understand
from core.services.run_search.sorting import grouped, sorted_by
from core.services.run_service import Service
from core.specs import Score
from core.store.run_store import RunStore
from tests.services.run_search.conftest import Scored


def names(runs: list[Run]) -> list[str]:
    return [run.name for run in runs]


def test_the_best_score_comes_first_and_runs_without_one_last(
    service: Service, three: list[Run], scored: Scored
) -> None:
    runs = [scored("middling", 0.7), *three]
    fields = Fields(service, runs)
    best_first = sorted_by(runs, fields.find("score"), fields, falling=True)
    assert names(best_first) == ["good", "middling", "bad", "other"]
    worst_first = sorted_by(runs, fields.find("score"), fields, falling=False)
    assert names(worst_first) == ["middling", "good", "bad", "other"]


def test_any_fact_or_setting_orders_runs(service: Service, three: list[Run]) -> None:
    fields = Fields(service, three)
    assert names(sorted_by(three, fields.find("name"), fields, falling=False)) == ["bad", "good", "other"]
    assert names(sorted_by(three, fields.find("learning_rate"), fields, falling=True))[:2] == ["bad", "good"]
    assert names(sorted_by(three, fields.find("created"), fields, falling=False))[0] == "good"


def test_a_setting_that_is_a_number_here_and_a_text_there_can_be_ordered(service: Service, three: list[Run]) -> None:
    fields = Fields(service, three)
    for field in fields.all:
        assert len(sorted_by(three, field, fields, falling=True)) == 3


def test_groups_have_counts_and_their_best_run(service: Service, three: list[Run], scored: Scored) -> None:
    runs = [scored("middling", 0.7, tags=["demo"]), *three]
    fields = Fields(service, runs)
    groups = grouped(runs, fields.find("task"), fields)
    assert [(group.name, group.title, len(group.runs)) for group in groups] == [
        ("image-classification", "Classify images", 3),
        ("", "", 1),
    ]
    assert groups[0].best is not None
    assert groups[0].best.name == "good"
    assert groups[1].best is None


def test_a_run_with_two_tags_is_in_two_groups(service: Service, three: list[Run]) -> None:
    fields = Fields(service, three)
    groups = grouped(three, fields.find("tag"), fields)
    assert {group.name: names(list(group.runs)) for group in groups} == {
        "demo": ["good"], "First try": ["good"], "": ["bad", "other"],
    }  # fmt: skip


def test_a_group_shows_the_run_that_is_best_by_validation(service: Service, scored: Scored) -> None:
    made = {name: scored(name, test) for name, test in (("lucky", 0.9), ("sound", 0.85))}
    for name, value in (("lucky", 0.80), ("sound", 0.88)):
        RunStore(service.database).set_scores(made[name].id, VALIDATION, {"accuracy": Score(value, value, value)})
    runs = [service.run(run.id) for run in made.values()]
    fields = Fields(service, runs)
    (group,) = grouped(runs, fields.find("task"), fields)
    assert group.best is not None
    assert (group.best.name, group.by_validation) == ("sound", True)
    assert names(sorted_by(runs, fields.find("validation"), fields, falling=True)) == ["sound", "lucky"]
    assert names([run for run in runs if understand("validation > 85", fields).fits(run)]) == ["sound"]
    assert names([run for run in runs if understand("score > 87", fields).fits(run)]) == ["lucky"]
