import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from core.data.readers.pdf import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.documents.writing import locked_pdf, pdf, story
from tests.data.images.taking import take


def book(folder: Path, content: bytes, name: str = "book.pdf") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_the_text_of_every_page_comes_in_in_order(tmp_path: Path) -> None:
    taken = take(READER, book(tmp_path, pdf(story(25), "Chapter two\n" + story(20))), tmp_path)
    assert [row["text"] for row in taken.rows] == [story(25) + "Chapter two\n" + story(20)]
    assert taken.preview.format == taken.staged.facts["format"] == "PDF, 2 pages"
    assert taken.preview.sample[:2] == (
        ("1. Nobody in the village knew how old the bridge was.",),
        ("2. A letter came on Tuesday, and it was not for her.",),
    )
    assert taken.progress.done == (tmp_path / "book.pdf").stat().st_size


def test_a_pdf_is_known_by_its_first_bytes_whatever_it_is_called(tmp_path: Path) -> None:
    assert find_reader(book(tmp_path, pdf(story()), "report.txt")).name == "pdf"
    assert find_reader(book(tmp_path, b"sent by mail\n" + pdf(story()), "mail")).name == "pdf"
    assert find_reader(book(tmp_path, b"no", "book.pdf")).name == "pdf"


def test_pages_without_text_are_counted(tmp_path: Path) -> None:
    taken = take(READER, book(tmp_path, pdf(story(40), "", "")), tmp_path)
    finding = taken.findings["pages-without-text"]
    assert (finding.severity, finding.count) == ("note", 2)
    assert finding.message == "2 of 3 pages of book.pdf hold no text: they are empty, or images of text."


def test_a_pdf_that_may_only_not_be_printed_is_read(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(pdf(story(40)))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(tmp_path / "book.pdf")
    assert take(READER, tmp_path / "book.pdf", tmp_path).rows[0]["text"] == story(40)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (locked_pdf("secret"), "book.pdf is protected with a password, so its text cannot be read."),
        (pdf(story())[:300], "book.pdf is damaged or was cut off: it cannot be read as a PDF."),
        (pdf("", ""), "book.pdf holds 2 pages without any text: they are empty, or scanned images of text."),
        (pdf("Hello"), "book.pdf holds only 5 characters of text; at least 1,000 are needed"),
        (b"<html>Sign in</html>", "book.pdf is not a PDF but a web page: the download probably gave a login"),
        (b"just words", "book.pdf is not a PDF: it is a text, whatever its name says. Rename it to end in .txt"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(DataError) as refused:
        take(READER, book(tmp_path, content), tmp_path)
    assert str(refused.value).startswith(sentence)


def test_too_many_pages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.documents.pdf_text.MOST_PAGES", 2)
    with pytest.raises(DataError, match=r"^book\.pdf says that it has 3 pages; at most 2 are read from one file"):
        READER.preview(book(tmp_path, pdf("a", "b", "c")), ImportOptions())


def test_a_page_that_draws_without_end_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.documents.pdf_text.MOST_OPERATIONS", 200)
    taken = take(READER, book(tmp_path, pdf(story(40), story(150))), tmp_path)
    assert taken.rows[0]["text"] == story(40)
    assert taken.findings["unreadable-files"].message == "1 of 2 pages of book.pdf could not be read and were left out."
