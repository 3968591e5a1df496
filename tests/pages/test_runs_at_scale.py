"""The Runs page with many runs: the language of filters, order, columns, groups, views, bulk actions."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import Run, RunStatus
from core.services.run_search.run_tags import RunTags
from core.services.run_search.saved_views import SavedViews
from core.services.run_service import Service
from core.store.external_runs import ExternalRuns
from core.store.run_store import RunStore
from pages.components.runs.table import table_key
from tests.pages.conftest import Open, healthy, words

Finished = Callable[..., Run]


@pytest.fixture
def two(finished: Finished) -> list[Run]:
    """Return a run on pictures and a newer one on numbers."""
    return [finished(name="pictures"), finished("tabular-regression", "numbers")]


def names(at: AppTest) -> list[str]:
    return [str(name) for name in at.dataframe[-1].value["name"]]


def tick(at: AppTest, shown: list[Run]) -> AppTest:
    """Tick every row of a table that shows these runs."""
    rows = {"selection": {"rows": list(range(len(shown))), "columns": [], "cells": []}}
    at.session_state[table_key([run.id for run in shown])] = rows
    return healthy(at.run())


def test_a_filter_compares_scores_and_settings(open_page: Open, two: list[Run]) -> None:
    assert names(open_page("runs", filter="accuracy > 85% and data = digits")) == ["pictures"]
    assert names(open_page("runs", filter="r2 > 0.5 or accuracy > 0.95")) == ["numbers"]


def test_a_link_of_an_earlier_version_still_searches(open_page: Open, two: list[Run]) -> None:
    assert names(open_page("runs", search="pictures")) == ["pictures"]


def test_a_filter_that_cannot_be_understood_says_why_and_the_last_result_stays(open_page: Open, two: list[Run]) -> None:
    at = open_page("runs", filter="numbers")
    at.text_input(key="filter").set_value("numbers and acuracy > 0.9").run()
    assert r"There is no 'acuracy'\. Did you mean 'accuracy'?" in words(healthy(at))
    assert "Until then, this is shown: numbers" in words(at)
    assert names(at) == ["numbers"]


def test_a_value_that_no_run_has_is_answered_with_those_that_there_are(open_page: Open, two: list[Run]) -> None:
    assert r"Did you mean 'digits'? There is\: diabetes, digits\." in words(open_page("runs", filter="data = digit"))


def test_order_and_columns_come_from_the_address(open_page: Open, two: list[Run]) -> None:
    at = open_page("runs", sort="-name", columns="accuracy,learning_rate,nonsense")
    assert names(at) == ["pictures", "numbers"]
    assert list(at.dataframe[0].value.columns) == ["name", "accuracy", "learning_rate"]
    assert at.dataframe[0].value["accuracy"].tolist()[0] == 90.0
    assert names(open_page("runs", sort="name")) == ["numbers", "pictures"]


def test_groups_show_counts_and_their_best(open_page: Open, two: list[Run]) -> None:
    at = open_page("runs", group="task")
    table = at.dataframe[0].value
    assert table["Task"].tolist() == ["Classify images", "Predict a number"]
    assert table["Runs"].tolist() == [1, 1]
    assert table["Best score"].tolist() == ["90.0 % (Accuracy)", "0.900 (R²)"]
    assert sorted(names(at)) == ["numbers", "pictures"]
    assert names(open_page("runs", group="task", **{"in": "tabular-regression"})) == ["numbers"]


def test_a_view_keeps_what_is_shown_and_shows_it_again(open_page: Open, service: Service, two: list[Run]) -> None:
    at = open_page("runs", filter="numbers", sort="name", columns="tag,note")
    at.text_input(key="view-name").set_value("mine")
    next(button for button in at.button if button.label == "Save").click().run()
    assert SavedViews(service).get("mine").query == {"filter": "numbers", "sort": "name", "columns": "tag,note"}
    at = open_page("runs")
    assert names(at) == ["numbers", "pictures"]
    at.button(key="open-view-0").click().run()
    assert names(healthy(at)) == ["numbers"]
    assert list(at.dataframe[0].value.columns) == ["name", "tag", "note"]
    at.button(key="remove-view-0").click().run()
    assert SavedViews(service).all() == []
    at.button(key="undo-last").click().run()
    assert [view.name for view in SavedViews(service).all()] == ["mine"]


def test_many_are_starred_archived_and_thrown_away_and_each_can_be_taken_back(
    open_page: Open, service: Service, two: list[Run]
) -> None:
    def states() -> list[tuple[bool, bool, bool]]:
        found = [service.run(run.id) for run in two]
        return [(run.starred, bool(run.archived_at), bool(run.deleted_at)) for run in found]

    shown = [two[1], two[0]]
    at = tick(open_page("runs"), shown)
    for key, said, expected in [
        ("star", r"2 runs are starred\.", (True, False, False)),
        ("archive", r"2 runs are archived\.", (False, True, False)),
        ("trash", r"2 runs are in the trash\.", (False, False, True)),
    ]:
        at.button(key=f"{key}-many").click().run()
        assert said in words(healthy(at))
        assert states() == [expected] * 2
        at.button(key="undo-last").click().run()
        assert states() == [(False, False, False)] * 2
        at = tick(at, shown)


def test_what_still_works_stays_and_it_is_said(
    open_page: Open, service: Service, finished: Finished, new_run: Callable[..., Run]
) -> None:
    done, working = finished(name="done"), new_run(status=RunStatus.RUNNING)
    at = tick(open_page("runs"), [working, done])
    at.button(key="trash-many").click().run()
    assert r"1 run is in the trash\. 1 run still waits or works, and stays" in words(healthy(at))
    assert service.run(working.id).deleted_at is None


def test_two_can_be_compared_or_handed_on_together_and_one_cannot(open_page: Open, two: list[Run]) -> None:
    at = tick(open_page("runs"), [two[1], two[0]])
    assert not at.button(key="compare").disabled
    offered = [download.proto.label for download in at.get("download_button")]
    assert "Download 2 runs for MLflow" in offered
    at = tick(open_page("runs", filter="pictures"), [two[0]])
    assert "compare" not in {button.key for button in at.button}


def test_the_archive_is_counted_and_listed_apart(open_page: Open, service: Service, two: list[Run]) -> None:
    RunTags(service).archive([two[0].id])
    assert names(open_page("runs")) == ["numbers"]
    at = open_page("runs", view="archived")
    assert names(at) == ["pictures"]
    assert at.segmented_control(key="view").options == ["All runs (1)", "Archived (1)", "Trash (0)"]


def test_a_run_from_elsewhere_is_listed_with_its_project_and_settings(open_page: Open, service: Service) -> None:
    run = ExternalRuns(service.database).create("tracked", "by hand", "churn", {"lr": 0.1, "model": "gpt"})
    RunStore(service.database).finish(run.id, RunStatus.SUCCEEDED)
    at = open_page("runs", filter="lr >= 0.1 and project = churn", columns="project,model,lr,origin")
    row = at.dataframe[0].value.iloc[0].to_dict()
    assert row == {"name": "by hand", "project": "churn", "model": "gpt", "lr": 0.1, "origin": "tracked"}


def test_a_baseline_is_made_marked_and_measured_against(open_page: Open, service: Service, finished: Finished) -> None:
    first, second = finished(name="first"), finished(name="second")
    for run in (first, second):
        RunStore(service.database).update(run.id, dataset_fingerprint="f1")
    at = open_page("run", run=first.id)
    at.button(key="baseline-run").click().run()
    assert r"The baseline run\: others of its task are measured against it\." in words(healthy(at))
    assert open_page("runs").dataframe[0].value["marks"].tolist() == ["", "⚑"]
    assert r"\+0\.0 points of accuracy against the baseline run 'first'\." in words(open_page("run", run=second.id))


def test_tags_and_star_are_shown_as_they_were_written(open_page: Open, service: Service, finished: Finished) -> None:
    run = finished()
    RunTags(service).set_tags(run.id, ["*not* bold"])
    at = open_page("run", run=run.id)
    at.button(key="star-run").click().run()
    assert r"\*not\* bold" in words(healthy(at))
    assert "Starred" in words(at)


def test_a_family_is_a_graph_and_a_list(open_page: Open, service: Service, finished: Finished) -> None:
    first, second, third = finished(name='the "first"'), finished(name="second"), finished(name="third")
    store = RunStore(service.database)
    store.update(second.id, parent_id=first.id, parent_kind="clone")
    assert not open_page("run", run=second.id).get("graphviz_chart")
    store.update(third.id, parent_id=second.id, parent_kind="longer")
    graph = open_page("run", run=second.id).get("graphviz_chart")[0].proto.spec
    assert f'"{first.id}" [label="the \\"first\\"\\n90.0 %"];' in graph
    assert f'"{first.id}" -> "{second.id}" [style=dashed];' in graph
    assert f'"{second.id}" -> "{third.id}";' in graph
