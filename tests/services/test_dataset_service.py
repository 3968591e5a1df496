from pathlib import Path

import pytest

from core.data.imports.run_import import run_relabel
from core.errors import UserError
from core.services.dataset_service import Shelf
from core.settings import Settings
from tests.data.imported import bring_texts, reviews
from tests.data.silent import Silent


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    settings = Settings(home=tmp_path / "home")
    settings.prepare()
    return Shelf(settings)


@pytest.fixture
def fingerprint(shelf: Shelf, tmp_path: Path) -> str:
    return bring_texts(shelf.library, tmp_path / "draft", reviews()).fingerprint


def test_built_in_and_brought_data_sets_stand_in_one_list(shelf: Shelf, fingerprint: str) -> None:
    listed = shelf.entries("text-classification")
    assert [(entry.name, entry.built_in) for entry in listed] == [("customer-feedback", True), ("reviews", False)]
    assert (listed[1].examples, listed[1].fingerprint, listed[1].version_count) == (60, fingerprint, 1)
    assert "digits" not in {entry.name for entry in listed}
    assert {"digits", "reviews"} <= set(shelf.specs())


def test_examples_are_found_by_class_split_words_and_position(shelf: Shelf, fingerprint: str) -> None:
    assert shelf.browse("reviews").total == 60
    good = shelf.browse("reviews", label="positive", limit=5)
    assert (good.total, len(good.items)) == (30, 5)
    assert {item.label for item in good.items} == {"positive"}
    assert shelf.browse("reviews", search="BROKEN parcel").items[0].text == "the parcel arrived broken and late"
    assert shelf.browse("reviews", split="test").total == shelf.version("reviews").split_sizes["test"]
    assert [item.position for item in shelf.browse("reviews", rows=(3, 50)).items] == [3, 50]
    assert shelf.browse("reviews", offset=58).total == 60
    assert len(shelf.browse("reviews", offset=58).items) == 2
    assert shelf.browse("reviews", search="%_nothing(").total == 0


def test_a_corrected_label_makes_a_version_and_can_be_undone(shelf: Shelf, fingerprint: str) -> None:
    info = run_relabel(shelf.library, "reviews", {0: "negative", 31: "positive"}, "", Silent())
    assert info.change == "Corrected 2 labels"
    assert [item.label for item in shelf.browse("reviews", rows=(0, 31)).items] == ["negative", "positive"]
    shelf.use_version("reviews", fingerprint)
    assert [item.label for item in shelf.browse("reviews", rows=(0, 31)).items] == ["positive", "negative"]


def test_a_correction_that_makes_no_sense_is_refused(shelf: Shelf, fingerprint: str) -> None:
    with pytest.raises(UserError, match="No label was changed"):
        run_relabel(shelf.library, "reviews", {}, "", Silent())
    with pytest.raises(UserError, match="no example 60: this version has 60"):
        run_relabel(shelf.library, "reviews", {60: "negative"}, "", Silent())
    with pytest.raises(UserError, match="A label needs 1 to 100 characters"):
        run_relabel(shelf.library, "reviews", {1: " "}, "", Silent())
    assert shelf.head("reviews") == fingerprint


def test_a_preview_shows_some_of_every_class(shelf: Shelf, fingerprint: str) -> None:
    preview = shelf.preview("reviews")
    assert preview.version.fingerprint == fingerprint
    assert dict(preview.class_counts) == {"negative": 30, "positive": 30}
    assert set(preview.samples.targets) == {0, 1}


def test_a_spreadsheet_takes_no_cell_for_a_formula(shelf: Shelf, tmp_path: Path) -> None:
    rows = [('=HYPERLINK("http://example.com")', "negative"), ("+1 from me", "positive"), *reviews()]
    bring_texts(shelf.library, tmp_path / "draft", rows)
    lines = shelf.export_rows("reviews").decode("utf-8-sig").splitlines()
    assert lines[0] == "text,label,split"
    assert lines[1].startswith("\"'=HYPERLINK(")
    assert lines[2].startswith("'+1 from me,positive,")


def test_a_title_can_be_changed_and_a_built_in_set_cannot_be_removed(shelf: Shelf, fingerprint: str) -> None:
    shelf.retitle("reviews", "What they said")
    assert shelf.entry("reviews").title == "What they said"
    with pytest.raises(UserError, match="1 to 80 characters"):
        shelf.retitle("reviews", " ")
    with pytest.raises(UserError, match="built in and cannot be removed"):
        shelf.delete("digits")


def test_the_trash_gives_back_what_it_took(shelf: Shelf, fingerprint: str) -> None:
    shelf.delete("reviews")
    assert [entry.name for entry in shelf.entries(trashed=True)] == ["reviews"]
    shelf.restore("reviews")
    assert shelf.head("reviews") == fingerprint
    shelf.delete("reviews")
    assert shelf.empty_trash(keep=["reviews"]) == 0
    assert shelf.empty_trash() == 1


def test_lengths_are_spread_as_the_texts_are(shelf: Shelf, fingerprint: str) -> None:
    (lengths,) = shelf.histograms("reviews")
    assert (lengths.title, lengths.unit, sum(lengths.counts)) == ("Length of the texts", "characters", 60)


def test_a_pasted_table_becomes_a_file(shelf: Shelf) -> None:
    upload = shelf.save_pasted("text\tlabel\nfine\tgood\n")
    assert [file.name for file in shelf.upload_folder(upload).iterdir()] == ["pasted.csv"]
    with pytest.raises(UserError, match="Nothing was pasted"):
        shelf.save_pasted(" \n")


def doubts(count: int) -> list[dict[str, object]]:
    """Return what a run wrote: the first examples of the test split should be positive."""
    found = {"split": "test", "given": "negative", "suggested": "positive", "confidence": 0.9}
    return [found | {"place": place} for place in range(count)]


def test_what_a_run_doubts_is_a_finding_until_a_person_keeps_it(shelf: Shelf, fingerprint: str) -> None:
    doubted = shelf.doubted_labels("reviews", fingerprint, doubts(3), "my run")
    assert [shelf.browse("reviews", rows=(one.position,)).items[0].split for one in doubted] == ["test"] * 3
    finding = shelf.doubt_finding("reviews", doubted)
    assert (finding.code, finding.count, finding.fix) == ("probable-mislabels", 3, "")
    assert finding.message == "3 texts seem to have a wrong label, says 'my run'."
    assert finding.examples[0].endswith(": negative, rather positive (90 % sure)")
    assert finding.rows == tuple(one.position for one in doubted)

    shelf.keep_labels("reviews", [doubted[0].position])
    assert shelf.doubted_labels("reviews", fingerprint, doubts(3), "my run") == doubted[1:]
    assert shelf.kept_labels("reviews") == 1
    shelf.doubt_again("reviews")
    assert shelf.doubted_labels("reviews", fingerprint, doubts(3), "my run") == doubted


def test_a_version_knows_those_it_was_made_from(shelf: Shelf, fingerprint: str) -> None:
    second = run_relabel(shelf.library, "reviews", {0: "negative"}, "", Silent()).fingerprint
    third = run_relabel(shelf.library, "reviews", {1: "negative"}, "", Silent()).fingerprint
    assert shelf.lineage("reviews", third) == [third, second, fingerprint]
    assert shelf.lineage("reviews", fingerprint) == [fingerprint]
    back = run_relabel(shelf.library, "reviews", {0: "positive", 1: "positive"}, "", Silent()).fingerprint
    assert back == fingerprint  # the same content is the same version
    assert shelf.lineage("reviews", third) == [third, second, fingerprint]
