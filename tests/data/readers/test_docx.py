import io
from pathlib import Path

import pytest
from docx import Document

from core.data.readers.docx import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from tests.data.bad.making import zip_of
from tests.data.documents.writing import docx, story, with_body
from tests.data.images.taking import take

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def letter(folder: Path, content: bytes, name: str = "letter.docx") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_paragraphs_are_lines_and_cells_stand_beside_each_other(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("Dear reader,")
    table = document.add_table(rows=2, cols=2)
    for number, word in enumerate(("apples", "3", "honey", "5")):
        table.cell(number // 2, number % 2).text = word
    document.add_paragraph(story().strip())
    file = io.BytesIO()
    document.save(file)

    taken = take(READER, letter(tmp_path, file.getvalue()), tmp_path)

    assert [row["text"] for row in taken.rows] == [f"Dear reader,\napples\t3\nhoney\t5\n{story()}"]
    assert taken.preview.format == "Word document"
    assert taken.preview.sample[:2] == (("Dear reader,",), ("apples 3",))


def test_text_that_word_keeps_twice_for_older_programs_is_read_once(tmp_path: Path) -> None:
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body><w:p><w:r>'
        "<mc:AlternateContent><mc:Choice><w:t>boxed</w:t></mc:Choice><mc:Fallback><w:t>boxed</w:t></mc:Fallback>"
        f"</mc:AlternateContent><w:tab/><w:t>{story()}</w:t><w:delText>gone</w:delText></w:r></w:p></w:body></w:document>"
    )
    taken = take(READER, letter(tmp_path, with_body(docx(), body.encode())), tmp_path)
    assert taken.rows[0]["text"] == f"boxed\t{story()}\n"


def test_a_word_document_is_known_whatever_it_is_called(tmp_path: Path) -> None:
    assert find_reader(letter(tmp_path, docx(story()), "letter.zip")).name == "docx"
    assert find_reader(letter(tmp_path, docx(story()), "letter.docx")).name == "docx"
    assert find_reader(letter(tmp_path, zip_of({"a.txt": story().encode()}), "texts.zip")).name == "documents"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (docx(story())[:2000], "letter.docx is damaged or was cut off: it cannot be read as a Word document."),
        (docx(), "letter.docx holds no text: there is nothing in it but white space."),
        (with_body(docx(), b"<w:document><oops"), "letter.docx is damaged or was cut off"),
        (OLD_OFFICE, "letter.docx is in another format (.doc), which cannot be read here."),
        (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "letter.docx is protected with a password"),
        (rb"{\rtf1 hello}", "letter.docx is in another format (RTF), which cannot be read here."),
        (zip_of({"ppt/presentation.xml": b""}), "letter.docx is not a Word document but a PowerPoint presentation"),
        (zip_of({"photo.png": b""}), "letter.docx is damaged or was cut off"),
        (b"just words", "letter.docx is not a Word document: it is a text, whatever its name says."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(DataError) as refused:
        take(READER, letter(tmp_path, content), tmp_path)
    assert str(refused.value).startswith(sentence)


def test_a_document_that_would_fill_the_memory_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.documents.docx_text.MOST_TEXT_BYTES", 1_000_000)
    with pytest.raises(
        DataError, match=r"^letter\.docx unpacks to far more than a document holds \(its text to 2 MB\)"
    ):
        take(READER, letter(tmp_path, with_body(docx(), b" " * 2_000_000)), tmp_path)
