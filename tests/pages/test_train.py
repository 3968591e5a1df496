"""The Train page: choices live in the URL, bounds are named, a start is one run."""

import pytest
from streamlit.testing.v1 import AppTest

from core import catalog
from core.services.run_service import Service
from pages.components.widgets.text import duration, plain
from tests.pages.conftest import GROUPS, Open, healthy, unfolded, words


@pytest.mark.parametrize("task", sorted(catalog.tasks()))
def test_every_model_of_a_task_can_be_started(open_page: Open, service: Service, task: str) -> None:
    for model in service.models(task):
        named = {"source": "owner/name"} if "source" in service.preset_values(model, "quick", task) else {}
        at = open_page("train", task=task, model=model, **named)
        at.button(key="start").click().run()
        config = service.runs()[0].config
        assert config == service.make_config(task, config.dataset, model, "quick", named)


def test_a_table_is_shown_by_its_first_rows_and_counted_in_rows(open_page: Open) -> None:
    at = open_page("train", task="tabular-regression", data="diabetes")
    table = at.dataframe[0].value
    assert list(table.columns)[:3] == ["To predict", "age", "body mass index"]
    assert "442 rows" in words(at)
    assert "label_smoothing" not in {field.key for field in unfolded(at, *GROUPS).number_input}


def test_choices_come_from_the_url(open_page: Open) -> None:
    at = open_page("train", task="text-classification", model="bag-of-embeddings", preset="best", epochs="3")
    assert at.radio(key="model").value == "bag-of-embeddings"
    assert at.session_state["preset"] == "best"
    assert at.number_input(key="epochs").value == 3
    assert "3 epochs" in words(at)


def test_choices_go_into_the_url_and_defaults_out_of_it(open_page: Open) -> None:
    at = unfolded(open_page("train"), "models")
    assert not at.query_params
    at.radio(key="model").set_value("mlp").run()
    assert at.query_params["model"] == "mlp"
    at.radio(key="model").set_value("small-cnn").run()
    assert "model" not in at.query_params


@pytest.mark.parametrize("query", [{"task": "nonsense"}, {"model": "mini-gpt"}, {"data": "x"}, {"preset": "x"}])
def test_nonsense_in_the_url_is_the_default(open_page: Open, query: dict[str, str]) -> None:
    at = open_page("train", **query)
    assert not at.error
    assert not at.button(key="start").disabled


def test_another_model_brings_its_own_settings(open_page: Open, service: Service) -> None:
    at = unfolded(open_page("train"), "models", "settings")
    at.number_input(key="epochs").set_value(3).run()
    at.radio(key="model").set_value("logistic-regression").run()
    at = unfolded(at, "settings")
    assert at.number_input(key="epochs").value == service.preset_values("logistic-regression", "quick")["epochs"]


def test_a_value_out_of_bounds_names_the_bounds_and_starts_nothing(open_page: Open) -> None:
    at = unfolded(open_page("train"), "settings")
    at.number_input(key="epochs").set_value(0).run()
    assert "from 1 to 1000" in healthy(at).error[0].value
    assert at.button(key="start").disabled


def test_changed_settings_are_started_and_said(open_page: Open, service: Service) -> None:
    at = unfolded(open_page("train"), *GROUPS)
    at.number_input(key="epochs").set_value(2).run()
    at.number_input(key="seed").set_value(7).run()
    at.text_input(key="name").set_value("  my run ").run()
    assert "Changed by you: Epochs 2, Seed 7" in words(at)
    at.button(key="start").click().run()
    (run,) = service.runs()
    assert (run.config.epochs, run.config.seed, run.name) == (2, 7, "my run")


def _keys(clicks: list[bool]) -> list[str]:
    def script() -> None:
        import streamlit as st

        from pages.components.widgets.starting import one_key

        st.text(one_key("x", st.session_state.clicked))

    at = AppTest.from_function(script)
    found = []
    for clicked in clicks:
        at.session_state["clicked"] = clicked
        found.append(at.run().text[0].value)
    return found


def test_both_runs_of_a_double_click_get_one_key() -> None:
    shown, first, second = _keys([False, True, True])
    assert shown == first == second


def test_the_page_shown_again_after_a_start_gets_another_key() -> None:
    first, again, shown, next_click = _keys([True, True, False, True])
    assert first == again
    assert shown == next_click != first


def test_text_of_others_is_escaped() -> None:
    assert plain("a*b\n# c :tada: <b>") == r"a\*b \# c \:tada\: \<b\>"
    assert plain("http://x.y www.x.y a@b.c").replace("\u2060", "|") == r"http\:|//x\.y www|\.x\.y a@|b\.c"  # no links


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "–"), (0.2, "0 s"), (59.7, "1 min 00 s"), (75, "1 min 15 s"), (7300, "2 h 01 min")]
)
def test_a_length_of_time_is_said_as_people_say_it(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text
