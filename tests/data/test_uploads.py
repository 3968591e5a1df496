import asyncio
import os
import time
from collections import namedtuple
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from core.data.imports.uploads import Uploads
from core.errors import DataError, DiskFull, UserError

MB = 2**20


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / ".uploads")


def send(uploads: Uploads, upload: str, name: str, content: bytes = b"text", limit: int = 10 * MB) -> Path:
    return asyncio.run(uploads.receive(upload, name, in_pieces([content]), limit))


async def in_pieces(contents: Iterable[bytes], then: Exception | None = None) -> AsyncIterator[bytes]:
    for content in contents:
        yield content
    if then is not None:
        raise then


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_dropped_folder_lies_on_the_disk_as_it_was(uploads: Uploads) -> None:
    upload = uploads.new()
    assert send(uploads, upload, "pets/cats/ü 1.jpg", b"cat").read_bytes() == b"cat"
    send(uploads, upload, "a.csv", b"old")
    send(uploads, upload, "a.csv", b"new")
    folder = uploads.path(upload)
    assert names_in(folder) == ["a.csv", "pets", "pets/cats", "pets/cats/ü 1.jpg"]
    assert (folder / "a.csv").read_bytes() == b"new"


def test_many_pieces_are_one_file(uploads: Uploads) -> None:
    upload = uploads.new()
    pieces = [bytes([number]) * 100_000 for number in range(25)]
    file = asyncio.run(uploads.receive(upload, "large.bin", in_pieces(pieces), 10 * MB))
    assert file.read_bytes() == b"".join(pieces)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../evil", "leads out of the folder"),
        ("a/../../evil", "leads out of the folder"),
        ("/etc/passwd", "leads out of the folder"),
        ("", "has characters that no file can have"),
        ("a\x00b", "has characters that no file can have"),
        ("..\\evil", "has characters that no file can have"),
        ("a//b", "is no name of a file"),
        ("a/./b", "is no name of a file"),
        ("a/", "is no name of a file"),
        ("a" * 256, "too long"),
        ("é" * 128, "too long"),
        ("a/" * 21 + "b", "too deep"),
        ("/".join(["a" * 200] * 6), "too long"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_in_words(
    uploads: Uploads, tmp_path: Path, name: str, sentence: str
) -> None:
    upload = uploads.new()
    with pytest.raises(DataError, match=sentence):
        send(uploads, upload, name)
    assert names_in(tmp_path) == [".uploads", f".uploads/{upload}"]


def test_a_file_larger_than_allowed_leaves_nothing(uploads: Uploads) -> None:
    upload = uploads.new()
    with pytest.raises(DataError, match=r"large\.bin is larger than the 5 bytes that it may have"):
        send(uploads, upload, "new/large.bin", b"123456", limit=5)
    assert names_in(uploads.path(upload)) == []


def test_a_cut_connection_leaves_nothing(uploads: Uploads) -> None:
    upload = uploads.new()
    with pytest.raises(ConnectionError):
        asyncio.run(uploads.receive(upload, "a.csv", in_pieces([b"x" * 2 * MB], then=ConnectionError()), 10 * MB))
    assert names_in(uploads.path(upload)) == []


def test_a_disk_that_fills_up_meanwhile_is_said(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = uploads.new()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(0, 0, 5 * MB))
    with pytest.raises(DiskFull, match=r"are to come, and 5 MB are free"):
        send(uploads, upload, "a.csv")
    assert names_in(uploads.path(upload)) == []


def test_a_file_cannot_be_a_folder_too(uploads: Uploads) -> None:
    upload = uploads.new()
    send(uploads, upload, "a")
    send(uploads, upload, "b/c")
    for name in ("a/b", "b"):
        with pytest.raises(DataError, match="a file and a folder of the same name"):
            send(uploads, upload, name)
    assert names_in(uploads.path(upload)) == ["a", "b", "b/c"]


def test_an_upload_can_be_discarded(uploads: Uploads) -> None:
    upload = uploads.new()
    send(uploads, upload, "a.csv")
    uploads.discard(upload)
    uploads.discard(upload)
    with pytest.raises(UserError, match="not here any more"):
        send(uploads, upload, "b.csv")


@pytest.mark.parametrize("upload", ["", ".", "..", "nothere", "a/b"])
def test_an_unknown_upload_is_a_sentence(uploads: Uploads, upload: str) -> None:
    uploads.new()
    uploads.discard(upload)
    with pytest.raises(UserError, match="not here any more"):
        uploads.path(upload)
    assert len(list(uploads.folder.iterdir())) == 1


def test_forgotten_uploads_are_swept_away(uploads: Uploads) -> None:
    assert uploads.sweep(10) == 0
    old, new = uploads.new(), uploads.new()
    send(uploads, old, "a.csv")
    long_ago = time.time() - 100
    os.utime(uploads.path(old), (long_ago, long_ago))
    assert uploads.sweep(10) == 1
    assert [folder.name for folder in uploads.folder.iterdir()] == [new]
