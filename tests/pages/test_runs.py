"""The Runs page: filters in the URL, trash and undo."""

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from core.runs import Run, RunStatus
from core.services.bootstrap import shared_service
from core.services.run_service import Service
from core.specs import Score
from core.store.run_store import RunStore
from pages.components.runs.table import table_key
from tests.pages.conftest import Open, healthy, words


def names(at: AppTest) -> list[str]:
    return [str(name) for name in at.dataframe[0].value["name"]]


def pick(at: AppTest, row: int) -> AppTest:
    """Click a row of the table."""
    state: Any = {"selection": {"rows": [row], "columns": [], "cells": []}}
    at.session_state[table_key([run.id for run in shared_service().runs()])] = state
    return healthy(at.run())


def test_the_table_shows_state_in_words_and_the_score_with_its_interval(
    open_page: Open, finished: Callable[..., Run]
) -> None:
    finished(name="good")
    row = open_page("runs").dataframe[0].value.iloc[0].to_dict()
    assert row["name"] == "good"
    assert row["status"] == "✓ Done"
    assert row["score"] == "90.0 %  (85.0 to 95.0 %)"


def test_scores_as_texts_are_in_the_order_of_their_numbers(
    open_page: Open, finished: Callable[..., Run], service: Service
) -> None:
    for name, accuracy in (("all", 1.0), ("few", 0.095), ("most", 0.98)):
        scores = {"accuracy": Score(accuracy, accuracy - 0.01, accuracy)}
        RunStore(service.database).set_scores(finished(name=name).id, "model", scores)
    finished(name="none")
    RunStore(service.database).set_scores(service.runs()[0].id, "model", {})
    shown = open_page("runs").dataframe[0].value.set_index("name")["score"]
    assert list(shown.sort_values().index) == ["none", "few", "most", "all"]  # a click on the header sorts texts


def test_filters_narrow_the_table(open_page: Open, new_run: Callable[..., Run], finished: Callable[..., Run]) -> None:
    finished(name="digits one")
    new_run("text-generation", name="words two")
    assert names(open_page("runs")) == ["words two", "digits one"]
    assert names(open_page("runs", status="succeeded")) == ["digits one"]
    assert names(open_page("runs", of_task="text-generation")) == ["words two"]
    assert names(open_page("runs", with_model="mini-gpt")) == ["words two"]
    at = open_page("runs")
    at.text_input(key="filter").set_value("DIGITS").run()
    assert names(at) == ["digits one"]
    at.text_input(key="filter").set_value("nowhere").run()
    assert "No matching runs" in words(healthy(at))


def test_a_filter_goes_into_the_url(open_page: Open, finished: Callable[..., Run]) -> None:
    finished()
    at = open_page("runs")
    at.selectbox(key="status").set_value("succeeded").run()
    assert at.query_params["status"] == "succeeded"


def test_a_run_moves_to_the_trash_and_back_by_undo(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished(name="mistake")
    at = pick(open_page("runs"), 0)
    at.button(key="trash-run").click().run()
    assert service.run(run.id).deleted_at is not None
    assert "is in the trash" in words(healthy(at))
    at.button(key="undo-last").click().run()
    assert service.run(run.id).deleted_at is None
    assert names(healthy(at)) == ["mistake"]


def test_an_active_run_cannot_be_moved_to_the_trash(open_page: Open, new_run: Callable[..., Run]) -> None:
    new_run(status=RunStatus.QUEUED)
    assert pick(open_page("runs"), 0).button(key="trash-run").disabled


def test_the_trash_lists_what_is_in_it(open_page: Open, service: Service, finished: Callable[..., Run]) -> None:
    assert "The trash is empty" in words(open_page("runs", view="trash"))
    service.delete(finished(name="old").id)
    at = open_page("runs", view="trash")
    assert names(at) == ["old"]
    assert at.button(key="empty-trash")
