from pathlib import Path

import pytest

from core.data.readers.document_archive import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.bad.making import locked, zip_of
from tests.data.documents.writing import docx, pdf, story
from tests.data.images.drawing import lay_out, png
from tests.data.images.taking import Taken, take

STORY = story().encode()
TABLE = "".join(
    f"{'a lovely' if n % 2 else 'an awful'} thing number {n},{'good' if n % 2 else 'bad'}\n" for n in range(40)
)


def imported(folder: Path, kind: str, files: dict[str, bytes]) -> Path:
    if kind == "folder":
        return lay_out(folder / "books", files)
    (folder / "books.zip").write_bytes(zip_of(files))
    return folder / "books.zip"


def texts(taken: Taken) -> dict[str, str]:
    return {row["name"]: row["text"] for row in taken.rows}


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_documents_of_all_kinds_come_in_together(tmp_path: Path, kind: str) -> None:
    files = {"a.txt": STORY, "b.pdf": pdf(story(9)), "c.docx": docx("Dear reader,"), "notes.md": b"# Notes\n"}
    taken = take(READER, imported(tmp_path, kind, files), tmp_path)
    assert texts(taken) == {"a.txt": story(), "b.pdf": story(9), "c.docx": "Dear reader,\n", "notes.md": "# Notes\n"}
    assert taken.staged.facts["format"] == f"{'Folder' if kind == 'folder' else 'ZIP'} of 4 documents"
    assert taken.preview.rows == 4
    assert taken.findings == {}


def test_chapters_come_in_the_order_in_which_people_count(tmp_path: Path) -> None:
    files = {f"chapter {n}.txt": STORY for n in (10, 2, 1)}
    taken = take(READER, imported(tmp_path, "zip", files), tmp_path)
    assert list(texts(taken)) == ["chapter 1.txt", "chapter 2.txt", "chapter 10.txt"]
    assert [row["source"] for row in taken.rows] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_folders_that_name_a_split_are_respected(tmp_path: Path, kind: str) -> None:
    files = {"Train/a.txt": STORY, "valid/b.txt": b"b", "dev/c.txt": b"c", "val/d.txt": b"d", "TEST/e.txt": b"e"}
    taken = take(READER, imported(tmp_path, kind, files), tmp_path)
    assert {row["name"]: row["given"] for row in taken.rows} == {
        "Train/a.txt": "train",
        "valid/b.txt": "validation",
        "dev/c.txt": "validation",
        "val/d.txt": "validation",
        "TEST/e.txt": "test",
    }


def test_each_document_has_its_own_encoding(tmp_path: Path) -> None:
    german = "Die Bäckerin grüßte ihn täglich für fünf Brötchen.\n" * 30
    files = {"a.txt": german.encode("latin-1"), "b.txt": german.encode("utf-16"), "c.txt": german.encode()}
    assert set(texts(take(READER, imported(tmp_path, "zip", files), tmp_path)).values()) == {german}


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    files = {"a.txt": STORY, "b.pdf": b"%PDF-1.4", "c.txt": b" ", "d.exe": b"MZ", "e.txt": STORY + b"\0"}
    files |= {"__MACOSX/._a.txt": b"x", ".DS_Store": b"x", "Thumbs.db": b"x"}
    taken = take(READER, imported(tmp_path, "zip", files), tmp_path)
    assert {code: (f.severity, f.count, f.examples) for code, f in taken.findings.items()} == {
        "unreadable-files": ("warning", 1, ("b.pdf",)),
        "empty-rows": ("note", 1, ("c.txt",)),
        "skipped-files": ("note", 1, ("d.exe",)),
        "cleaned-text": ("note", 1, ()),
        "system-files": ("note", 3, ()),
    }
    pages = imported(
        tmp_path, "zip", {"a.md": STORY, "b.md": STORY[::-1], "Export/all.csv": b"name,mood\nA,good\n" * 9}
    )
    left_out = take(READER, pages, tmp_path).findings["skipped-files"]
    assert (left_out.severity, left_out.why[-10:]) == ("warning", "'all.csv'.")
    assert not (taken.staged.folder / "copied").exists()


def test_the_same_finding_of_many_documents_is_told_once(tmp_path: Path) -> None:
    mixed = STORY + "Grüße\n".encode() + "Grüße\n".encode("latin-1")
    taken = take(READER, imported(tmp_path, "zip", {f"{n}.txt": mixed for n in range(3)}), tmp_path)
    finding = taken.findings["mixed-encoding"]
    assert finding.count == 6
    assert finding.message.endswith("So it is in 2 other documents.")


