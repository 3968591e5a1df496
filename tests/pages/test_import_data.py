"""Bringing data: any source, a look, corrections, and one import however often the button is clicked."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data.imports.run_import import run_import
from core.errors import DataError
from core.services.dataset_service import DatasetService
from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions, SourcePreview
from pages.components.import_data.label_mapping import table_key
from tests.data.images.drawing import pack, png
from tests.data.silent import Silent
from tests.pages.conftest import Open, healthy, words


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """A messy little table: semicolons, labels in several spellings, a second column of words."""
    file = tmp_path / "reviews.csv"
    labels = ("positive", "negative", "Positive ", "negative")
    rows = [f"{i};The delivery number {i} was as described;{labels[i % 4]};shop {i % 3}" for i in range(60)]
    file.write_text("\n".join(["id;comment;sentiment;shop", *rows]))
    return file


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, ImportOptions, str]]:
    """What would have been imported."""
    calls: list[tuple[Path, ImportOptions, str]] = []

    def start(_: DatasetService, path: Path, options: ImportOptions, title: str = "", guesses: object = ()) -> str:
        calls.append((path, options, title))
        return "abc"

    monkeypatch.setattr(DatasetService, "start_import", start)
    return calls


def preview_source(open_page: Open, path: Path, **query: str) -> AppTest:
    return open_page("import_data", how="path", path=str(path), ready="1", **query)


def chosen(at: AppTest, name: str) -> Any:
    return at.session_state[f"bring-{name}"]


def test_it_begins_with_the_drop_zone(open_page: Open) -> None:
    at = open_page("import_data")
    assert at.title[0].value == "Import your data"
    assert "upload" in at.query_params
    assert not at.error


@pytest.mark.parametrize("how", ["files", "pictures", "paste", "path", "hub"])
def test_every_way_has_an_address(open_page: Open, how: str) -> None:
    assert not open_page("import_data", how=how).error


def test_a_path_is_offered_only_to_the_owner(open_page: Open, monkeypatch: pytest.MonkeyPatch, reviews: Path) -> None:
    assert not open_page("import_data", how="path").error
    monkeypatch.setattr(Service, "is_owner", staticmethod(lambda _headers: False))
    at = preview_source(open_page, reviews)
    assert "reviews" not in words(at)
    assert at.session_state["how"] == "files"


def test_the_look_says_what_was_found(open_page: Open, reviews: Path) -> None:
    at = preview_source(open_page, reviews)
    shown = words(at).lower()
    assert "semicolon" in shown
    assert "60 rows" in shown
    assert chosen(at, "task") == "text-classification"
    assert (chosen(at, "text_column"), chosen(at, "label_column")) == ("comment", "sentiment")
    assert "label column: **sentiment**" in shown
    assert "split: **70 / 15 / 15 by chance**" in shown
    assert set(at.dataframe[0].value["Column"]) == {"id", "comment", "sentiment", "shop"}


def test_a_missing_file_is_a_sentence_and_the_path_stays(open_page: Open, tmp_path: Path) -> None:
    at = preview_source(open_page, tmp_path / "nothere.csv")
    assert "nothere" in at.error[0].value
    at.button(key="another-source").click().run()
    assert healthy(at).session_state["how"] == "path"


def test_a_corrected_column_is_looked_at_again(open_page: Open, reviews: Path) -> None:
    at = preview_source(open_page, reviews)
    at.selectbox(key="bring-label_column").set_value("shop").run()
    assert chosen(healthy(at), "label_column") == "shop"
    assert "3 classes" in words(at)


def test_labels_are_mapped_and_the_mapping_can_be_changed(
    open_page: Open, reviews: Path, started: list[tuple[Path, ImportOptions, str]]
) -> None:
    at = preview_source(open_page, reviews)
    assert "2 classes" in words(at)  # "Positive " and "positive" are one
    state = at.session_state["bringing"]
    written = list(state.written)
    edit: Any = {"edited_rows": {written.index("negative"): {"Becomes": "bad"}}, "added_rows": [], "deleted_rows": []}
    at.session_state[table_key(state)] = edit
    at.run()
    at.button(key="bring-in").click().run()
    ((_, options, _),) = started
    assert options.label_map["negative"] == "bad"


def test_a_problem_keeps_what_was_entered(open_page: Open, reviews: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = preview_source(open_page, reviews)
    real = DatasetService.preview_source

    def preview(
        dataset_service: DatasetService, path: Path, options: ImportOptions, meanwhile: Callable[[float], None], by: str
    ) -> SourcePreview:
        if options.encoding == "utf-16":
            raise DataError("reviews.csv is not UTF-16. Choose another encoding.")
        return real(dataset_service, path, options, meanwhile, by)

    monkeypatch.setattr(DatasetService, "preview_source", preview)
    at.selectbox(key="bring-encoding").set_value("utf-16").run()
    assert "not UTF\\-16" in healthy(at).error[0].value
    assert at.button(key="bring-in").disabled
    assert chosen(at, "label_column") == "sentiment"
    at.selectbox(key="bring-encoding").set_value(None).run()
    assert not healthy(at).error
    assert not at.button(key="bring-in").disabled


def test_two_clicks_start_one_import(
    open_page: Open, reviews: Path, started: list[tuple[Path, ImportOptions, str]]
) -> None:
    at = preview_source(open_page, reviews)
    at.text_input(key="title-reviews").set_value("What shoppers say").run()
    at.button(key="bring-in").click().run()
    ((path, options, title),) = started
    assert path == reviews
    assert title == "What shoppers say"
    assert (options.name, options.task, options.text_column) == ("reviews", "text-classification", "comment")


def test_a_name_that_is_taken_gets_a_number_or_becomes_a_version(
    open_page: Open, service: Service, reviews: Path, tmp_path: Path,
    started: list[tuple[Path, ImportOptions, str]],
) -> None:  # fmt: skip
    run_import(service.dataset_service.store, reviews, ImportOptions(), Silent(), tmp_path / "draft")
    at = preview_source(open_page, reviews)
    at.button(key="bring-in").click().run()
    assert started[0][1].name == "reviews-2"
    at = preview_source(open_page, reviews)
    at.selectbox(key="place").set_value("version:reviews").run()
    at.button(key="bring-in").click().run()
    assert started[1][1].name == "reviews"
    at = preview_source(open_page, reviews)
    at.selectbox(key="place").set_value("add:reviews").run()
    at.button(key="bring-in").click().run()
    assert started[2][1].add_to == "reviews"


def test_a_pasted_table_is_looked_at(open_page: Open, reviews: Path) -> None:
    at = open_page("import_data", how="paste")
    at.text_area(key="pasted").set_value(reviews.read_text())
    at.button[0].click().run()
    assert "the pasted table" in words(healthy(at))
    assert chosen(at, "label_column") == "sentiment"


def test_nothing_pasted_is_said(open_page: Open) -> None:
    at = open_page("import_data", how="paste")
    at.button[0].click().run()
    assert "Nothing was pasted yet" in healthy(at).error[0].value


def test_a_table_of_numbers_asks_for_the_number_to_predict(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "laptops.csv"
    rows = [f"{i},{8 * (1 + i % 4)}GB,{13 + i % 3},{500.5 + 13 * i}" for i in range(60)]
    file.write_text("\n".join(["id,ram,inches,price", *rows]))
    at = preview_source(open_page, file, **{"as": "tabular-regression"})
    assert chosen(at, "target_column") == "price"
    assert chosen(at, "number_columns") == ["ram"]
    at.selectbox(key="column-kind-ram").set_value("left out").run()
    assert chosen(healthy(at), "ignored_columns") == ["id", "ram"]
    at.selectbox(key="column-kind-ram").set_value("category").run()
    assert chosen(healthy(at), "ignored_columns") == ["id"]
    assert chosen(at, "column_kinds") == {"ram": "category"}
    at.selectbox(key="column-kind-id").set_value("date").run()
    assert "which are no dates or times" in healthy(at).error[0].value
    at.selectbox(key="column-kind-id").set_value("number").run()
    assert chosen(healthy(at), "ignored_columns") == []
    assert not at.error


def test_rows_in_time_are_divided_by_time_unless_the_page_is_told_otherwise(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    rows = [f"2024-{1 + i // 28:02}-{1 + i % 28:02},{i % 5},{500.5 + 13 * i}" for i in range(60)]
    file.write_text("\n".join(["day,shelf,sales", *rows]))
    at = preview_source(open_page, file, **{"as": "tabular-regression"})
    assert chosen(at, "split_by") == "time"
    at.segmented_control(key="bring-split_by").set_value("random").run()
    assert chosen(healthy(at), "split_by") == "random"
    at.selectbox(key="column-kind-day").set_value("left out").run()
    assert chosen(healthy(at), "ignored_columns") == ["day"]


def test_groups_are_chosen_where_the_columns_are(open_page: Open, reviews: Path) -> None:
    at = preview_source(open_page, reviews)
    assert chosen(at, "group_column") is None
    at.selectbox(key="bring-group_column").set_value("shop").run()
    assert chosen(healthy(at), "group_column") == "shop"
    assert not at.error
    assert "Group" in list(at.dataframe[0].value["Role"])


def test_a_well_known_set_is_fetched_by_its_button(
    open_page: Open, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    def start(_: DatasetService, hub_id: str, options: ImportOptions, config: str = "") -> str:
        fetched.append(hub_id)
        return "abc"

    monkeypatch.setattr(DatasetService, "start_hub_import", start)
    known = service.dataset_service.hub_sets()[0]
    at = open_page("import_data", how="hub")
    shown = words(at).replace("\\", "")
    assert known.title in shown
    assert known.licence in shown
    at.button(key=f"fetch-{known.id}").click().run()
    assert fetched == [known.id]
    healthy(at)


def test_what_the_address_asks_for_and_cannot_be_is_said_and_can_be_corrected(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    rows = [f"remark number {i} is long enough,note {i} as well" for i in range(60)]
    file.write_text("\n".join(["remark,note", *rows]))
    at = preview_source(open_page, file, **{"as": "text-classification"})
    assert "no column of labels" in at.warning[0].value
    assert chosen(at, "task") == "text-classification"
    assert "Choose the column first: " in words(at).replace("\\", "")
    at.segmented_control(key="bring-task").set_value("text-generation").run()
    assert not healthy(at).warning
    assert not at.button(key="bring-in").disabled


def test_a_table_without_labels_waits_for_the_column(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text("\n".join(["remark,shop", *(f"remark number {i} is long enough,north" for i in range(60))]))
    at = preview_source(open_page, file)
    assert "Choose the column first: " in words(at).replace("\\", "")
    assert at.button(key="bring-in").disabled


def test_the_title_keeps_the_letters_of_the_file_name(open_page: Open, reviews: Path) -> None:
    file = reviews.rename(reviews.with_name("Rückmeldungen_评论.csv"))
    at = preview_source(open_page, file)
    (title,) = [field for field in at.text_input if str(field.key).startswith("title-")]
    assert title.value == "Rückmeldungen 评论"


def test_an_upload_that_cannot_be_read_leads_to_another_file(open_page: Open, service: Service) -> None:
    upload = service.dataset_service.new_upload()
    (service.dataset_service.upload_folder(upload) / "photos.zip").write_bytes(b"PK\x03\x04 and then it broke off")
    at = open_page("import_data", how="files", upload=upload, ready="1")
    assert "photos\\.zip" in at.error[0].value
    at.button(key="choose-again").click().run()
    assert not healthy(at).error
    assert at.query_params["upload"] != upload


def test_tables_chosen_together_are_offered_one_by_one(open_page: Open, service: Service, reviews: Path) -> None:
    upload = service.dataset_service.new_upload()
    for name in ("may.csv", "june.csv"):
        (service.dataset_service.upload_folder(upload) / name).write_bytes(reviews.read_bytes())
    at = open_page("import_data", how="files", upload=upload, ready="1")
    assert "Tables are imported one at a time" in words(at)
    at.button(key="only-1").click().run()
    assert "60 rows" in words(healthy(at))
    assert at.query_params["file"] == "may.csv"


def test_a_collection_is_called_what_its_owner_called_it(open_page: Open, service: Service) -> None:
    collection = service.dataset_service.collections.new("Ripe or not")
    for label, color in (("ripe", "red"), ("not ripe", "green")):
        file = io.BytesIO()
        Image.new("RGB", (40, 40), color).save(file, "PNG")
        service.dataset_service.collections.add_image(collection, label, file.getvalue())
    at = open_page("import_data", how="pictures", collection=collection, ready="1")
    assert at.text_input(key="title-ripe-or-not").value == "Ripe or not"


def test_a_layout_of_pictures_is_said_and_can_be_chosen_otherwise(open_page: Open, tmp_path: Path) -> None:
    places = [(shape, year, i) for shape in ("circle", "square") for year in (2021, 2022) for i in range(2)]
    source = pack(tmp_path / "set.zip", {f"{s}/{y}/{i}.png": png(n) for n, (s, y, i) in enumerate(places)})
    at = preview_source(open_page, source)
    assert at.selectbox(key="bring-layout").value == "upper-folder"
    assert at.session_state["bringing"].preview.classes == {"circle": 4, "square": 4}
    at.selectbox(key="bring-layout").set_value("class-folders").run()
    assert healthy(at).session_state["bringing"].preview.classes == {"2021": 4, "2022": 4}
