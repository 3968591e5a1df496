from pathlib import Path

import pytest

from core.data.readers.plain_text import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs import DOCUMENT_BREAK
from core.specs.dataset_types import ImportOptions
from tests.data.documents.writing import story
from tests.data.images.taking import take

WESTERN = "Die Bäckerin grüßte ihn täglich; für fünf Brötchen zahlte er übrigens nie.\n" * 20
CHINESE = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。\n春眠不覺曉，處處聞啼鳥。\n" * 40


def text_file(folder: Path, content: bytes, name: str = "book.txt") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize(
    ("text", "encoding", "title"),
    [
        (WESTERN, "utf-8", "Text, UTF-8"),
        (WESTERN, "utf-8-sig", "Text, UTF-8"),
        (WESTERN, "utf-16", "Text, UTF-16"),
        (WESTERN, "utf-16-le", "Text, UTF-16"),
        (WESTERN, "utf-16-be", "Text, UTF-16"),
        (WESTERN, "latin-1", "Text, Western European (Windows-1252)"),
        (CHINESE, "utf-8", "Text, UTF-8"),
        (CHINESE, "gb18030", "Text, Chinese (GB18030)"),
        (CHINESE, "utf-16-le", "Text, UTF-16"),
    ],
)
def test_a_text_comes_in_as_it_is_in_any_usual_encoding(tmp_path: Path, text: str, encoding: str, title: str) -> None:
    taken = take(READER, text_file(tmp_path, text.encode(encoding)), tmp_path)
    assert [row["text"] for row in taken.rows] == [text]
    assert taken.rows[0]["name"] == "book.txt"
    assert taken.preview.format == taken.staged.facts["format"] == title
    assert taken.findings == {}


def test_an_encoding_that_the_user_chose_is_used(tmp_path: Path) -> None:
    russian = "Мельник вставал до солнца и слушал реку.\n" * 40
    taken = take(READER, text_file(tmp_path, russian.encode("koi8-r")), tmp_path, encoding="KOI8-R")
    assert taken.rows[0]["text"] == russian
    assert taken.staged.facts["encoding"] == "koi8-r"


def test_a_few_bytes_of_another_encoding_are_put_right_and_counted(tmp_path: Path) -> None:
    content = (story() + "Grüße\n").encode() + "Grüße\n".encode("latin-1")
    taken = take(READER, text_file(tmp_path, content), tmp_path)
    assert taken.rows[0]["text"].endswith("Grüße\nGrüße\n")
    finding = taken.findings["mixed-encoding"]
    assert (finding.severity, finding.count) == ("warning", 2)
    assert "Grüße" in finding.examples[0]


def test_a_file_that_begins_in_ascii_is_looked_at_to_its_end(tmp_path: Path) -> None:
    content = b"All plain here, line by line.\n" * 300_000 + "Schöne Grüße\n".encode("latin-1") * 40
    taken = take(READER, text_file(tmp_path, content), tmp_path)
    assert taken.rows[-1]["text"].endswith("Schöne Grüße\n")
    assert taken.preview.format == "Text, UTF-8"  # from its beginning
    assert taken.staged.facts["format"] == "Text, Western European (Windows-1252)"
    assert set(taken.findings) == {"divided-text"}  # it has no blank line


def test_line_ends_become_one_and_control_characters_go(tmp_path: Path) -> None:
    content = story().replace("\n", "\r\n").replace("river", "ri\0\x07ver")
    taken = take(READER, text_file(tmp_path, content.encode()), tmp_path)
    assert taken.rows[0]["text"] == story()
    assert taken.findings["cleaned-text"].count == 12


def test_a_long_text_is_kept_in_parts_that_make_it_up_again(tmp_path: Path) -> None:
    text = "\n\n".join(story(8) + str(number) for number in range(5_000))
    taken = take(READER, text_file(tmp_path, text.encode()), tmp_path)
    assert len(text) > 2_000_000
    assert len(taken.rows) == 3
    assert DOCUMENT_BREAK.join(row["text"] for row in taken.rows) == text
    assert taken.findings == {}


def test_a_look_shows_the_first_lines_and_says_when_there_is_little(tmp_path: Path) -> None:
    preview = READER.preview(text_file(tmp_path, b"\n\nChapter one\n\nIt rained.\n"), ImportOptions())
    assert preview.sample == (("Chapter one",), ("It rained.",))
    assert (preview.kind, preview.tasks, preview.options.encoding) == ("documents", ("text-generation",), "utf-8")
    assert preview.notes == ("That is very little: at least 1,000 characters of text are needed.",)


@pytest.mark.parametrize("name", ["book.txt", "notes.md", "NOTES.MARKDOWN", "manual.rst"])
def test_texts_are_known_by_their_names(tmp_path: Path, name: str) -> None:
    assert find_reader(text_file(tmp_path, story().encode(), name)).name == "text"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.4\n1 0 obj", "book.txt is not a text: it is a PDF document, whatever its name says."),
        (bytes(range(256)) * 8, "book.txt is not a text: of its first 2,048 characters"),
        (b"\n \n" * 900, "book.txt holds no text: there is nothing in it but white space."),
        (b"Hello.", "book.txt holds only 6 characters of text; at least 1,000 are needed"),
    ],
)
def test_what_is_no_text_or_too_little_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(DataError) as refused:
        take(READER, text_file(tmp_path, content), tmp_path)
    assert str(refused.value).startswith(sentence)


def test_an_encoding_that_does_not_fit_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^book\.txt cannot be read as UTF-16: its bytes are not of that encoding"):
        take(READER, text_file(tmp_path, WESTERN.encode("latin-1")), tmp_path, encoding="utf-16")
