"""JSON comes in however its rows are arranged, and a broken line costs no other."""

import json
from pathlib import Path

import pytest

from core.errors import DataError
from tests.data.tables.taken import preview, take

OBJECTS = [
    {"text": "arrived early", "label": "good"},
    {"text": "broke\nafter a day", "label": "bad"},
    {"text": 'schön "fein" 😀', "label": "good"},
] * 3
PAIRS = [(row["text"], row["label"]) for row in OBJECTS]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in OBJECTS)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (json.dumps(OBJECTS), "JSON"),
        (json.dumps(OBJECTS, indent=2, ensure_ascii=False), "JSON"),
        (LINES, "JSON Lines"),
        (LINES.replace("\n", "\r\n\r\n"), "JSON Lines"),
        (json.dumps({"version": 1, "data": OBJECTS, "more": []}), "JSON"),
        (json.dumps({"meta": {"by": "us"}, "result": {"page": 1, "items": {"rows": OBJECTS}}}), "JSON"),
        (json.dumps({"text": [t for t, _ in PAIRS], "label": [name for _, name in PAIRS]}), "JSON"),
        (json.dumps({"text": {str(i): t for i, (t, _) in enumerate(PAIRS)},
                     "label": {str(i): name for i, (_, name) in enumerate(PAIRS)}}), "JSON"),
        (json.dumps([{"data": {"text": t}, "meta": {"label": name}} for t, name in PAIRS]), "JSON"),
    ],
    ids=["list", "indented", "lines", "blank lines", "within", "deep within", "columns", "pandas", "nested"],
)  # fmt: skip
def test_every_usual_arrangement_is_understood(content: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    file.write_text(content, encoding="utf-8")
    assert preview(file).format == kind
    assert take(file).pairs == PAIRS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_json_in_other_encodings_is_understood(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    file.write_bytes(LINES.encode(encoding))
    assert take(file).pairs == PAIRS


def test_a_broken_line_is_left_out_and_named(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    file.write_text(LINES + '{"text": "cut o\n[1, 2]\n' + LINES, encoding="utf-8")
    taken = take(file)
    assert taken.pairs == PAIRS * 2
    assert taken.findings["bad-lines"].message == (
        "2 lines of reviews.jsonl were left out because they are not JSON objects (lines 10, 11)."
    )
    assert taken.rows[9]["source"] == 12


def test_json_that_ends_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    file.write_text(json.dumps(OBJECTS)[:-60])
    with pytest.raises(DataError, match=r"reviews\.json is not whole JSON: it cannot be read after object 8\."):
        take(file)


def test_a_list_of_many_megabytes_is_read_piece_by_piece(tmp_path: Path) -> None:
    rows = [{"text": f"{'so well ' * (n % 9 + 5)}{n}", "label": "ab"[n % 2]} for n in range(40_000)]
    file = tmp_path / "reviews.json"
    file.write_text(json.dumps(rows))
    assert take(file).pairs == [(row["text"], row["label"]) for row in rows]


def test_missing_keys_and_null_are_nothing_and_new_keys_are_ignored(tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    odd = [{"text": "no label"}, {"text": None, "label": "good"}, {"text": "more", "label": "bad", "extra": 1}]
    file.write_text(json.dumps([*OBJECTS, *odd]), encoding="utf-8")
    taken = take(file)
    assert taken.pairs == [*PAIRS, ("more", "bad")]
    assert (taken.findings["missing-labels"].count, taken.findings["empty-rows"].count) == (1, 1)


def test_true_numbers_and_lists_of_one_are_written_as_people_would(tmp_path: Path) -> None:
    rows = [{"text": f"words of row {n}", "label": [n % 2 == 0]} for n in range(6)]
    file = tmp_path / "reviews.json"
    file.write_text(json.dumps(rows))
    assert take(file).pairs[:2] == [("words of row 0", "true"), ("words of row 1", "false")]


def test_half_characters_become_a_sign_that_can_be_stored(tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    file.write_text(json.dumps([{"text": "broken \ud83d emoji", "label": "bad"}, *OBJECTS]))
    assert take(file).texts[0] == "broken \ufffd emoji"


def test_json_that_was_called_csv_is_read_and_said_so(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text(LINES, encoding="utf-8")
    assert "reviews.csv is in truth JSON, whatever its name says; it is read as such." in preview(file).notes
    assert take(file).pairs == PAIRS


@pytest.mark.parametrize(
    "content", ["[{}]", "{}", "[[]]", '{"a": {}}', '{"a": []}', '""', "null", "[null]", "{", "[,]"]
)
def test_json_without_rows_is_refused_in_words(content: str, tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    file.write_text(content)
    with pytest.raises(DataError, match=r"reviews\.json .*[.]"):
        take(file)


def test_of_several_lists_the_longest_is_taken_and_another_one_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "board.json"
    lists = [{"id": "a", "name": "Praise"}, {"id": "b", "name": "Blame"}]
    file.write_text(json.dumps({"name": "Board", "lists": lists, "of": {"cards": OBJECTS}}), encoding="utf-8")
    guesses = {guess.about: guess for guess in preview(file).guesses}
    assert (guesses["List of rows"].value, guesses["List of rows"].option) == ("of.cards", "--sheet NAME")
    assert "'lists' with 2 objects" in guesses["List of rows"].why
    assert take(file).pairs == PAIRS
    assert [column.name for column in preview(file, sheet="lists").columns] == ["id", "name"]
    with pytest.raises(DataError, match="has no list 'boards' of objects"):
        preview(file, sheet="boards")
