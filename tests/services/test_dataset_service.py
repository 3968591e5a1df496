from pathlib import Path

import pytest

from core.data.imports.run_import import run_relabel
from core.errors import UserError
from core.services.dataset_service import DatasetService
from core.settings import Settings
from tests.data.imported import import_texts, reviews
from tests.data.silent import Silent


@pytest.fixture
def dataset_service(tmp_path: Path) -> DatasetService:
    settings = Settings(home=tmp_path / "home")
    settings.prepare()
    return DatasetService(settings)


@pytest.fixture
def fingerprint(dataset_service: DatasetService, tmp_path: Path) -> str:
    return import_texts(dataset_service.store, tmp_path / "draft", reviews()).fingerprint


def test_built_in_and_brought_data_sets_stand_in_one_list(dataset_service: DatasetService, fingerprint: str) -> None:
    listed = dataset_service.entries("text-classification")
    assert [(entry.name, entry.built_in) for entry in listed] == [("customer-feedback", True), ("reviews", False)]
    assert (listed[1].examples, listed[1].fingerprint, listed[1].version_count) == (60, fingerprint, 1)
    assert "digits" not in {entry.name for entry in listed}
    assert {"digits", "reviews"} <= set(dataset_service.specs())


def test_examples_are_found_by_class_split_words_and_position(
    dataset_service: DatasetService, fingerprint: str
) -> None:
    assert dataset_service.browse("reviews").total == 60
    good = dataset_service.browse("reviews", label="positive", limit=5)
    assert (good.total, len(good.items)) == (30, 5)
    assert {item.label for item in good.items} == {"positive"}
    assert (
        dataset_service.browse("reviews", search="BROKEN parcel").items[0].text == "the parcel arrived broken and late"
    )
    assert (
        dataset_service.browse("reviews", split="test").total == dataset_service.version("reviews").split_sizes["test"]
    )
    assert [item.position for item in dataset_service.browse("reviews", rows=(3, 50)).items] == [3, 50]
    assert dataset_service.browse("reviews", offset=58).total == 60
    assert len(dataset_service.browse("reviews", offset=58).items) == 2
    assert dataset_service.browse("reviews", search="%_nothing(").total == 0


def test_a_corrected_label_makes_a_version_and_can_be_undone(dataset_service: DatasetService, fingerprint: str) -> None:
    info = run_relabel(dataset_service.store, "reviews", {0: "negative", 31: "positive"}, "", Silent())
    assert info.change == "Corrected 2 labels"
    assert [item.label for item in dataset_service.browse("reviews", rows=(0, 31)).items] == ["negative", "positive"]
    dataset_service.use_version("reviews", fingerprint)
    assert [item.label for item in dataset_service.browse("reviews", rows=(0, 31)).items] == ["positive", "negative"]


def test_a_correction_that_makes_no_sense_is_refused(dataset_service: DatasetService, fingerprint: str) -> None:
    with pytest.raises(UserError, match="No label was changed"):
        run_relabel(dataset_service.store, "reviews", {}, "", Silent())
    with pytest.raises(UserError, match="no example 60: this version has 60"):
        run_relabel(dataset_service.store, "reviews", {60: "negative"}, "", Silent())
    with pytest.raises(UserError, match="A label needs 1 to 100 characters"):
        run_relabel(dataset_service.store, "reviews", {1: " "}, "", Silent())
    assert dataset_service.head("reviews") == fingerprint


def test_a_preview_shows_some_of_every_class(dataset_service: DatasetService, fingerprint: str) -> None:
    preview = dataset_service.preview("reviews")
    assert preview.version.fingerprint == fingerprint
    assert dict(preview.class_counts) == {"negative": 30, "positive": 30}
    assert set(preview.samples.targets) == {0, 1}


def test_a_spreadsheet_takes_no_cell_for_a_formula(dataset_service: DatasetService, tmp_path: Path) -> None:
    rows = [('=HYPERLINK("http://example.com")', "negative"), ("+1 from me", "positive"), *reviews()]
    import_texts(dataset_service.store, tmp_path / "draft", rows)
    lines = dataset_service.export_rows("reviews").decode("utf-8-sig").splitlines()
    assert lines[0] == "text,label,split"
    assert lines[1].startswith("\"'=HYPERLINK(")
    assert lines[2].startswith("'+1 from me,positive,")


