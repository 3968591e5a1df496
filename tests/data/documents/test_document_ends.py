"""Documents within one text file are kept apart where a mark says so, and the choice is said."""

from pathlib import Path

import pytest

from core.errors import DataError
from tests.data.tables.taken import preview, take

STORY = "The miller rose before the sun, number {0}.\n\nNobody knew how old the bridge was, number {0}."
STORIES = [STORY.format(number) for number in range(20)]


def file(folder: Path, mark: str, name: str = "stories.txt") -> Path:
    (folder / name).write_bytes(mark.join(STORIES).encode())
    return folder / name


@pytest.mark.parametrize(
    "mark",
    [
        "<|endoftext|>",
        "\n<|endoftext|>\n",
        "<|end_of_text|>",
        "\n---\n",
        "\r\n-----\r\n",
        "\n* * *\n",
        "\n\f",
        "\n===\n",
    ],
)
def test_each_document_comes_in_by_itself(mark: str, tmp_path: Path) -> None:
    taken = take(file(tmp_path, mark))
    assert [text.strip() for text in taken.texts] == STORIES
    assert taken.rows[1]["name"] == "stories.txt, document 2"


def test_blank_lines_are_ends_where_every_block_begins_alike(tmp_path: Path) -> None:
    text = "\n\n".join(f"Q: What is number {n}?\nA: It is the {n}. of them all." for n in range(40))
    (tmp_path / "faq.txt").write_text(text)
    assert len(take(tmp_path / "faq.txt").rows) == 40


def test_prose_and_rules_in_markdown_stay_one_document_unless_somebody_says_so(tmp_path: Path) -> None:
    assert len(take(file(tmp_path, "\n\n")).rows) == 1
    notes = file(tmp_path, "\n---\n", "notes.md")
    assert len(take(notes).rows) == 1
    (tmp_path / "again").mkdir()
    assert len(take(file(tmp_path / "again", "\n---\n", "notes.md"), document_end="---").rows) == 20


def test_it_is_a_line_with_the_way_to_choose_otherwise(tmp_path: Path) -> None:
    said = {guess.about: guess.value for guess in preview(file(tmp_path, "<|endoftext|>")).guesses}
    assert said == {"End of a document": "after each <|endoftext|>"}
    assert len(take(file(tmp_path, "<|endoftext|>"), document_end="none").rows) == 1
    with pytest.raises(DataError, match="'page' is no end of documents"):
        preview(file(tmp_path, "\f"), document_end="page")
