"""Runs on a table that was brought: which version they used, what became of it, and how to train on it again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.data.imports.run_import import run_import
from core.runs import Run
from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions, VersionInfo
from core.store.run_store import RunStore
from tests.data.silent import Silent
from tests.pages.conftest import Open, words

TASK = "tabular-regression"


@pytest.fixture
def imported(service: Service, tmp_path: Path) -> VersionInfo:
    """A table of 90 planks with their prices."""
    file = tmp_path / "planks.csv"
    rows = [f"{20 + i % 37},{i * 7 % 11},{'oak' if i % 3 else 'pine'},{100 + 7 * i}" for i in range(1, 91)]
    file.write_text("\n".join(["age,width,wood,price", *rows]))
    options = ImportOptions(name="planks", task=TASK, target_column="price")
    return run_import(service.dataset_service.store, file, options, Silent(), tmp_path / "draft")


@pytest.fixture
def trained(service: Service, imported: VersionInfo) -> Callable[[], Run]:
    """Queue a run on the version in use."""

    def trained() -> Run:
        config = service.make_config(TASK, imported.name, "linear")
        return RunStore(service.database).create(config, "", "key")

    return trained


def shorter(service: Service) -> VersionInfo:
    """Make another version, without the last row, and use it."""
    return service.dataset_service.store.revise(
        "planks", "", lambda old: old.rows.slice(0, 89), "Removed a row", Silent()
    )


def links(at: AppTest) -> dict[str, str]:
    """Return where each link leads, by what it says."""
    found = [link.proto for link in at.get("page_link")]
    return {link.label.replace("\\", ""): f"{link.page}?{link.query_string}" for link in found}


def test_a_run_leads_to_the_version_that_it_used(
    open_page: Open, imported: VersionInfo, trained: Callable[[], Run]
) -> None:
    at = open_page("run", run=trained().id)
    assert links(at)["Data: Planks"] == f"data?set=planks&version={imported.fingerprint}"
    assert "has changed since" not in words(at)


def test_a_run_says_when_another_version_is_in_use_by_now(
    open_page: Open, service: Service, imported: VersionInfo, trained: Callable[[], Run]
) -> None:
    run = trained()
    shorter(service)
    at = open_page("run", run=run.id)
    assert links(at)["Data: Planks, version 1 of 2"] == f"data?set=planks&version={imported.fingerprint}"
    assert "The data has changed since: version 2 is in use now" in words(at)
    again = "train?task=tabular-regression&data=planks&model=linear&preset=quick"
    assert links(at)["Train on the version in use"] == again
    service.dataset_service.use_version("planks", imported.fingerprint)
    assert "has changed since" not in words(open_page("run", run=run.id))


def test_a_run_on_data_in_the_trash_or_gone_says_so(
    open_page: Open, service: Service, trained: Callable[[], Run]
) -> None:
    run = trained()
    service.dataset_service.delete("planks")
    assert "The data set is in the trash" in words(open_page("run", run=run.id))
    service.dataset_service.store.remove("planks")
    assert "Its data set, planks, is gone" in words(open_page("run", run=run.id))


def test_a_run_on_built_in_data_leads_to_it(open_page: Open, new_run: Callable[..., Run]) -> None:
    at = open_page("run", run=new_run(TASK).id)
    assert links(at)["Data: Course of diabetes"] == "data?set=diabetes"


def test_train_opens_with_the_table_that_the_address_names(open_page: Open, imported: VersionInfo) -> None:
    at = open_page("train", task=TASK, data=imported.name)
    assert at.selectbox(key="data").value == "planks"
    assert list(at.dataframe[0].value.columns) == ["price (to predict)", "age", "width", "wood"]
    assert "over 66 rows" in words(at)


def test_train_says_that_a_data_set_is_not_there_until_another_is_chosen(
    open_page: Open, service: Service, imported: VersionInfo
) -> None:
    at = open_page("train", task=TASK, data="laptops")
    assert "There is no data set laptops, or not any more" in words(at)
    assert at.selectbox(key="data").value == "bike-rentals"
    assert "There is no data set laptops" in words(at.run())
    assert "There is no data set" not in words(at.selectbox(key="data").set_value("planks").run())


def test_train_says_that_a_data_set_is_in_the_trash(open_page: Open, service: Service, imported: VersionInfo) -> None:
    service.dataset_service.delete("planks")
    at = open_page("train", task=TASK, data="planks")
    assert "Planks is in the trash. Restore it to train on it" in words(at)
    assert links(at)["Open it"] == "data?set=planks"
    assert not at.button(key="start").disabled  # of what is chosen instead


def test_train_leads_to_the_task_that_a_data_set_is_for(open_page: Open, imported: VersionInfo) -> None:
    at = open_page("train", task="text-generation", data="planks")
    assert "Planks is for another task: Predict a number. It cannot be used for Generate text." in words(at)
    assert links(at)["Predict a number"] == f"train?task={TASK}&data=planks"


def test_changing_the_task_is_no_mistake(open_page: Open, imported: VersionInfo) -> None:
    at = open_page("train", task=TASK, data="planks")
    at.session_state["task"] = "text-generation"
    assert "another task" not in words(at.run())
