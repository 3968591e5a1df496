"""E-books and web pages are read as a person reads them; what cannot be read has its true cause."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from core.data.readers.registry import find_reader
from core.errors import DataError
from tests.data.bad.making import zip_of
from tests.data.documents.writing import story
from tests.data.tables.taken import preview, take

CONTAINER = (
    b'<?xml version="1.0"?><container xmlns="x"><rootfiles><rootfile full-path="OPS/a.opf"/></rootfiles></container>'
)


def chapter(title: str, text: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title>'
        f"<style>p {{}}</style></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    ).encode()


def book(order: tuple[str, ...] = ("b", "a"), more: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    items = "".join(f'<item id="{n}" href="{n}%20c.xhtml" media-type="application/xhtml+xml"/>' for n in "ab")
    items += '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    spine = "".join(f'<itemref idref="{name}"/>' for name in ("nav", *order))
    files = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/a.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>".encode(),
        "OPS/a c.xhtml": chapter("One", story().replace("\n", " ")),
        "OPS/b c.xhtml": chapter("Gr&uuml;&szlig;e &amp; more", "Hello,<br/>you<script>alert(1)</script>."),
        "OPS/nav.xhtml": chapter("Contents", "One, Two"),
    }
    return zip_of({**files, **more})


def test_chapters_come_in_the_order_of_the_spine(tmp_path: Path) -> None:
    (tmp_path / "a.epub").write_bytes(book())
    taken = take(tmp_path / "a.epub")
    assert taken.texts[0].startswith("Grüße & more\n\nHello,\nyou.\n\nOne\n\n1. Nobody in the village")
    assert "Contents" not in taken.texts[0]
    assert taken.options.task == "text-generation"


def test_a_book_that_lost_its_ending_is_still_one(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(book())
    assert find_reader(tmp_path / "a.zip").name == "epub"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (book(more={"META-INF/rights.xml": b"<rights/>"}), "is protected against copying"),
        (book(more={"OPS/a.opf": b"<package>"}), "is damaged: the list of its chapters"),
        (book(more={"OPS/a.opf": b'<!DOCTYPE a [<!ENTITY b "c">]><package/>'}), "is damaged: the list of its chapters"),
        (zip_of({"a.txt": b"a"}), "is no e-book"),
    ],
)
def test_what_is_no_book_is_said(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.epub").write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        preview(tmp_path / "a.epub")


def test_a_missing_chapter_is_counted(tmp_path: Path) -> None:
    files = book(("a", "b")).replace(b"b c.xhtml", b"x c.xhtml")
    (tmp_path / "a.epub").write_bytes(files)
    assert take(tmp_path / "a.epub").findings["unreadable-chapters"].count == 1


def test_a_page_is_read_without_what_only_a_browser_reads(tmp_path: Path) -> None:
    page = "<html><head><title>No</title><script>if (a < b) {}</script></head><body><p>Die  Bäckerin\n grüßte</p>"
    page += "<ul><li>one</li><li>two</li></ul><table><tr><td>a</td><td>b</td></tr></table><pre>x\n  y</pre>"
    (tmp_path / "a.html").write_bytes(f"{page}<p>{story()}</p>".encode("latin-1"))
    text = take(tmp_path / "a.html").texts[0]
    assert text.startswith("Die Bäckerin grüßte\n\none\ntwo\n\na\tb\n\nx\n  y\n\n1. Nobody")


def test_a_hostile_page_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<div>" * 200_000 + story())
    with pytest.raises(DataError):
        take(tmp_path / "a.html")
