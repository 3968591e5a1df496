from pathlib import Path

import pytest

from core.data.archives import open_archive
from core.data.documents.archived_documents import copy_out, in_reading_order, is_document, is_table, split_of
from tests.data.images.drawing import lay_out


@pytest.mark.parametrize(
    ("name", "document", "table"),
    [
        ("a.TXT", True, False),
        ("b/c.docx", True, False),
        ("d.csv", False, True),
        ("e.jsonl", False, True),
        ("f.exe", False, False),
    ],
)
def test_files_are_told_apart_by_their_names(name: str, document: bool, table: bool) -> None:
    assert (is_document(name), is_table(name)) == (document, table)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train/a.txt", "train"),
        ("x/VALID/a.txt", "validation"),
        ("dev/sub/a.txt", "validation"),
        ("test.txt", ""),
        ("a.txt", ""),
    ],
)
def test_a_split_is_named_by_a_folder_not_by_a_file(name: str, split: str) -> None:
    assert split_of(name) == split


def test_numbers_in_names_are_counted_not_spelled(tmp_path: Path) -> None:
    names = ("a 10.txt", "a 9.txt", "B 1.txt", "a.txt", "a ² 1.txt", f"a {'9' * 30}.txt")
    with open_archive(lay_out(tmp_path / "a", dict.fromkeys(names, b""))) as archive:
        ordered = [entry.name for entry in in_reading_order(archive.entries())]
    assert ordered.index("a 9.txt") < ordered.index("a 10.txt")
    assert ordered[-1] == "B 1.txt"


def test_the_beginning_of_a_file_can_be_copied_alone(tmp_path: Path) -> None:
    with open_archive(lay_out(tmp_path / "a", {"one.txt": b"0123456789"})) as archive:
        (entry,) = archive.entries()
        told: list[int] = []
        copy_out(archive, entry, tmp_path / "whole", told.append)
        copy_out(archive, entry, tmp_path / "part", told.append, most_bytes=4)
    assert (tmp_path / "whole").read_bytes() == b"0123456789"
    assert (tmp_path / "part").read_bytes() == b"0123"
    assert told == [10, 4]