def test_a_zip_of_one_table_is_read_as_that_table(tmp_path: Path) -> None:
    files = {"data/reviews.csv": f"text,label\n{TABLE}".encode(), "README.md": b"# Reviews"}
    source = imported(tmp_path, "zip", files)
    assert find_reader(source).name == "documents"
    taken = take(READER, source, tmp_path)
    assert taken.preview.tasks[0] == "text-classification"
    assert taken.rows[0] == {"text": "an awful thing number 0", "label": "bad", "given": "", "source": 2}
    assert len(taken.rows) == 40
    assert taken.staged.facts["format"].startswith("ZIP with data/reviews.csv: CSV")


def test_json_lines_with_a_text_become_documents(tmp_path: Path) -> None:
    lines = "".join(f'{{"id": {n}, "text": "Story {n}. Once there was a fox who counted."}}\n' for n in range(40))
    source = imported(tmp_path, "zip", {"stories.jsonl": lines.encode()})
    taken = take(READER, source, tmp_path, task="text-generation")
    assert taken.preview.options.text_column == "text"
    assert taken.rows[0]["text"].startswith("Story 0. Once there was a fox who counted.")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"a.mp3": b"ID3"}, "books.zip holds no documents. It holds 'a.mp3'. Put texts in it as TXT, Markdown, PDF"),
        ({}, "books.zip holds no documents. It holds no files."),
        ({"a.txt": b" ", "b.txt": b""}, "books.zip holds no text: there is nothing in it but white space."),
        ({"a.pdf": b"%PDF-", "b.docx": b"PK"}, "None of the 2 documents in books.zip can be read. The first: a.pdf is"),
        ({"a.pdf": b"%PDF-"}, "a.pdf is damaged or was cut off"),
        (
            {"a.txt": b"Hello.", "b.pdf": b"%PDF-"},
            "books.zip holds only 6 characters of text; at least 1,000 are needed, and a model learns better from a "
            "hundred times as many. Put more text into it, or import several files in a ZIP. 1 of 2 documents could "
            "not "
            "be read and was left out. The first: b.pdf is damaged or was cut off",
        ),
        (
            {"labels.csv": b"file,label\n" + b"".join(b"%d.png,cat\n%d.png,dog\n" % (n, n + 50) for n in range(20))},
            "labels.csv names images in its column 'file' (such as 0.png), but the images are not with it.",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(tmp_path: Path, files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(DataError) as refused:
        take(READER, imported(tmp_path, "zip", files), tmp_path)
    assert str(refused.value).startswith(sentence)


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "books.zip").write_bytes(locked(zip_of({"a.txt": STORY})))
    with pytest.raises(DataError, match=r"^books\.zip is locked with a password"):
        READER.preview(tmp_path / "books.zip", ImportOptions())


def test_a_zip_of_pictures_with_a_readme_is_not_taken_for_documents(tmp_path: Path) -> None:
    files = {f"{name}/{n}.png": png(n) for name in ("cats", "dogs") for n in range(3)} | {"README.txt": b"Pets"}
    assert find_reader(imported(tmp_path, "zip", files)).name == "picture-folders"


def test_a_table_that_also_names_pictures_is_still_a_table(tmp_path: Path) -> None:
    lines = TABLE.splitlines()
    rows = "".join(f"{n}.jpg,{line}\n" for n, line in enumerate(lines))
    taken = take(READER, imported(tmp_path, "zip", {"reviews.csv": f"photo,text,label\n{rows}".encode()}), tmp_path)
    assert taken.rows[1]["text"] == "a lovely thing number 1"


@pytest.mark.parametrize("answers", [("cat", "dog"), ("0", "1"), ("3.5", "7.25")])
def test_a_table_of_nothing_but_names_of_pictures_and_answers_asks_for_the_pictures(
    tmp_path: Path, answers: tuple[str, str]
) -> None:
    rows = "".join(f"IMG_{n}.jpg,{answers[n % 2]}\n" for n in range(40))
    with pytest.raises(DataError, match=r"^labels\.csv names images in its column 'image' \(such as IMG_0\.jpg\), but"):
        READER.preview(imported(tmp_path, "zip", {"labels.csv": f"image,answer\n{rows}".encode()}), ImportOptions())
