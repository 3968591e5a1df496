"""Recipes: what one click starts, and the way to the data of the others."""

from pathlib import Path

from core.services.run_service import Service
from tests.pages.conftest import Open, healthy, words
from tests.services.test_recipes import import_table


def test_a_recipe_whose_data_is_here_starts_with_one_click(open_page: Open, service: Service) -> None:
    at = open_page("recipes")
    at.button(key="start-digits-in-a-minute").click().run()
    (run,) = service.runs()
    assert (run.config.dataset, run.config.model, run.config.epochs) == ("digits", "small-cnn", 30)


def test_a_recipe_without_its_data_says_which_file_to_bring(open_page: Open) -> None:
    at = open_page("recipes")
    keys = {button.key for button in at.button}
    assert "start-price-regression" not in keys
    assert "Import a CSV or a spreadsheet: one row for each product" in words(at).replace("\\", "")
    assert "Download (18.2 MB)" in [button.label for button in at.button if button.key == "fetch-mnist-mlp"]


def test_a_recipe_leads_to_the_drop_zone_for_its_task(open_page: Open) -> None:
    at = open_page("recipes")
    at.button(key="bring-price-regression").click().run()
    assert healthy(at).title[0].value == "Import your data"
    assert at.query_params["as"] == "tabular-regression"


def test_a_recipe_leads_to_its_set_on_the_hub_before_all_others(open_page: Open) -> None:
    at = open_page("recipes")
    at.button(key="fetch-cifar10-simple-cnn").click().run()
    fetch = [button.key for button in healthy(at).button if str(button.key).startswith("fetch-")]
    assert fetch[0] == "fetch-uoft-cs/cifar10"


def test_a_recipe_runs_on_the_users_own_table_and_on_any_other_of_its_task(
    open_page: Open, service: Service, tmp_path: Path
) -> None:
    import_table(service.dataset_service, tmp_path, "Price_euros")
    at = open_page("recipes")
    at.button(key="start-price-regression").click().run()
    at = open_page("recipes")
    at.selectbox(key="data-price-regression").set_value("diabetes").run()
    at.button(key="start-other-price-regression").click().run()
    assert [run.config.dataset for run in service.runs()] == ["diabetes", "price-euros"]
    assert {(run.config.model, run.config.optimizer) for run in service.runs()} == {("linear", "sgd")}


def test_a_recipe_shows_its_settings_before_the_start(open_page: Open) -> None:
    at = open_page("recipes")
    (link,) = [link for link in at.get("page_link") if "Small GPT" in link.proto.label]
    assert link.proto.query_string == "task=text-generation&data=python-docs&model=mini-gpt&preset=balanced&" \
        "width=128&depth=3&vocabulary_size=2048&dropout=0.1&epochs=6&time_budget_min=8.0"  # fmt: skip