def test_a_title_can_be_changed_and_a_built_in_set_cannot_be_removed(
    dataset_service: DatasetService, fingerprint: str
) -> None:
    dataset_service.retitle("reviews", "What they said")
    assert dataset_service.entry("reviews").title == "What they said"
    with pytest.raises(UserError, match="1 to 80 characters"):
        dataset_service.retitle("reviews", " ")
    with pytest.raises(UserError, match="built in and cannot be removed"):
        dataset_service.delete("digits")


def test_the_trash_gives_back_what_it_took(dataset_service: DatasetService, fingerprint: str) -> None:
    dataset_service.delete("reviews")
    assert [entry.name for entry in dataset_service.entries(trashed=True)] == ["reviews"]
    dataset_service.restore("reviews")
    assert dataset_service.head("reviews") == fingerprint
    dataset_service.delete("reviews")
    assert dataset_service.empty_trash(keep=["reviews"]) == 0
    assert dataset_service.empty_trash() == 1


def test_lengths_are_spread_as_the_texts_are(dataset_service: DatasetService, fingerprint: str) -> None:
    (lengths,) = dataset_service.histograms("reviews")
    assert (lengths.title, lengths.unit, sum(lengths.counts)) == ("Length of the texts", "characters", 60)


def test_a_pasted_table_becomes_a_file(dataset_service: DatasetService) -> None:
    upload = dataset_service.save_pasted("text\tlabel\nfine\tgood\n")
    assert [file.name for file in dataset_service.upload_folder(upload).iterdir()] == ["pasted.csv"]
    with pytest.raises(UserError, match="Nothing was pasted"):
        dataset_service.save_pasted(" \n")


def label_issues(count: int) -> list[dict[str, object]]:
    """Return what a run wrote: the first examples of the test split should be positive."""
    found = {"split": "test", "given": "negative", "suggested": "positive", "confidence": 0.9}
    return [found | {"place": place} for place in range(count)]


def test_what_a_run_doubts_is_a_finding_until_a_person_keeps_it(
    dataset_service: DatasetService, fingerprint: str
) -> None:
    doubted = dataset_service.label_issue_list("reviews", fingerprint, label_issues(3), "my run")
    assert [dataset_service.browse("reviews", rows=(one.position,)).items[0].split for one in doubted] == ["test"] * 3
    finding = dataset_service.label_issue_finding("reviews", doubted)
    assert (finding.code, finding.count, finding.fix) == ("probable-mislabels", 3, "")
    assert finding.message == "3 texts seem to have a wrong label, says 'my run'."
    assert finding.examples[0].endswith(": negative, rather positive (90 % sure)")
    assert finding.rows == tuple(one.position for one in doubted)

    dataset_service.keep_labels("reviews", [doubted[0].position])
    assert dataset_service.label_issue_list("reviews", fingerprint, label_issues(3), "my run") == doubted[1:]
    assert dataset_service.kept_labels("reviews") == 1
    dataset_service.suggest_again("reviews")
    assert dataset_service.label_issue_list("reviews", fingerprint, label_issues(3), "my run") == doubted


def test_a_version_knows_those_it_was_made_from(dataset_service: DatasetService, fingerprint: str) -> None:
    second = run_relabel(dataset_service.store, "reviews", {0: "negative"}, "", Silent()).fingerprint
    third = run_relabel(dataset_service.store, "reviews", {1: "negative"}, "", Silent()).fingerprint
    assert dataset_service.lineage("reviews", third) == [third, second, fingerprint]
    assert dataset_service.lineage("reviews", fingerprint) == [fingerprint]
    back = run_relabel(dataset_service.store, "reviews", {0: "positive", 1: "positive"}, "", Silent()).fingerprint
    assert back == fingerprint  # the same content is the same version
    assert dataset_service.lineage("reviews", third) == [third, second, fingerprint]
