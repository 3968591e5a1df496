"""Saved views, the CSV of runs, and families of runs."""

import csv
import io

import pytest

from core.errors import UnknownName, UserError
from core.runs import Run
from core.services.run_search.export import csv_of
from core.services.run_search.family import MOST, family_of
from core.services.run_search.fields import Fields
from core.services.run_search.saved_views import SavedViews, View
from core.services.run_service import Service
from tests.idle import New


def test_a_view_is_saved_renamed_removed_and_saved_again(service: Service) -> None:
    views = SavedViews(service)
    view = views.save("  good   ones ", {"filter": "accuracy > 90%", "sort": "-score", "run": "abc", "group": ""})
    assert view == View("good ones", {"filter": "accuracy > 90%", "sort": "-score"})
    assert views.rename("good ones", "Best").query == view.query
    assert [known.name for known in views.all()] == ["Best"]
    removed = views.remove("Best")
    assert views.all() == []
    assert views.save(removed.name, removed.query) == removed


def test_two_views_have_two_names(service: Service) -> None:
    views = SavedViews(service)
    views.save("a", {"filter": "x"})
    views.save("b", {"filter": "y"})
    with pytest.raises(UserError, match="called 'b' already"):
        views.rename("a", "b")
    with pytest.raises(UserError, match="at least one character"):
        views.save("  ", {})
    with pytest.raises(UserError, match="61 characters; at most 60"):
        views.save("x" * 61, {})
    with pytest.raises(UnknownName, match=r"no view called 'c'"):
        views.get("c")


def test_the_csv_holds_every_fact_score_and_setting_and_no_formula(service: Service, three: list[Run]) -> None:
    text = csv_of(three, Fields(service, three)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in rows] == ["good", "bad", "other"]
    good, _, other = rows
    assert (good["accuracy"], good["accuracy_low"], good["tag"]) == ("0.95", "0.8999999999999999", "demo, First try")
    assert (good["learning_rate"], good["time"], good["status"]) == ("0.001", "600.0", "done")
    assert (other["net.depth"], other["net.wide"], other["project"]) == ("4", "True", "churn")
    assert other["settings.name"] == "'=1+1"


def test_a_family_is_ancestors_the_run_and_all_that_came_from_it(service: Service, new: New) -> None:
    first = new(name="first")
    second = new(name="second", parent_id=first.id, parent_kind="clone")
    third = new(name="third", parent_id=second.id, parent_kind="longer")
    new(name="cousin", parent_id=first.id, parent_kind="clone")
    family = family_of(service, second.id)
    assert [run.name for run in family.runs] == ["first", "second", "third"]
    assert family.edges == ((first.id, second.id, "clone"), (second.id, third.id, "longer"))
    assert [run.name for run in family_of(service, first.id).runs] == ["first", "second", "cousin", "third"]


def test_a_large_family_is_cut(service: Service, new: New) -> None:
    first = new()
    for _ in range(MOST + 3):
        new(parent_id=first.id, parent_kind="clone")
    family = family_of(service, first.id)
    assert (len(family.runs), family.skipped) == (MOST, True)
