"""Whatever the bytes are, a reader of pictures, archives and documents takes them in or says why not."""

import gzip
import shutil
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.readers.registry import find_reader, readers
from core.data.staging import ReaderSpec, StagedDataset
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.bad.making import classes, jpeg, zip_of
from tests.data.bad.of_idx import IMAGES, LABELS, images, labels
from tests.data.documents.writing import docx, pdf, story
from tests.data.images.drawing import lay_out, png
from tests.data.images.taking import Watched

ANY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
MINE = ("picture-folders", "picture-table", "idx", "text", "pdf", "docx", "documents")
NUMBERS = count()

Change = tuple[str, int, int]  # what is done where, and with which byte


@cache
def good(kind: str) -> bytes:
    """Return a file that comes in."""
    return {
        "zip": lambda: zip_of(classes("cats", "dogs", each=3)),
        "heap": lambda: zip_of({f"{n}.png": png(n) for n in range(3)} | {"labels.csv": b"f,l\n0.png,a\n1.png,b\n"}),
        "books": lambda: zip_of({"a.txt": story().encode(), "b.pdf": pdf("Hello"), "c.docx": docx("Hello")}),
        "idx": lambda: gzip.compress(images(6)),
        "pdf": lambda: pdf(story(), story(3)),
        "docx": lambda: docx(*story().splitlines()),
        "txt": lambda: "Die Bäckerin grüßte ihn für fünf Brötchen.\n".encode() * 30,
    }[kind]()


def damaged(content: bytes, changes: list[Change]) -> bytes:
    """Return the bytes with some of them changed, cut out, put in, or the end cut off."""
    made = bytearray(content)
    for what, place, byte in changes:
        at = place % (len(made) + 1)
        if what == "flip" and at < len(made):
            made[at] ^= byte or 1
        elif what == "cut out":
            del made[at : at + byte]
        elif what == "put in":
            made[at:at] = bytes([byte]) * (byte % 9)
        elif what == "cut off":
            del made[at:]
    return bytes(made)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["flip", "flip", "flip", "cut out", "put in", "cut off"]),
        st.integers(0, 2**20),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=6,
)


def attempt(folder: Path, source: Path, reader: ReaderSpec | None = None) -> None:
    """Import as an importer does; only a `DataError` in whole sentences may come out, and nothing may stay."""
    before, said = sorted(folder.iterdir()), "It came in."
    try:
        chosen = reader or find_reader(source)
        preview = chosen.preview(source, ImportOptions())
        staged = StagedDataset(folder / f"draft{next(NUMBERS)}", preview.options.task)
        staged.folder.mkdir()
        try:
            chosen.read(source, preview.options, staged, Watched())
            staged.close()
            assert {file.name for file in staged.folder.iterdir()} <= {"rows.arrow", "pictures.pack"}
        finally:
            for open_file in (staged.writer, staged.packs):
                if open_file is not None:
                    open_file.abandon()
            shutil.rmtree(staged.folder)
    except DataError as refused:
        said = str(refused)
    assert said.endswith((".", "?"))
    assert not any(word in said for word in ("Error", "Errno", "Traceback", "object at", "codec"))
    assert sorted(folder.iterdir()) == before


def write(folder: Path, name: str, content: bytes) -> Path:
    (folder / "source").mkdir(exist_ok=True)
    (folder / "source" / name).write_bytes(content)
    return folder / "source" / name


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("zip", "photos.zip"),
        ("heap", "photos.zip"),
        ("books", "books.zip"),
        ("pdf", "book.pdf"),
        ("docx", "book.docx"),
        ("txt", "book.txt"),
    ],
)
@settings(ANY, max_examples=40)
@given(changes=CHANGES)
def test_a_damaged_file_comes_in_or_is_refused_in_words(
    tmp_path: Path, kind: str, name: str, changes: list[Change]
) -> None:
    attempt(tmp_path, write(tmp_path, name, damaged(good(kind), changes)))


@settings(ANY, max_examples=60)
@given(changes=CHANGES, which=st.sampled_from([IMAGES, LABELS]))
def test_damaged_idx_files_come_in_or_are_refused_in_words(tmp_path: Path, changes: list[Change], which: str) -> None:
    files = {f"{IMAGES}.gz": good("idx"), f"{LABELS}.gz": gzip.compress(labels(6))}
    files[f"{which}.gz"] = damaged(files[f"{which}.gz"], changes)
    attempt(tmp_path, lay_out(tmp_path / "source", files))


@settings(ANY, max_examples=40)
@given(changes=CHANGES, make=st.sampled_from([png, jpeg]))
def test_damaged_pictures_are_left_out_or_come_in(
    tmp_path: Path, changes: list[Change], make: Callable[[], bytes]
) -> None:
    files = classes("cats", "dogs", each=2) | {"dogs/damaged.jpg": damaged(make(), changes)}
    attempt(tmp_path, lay_out(tmp_path / "source", files))


@pytest.mark.parametrize("name", MINE)
@settings(ANY, max_examples=25)
@given(content=st.binary(max_size=300), begin=st.sampled_from(["", "zip", "books", "idx", "pdf", "docx"]))
def test_any_bytes_are_refused_by_every_reader_in_words(tmp_path: Path, name: str, content: bytes, begin: str) -> None:
    reader = readers()[name]
    source = write(tmp_path, "any.bin", (good(begin)[:60] if begin else b"") + content)
    assert 0 <= reader.accepts(source) <= 1
    attempt(tmp_path, source, reader)


@pytest.mark.parametrize("suffix", [".zip", ".png", ".gz", ".idx", ".pdf", ".docx", ".txt", ".md", ".jsonl"])
@settings(ANY, max_examples=20)
@given(content=st.binary(max_size=200))
def test_any_bytes_of_any_name_are_refused_in_words(tmp_path: Path, suffix: str, content: bytes) -> None:
    attempt(tmp_path, write(tmp_path, f"any{suffix}", content))
