"""Rows with several labels, and one label in several columns: said, and learnt by a choice."""

import json
from pathlib import Path

import pytest

from core.errors import DataError
from tests.data.tables.taken import preview, take, write_csv

TOPICS = ("parcel", "invoice", "screen", "manual", "refund", "keyboard", "driver", "price", "battery", "cable")
TEXTS = [f"the {TOPICS[n % 10]} of order {n} came on a {TOPICS[n // 10]} day at last" for n in range(60)]
SETS = [("info",), ("billing", "info"), ("complaint",), ("complaint", "urgent"), ("billing",), ("info", "urgent")]


def several(folder: Path, kind: str) -> Path:
    labels = [SETS[n % 6] for n in range(60)]
    if kind == "jsonl":
        file = folder / "tickets.jsonl"
        lines = [json.dumps({"text": t, "labels": list(found)}) for t, found in zip(TEXTS, labels, strict=True)]
        file.write_text("\n".join(lines), encoding="utf-8")
        return file
    things = [[{"id": len(name), "name": name} for name in found] for found in labels]
    written = {"python": lambda found: str(list(found)), "json": lambda found: json.dumps(list(found))}
    joined = written.get(kind, lambda found: kind.join(found))
    cells = map(json.dumps, things) if kind == "things" else map(joined, labels)
    return write_csv(folder / "tickets.csv", ("text", "tags"), *zip(TEXTS, cells, strict=True))


@pytest.mark.parametrize("kind", ["jsonl", "json", "python", "things", ", ", "|", ";"])
def test_the_first_label_is_taken_and_said(kind: str, tmp_path: Path) -> None:
    seen = preview(several(tmp_path, kind))
    assert dict(seen.classes) == {"info": 20, "billing": 20, "complaint": 20}
    assert seen.options.several_labels == "first"
    said = " ".join(seen.notes)
    assert "30 of 60 rows looked at have several labels" in said
    assert "Never the first of a row, and so no class: 'urgent'." in said
    assert any(guess.about == "Rows with several labels" and "leave-out" in guess.option for guess in seen.guesses)


def test_one_label_can_be_learnt_against_the_rest(tmp_path: Path) -> None:
    taken = take(several(tmp_path, "|"), several_labels="against:urgent")
    assert [label for _, label in taken.pairs[:6]] == ["not urgent"] * 3 + ["urgent", "not urgent", "urgent"]
    assert "first-labels" not in taken.findings


def test_rows_with_several_labels_can_be_left_out(tmp_path: Path) -> None:
    taken = take(several(tmp_path, "jsonl"), several_labels="leave-out")
    assert [label for _, label in taken.pairs[:3]] == ["info", "complaint", "billing"]
    assert len(taken.rows) == 30
    assert taken.findings["several-labels"].count == 30
    assert "missing-labels" not in taken.findings


def test_a_choice_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    file = several(tmp_path, "|")
    with pytest.raises(DataError, match="There is no label 'spam' to learn against the rest"):
        preview(file, several_labels="against:spam")
    with pytest.raises(DataError, match="'last' is no choice"):
        preview(file, several_labels="last")
    plain = write_csv(tmp_path / "plain.csv", ("text", "label"), *zip(TEXTS, "ab" * 30, strict=True))
    with pytest.raises(DataError, match=r"No row of plain\.csv has several labels in 'label'"):
        preview(plain, several_labels="first")


@pytest.mark.parametrize("labels", [("Berlin, Germany", "Paris, France"), ("red", "green"), ("1-2 days", "3-4 days")])
def test_labels_with_commas_are_one_label_each(labels: tuple[str, str], tmp_path: Path) -> None:
    seen = preview(write_csv(tmp_path / "a.csv", ("text", "label"), *((t, labels[n % 2]) for n, t in enumerate(TEXTS))))
    assert dict(seen.classes) == {labels[0]: 30, labels[1]: 30}
    assert seen.options.several_labels == ""


@pytest.mark.parametrize(
    ("names", "yes", "no"),
    [
        (("positive", "negative", "neutral"), "1", "0"),
        (("mood_positive", "mood_negative", "mood_neutral"), "True", "False"),
        (("mood=positive", "mood=negative", "mood=neutral"), "1.0", "0.0"),
    ],
)
def test_columns_of_0_and_1_are_one_label(names: tuple[str, ...], yes: str, no: str, tmp_path: Path) -> None:
    rows = [(text, *(yes if n % 3 == k else no for k in range(3))) for n, text in enumerate(TEXTS)]
    taken = take(write_csv(tmp_path / "a.csv", ("text", *names), *rows))
    assert [label for _, label in taken.pairs[:3]] == ["positive", "negative", "neutral"]
    assert taken.options.label_column == "positive / negative / neutral"


def test_rows_with_several_and_with_no_1_are_said(tmp_path: Path) -> None:
    rows = [(text, int(n % 3 == 0), int(n % 6 == 0), int(n % 5 == 0)) for n, text in enumerate(TEXTS)]
    seen = preview(write_csv(tmp_path / "a.csv", ("comment_text", "toxic", "insult", "threat"), *rows))
    assert dict(seen.classes) == {"none": 32, "toxic": 20, "threat": 8}
    assert any("12 of 60 rows looked at have 1 in several of them" in note for note in seen.notes)
    assert dict(preview(tmp_path / "a.csv", several_labels="against:insult").classes) == {
        "not insult": 50,
        "insult": 10,
    }
    assert dict(preview(tmp_path / "a.csv", label_column="threat").classes) == {"0": 48, "1": 12}


def test_columns_of_0_and_1_beside_a_label_or_without_a_text_are_left_alone(tmp_path: Path) -> None:
    rows = [(text, n % 2, (n + 1) % 2, "ab"[n % 2]) for n, text in enumerate(TEXTS)]
    seen = preview(write_csv(tmp_path / "a.csv", ("text", "paid", "open", "label"), *rows))
    assert seen.options.label_column == "label"
    numbers = [(n * 1.5, n % 2, (n + 1) % 2, n * 2.25 + n % 2) for n in range(60)]
    table = preview(write_csv(tmp_path / "b.csv", ("size", "left", "right", "price"), *numbers))
    assert (table.options.task, table.options.target_column) == ("tabular-regression", "price")
