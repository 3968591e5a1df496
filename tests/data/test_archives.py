import io
import os
import struct
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.archives import UnreadableEntry, is_archive, open_archive, peek
from core.errors import DataError


def packed(file: Path, members: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(file, "w", compression) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return file


def laid_out(folder: Path, members: Mapping[str, bytes | str]) -> Path:
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


MEMBERS = {"b/two.txt": "2", "b/one.txt": "1", "a.txt": "first", "__MACOSX/b/._one.txt": "x", "b/Thumbs.db": "x"}


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_a_zip_and_a_folder_are_read_in_the_same_way(tmp_path: Path, kind: str) -> None:
    source = packed(tmp_path / "a.zip", MEMBERS) if kind == "zip" else laid_out(tmp_path / "a", MEMBERS)
    with open_archive(source) as archive:
        assert [(e.name, e.size_bytes) for e in archive.entries()] == [("a.txt", 5), ("b/one.txt", 1), ("b/two.txt", 1)]
        assert archive.read(archive.entries()[0], 5) == b"first"
        with archive.open(archive.entries()[2]) as file:
            assert file.read(100) == b"2"
        assert archive.folders == ("b",)
        assert archive.findings()[0].message.endswith("hidden or system files (such as .DS_Store) were left out.")
    assert set(peek(source)) == {"a.txt", "b/one.txt", "b/two.txt"}


def test_an_entry_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    with (
        open_archive(packed(tmp_path / "a.zip", {"long.txt": b"x" * 2**20})) as archive,
        pytest.raises(UnreadableEntry, match=r"^long\.txt is larger than 1 kB"),
    ):
        archive.read(archive.entries()[0], 1000)


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/etc/passwd", "C:\\evil.txt", "..\\evil.txt"])
def test_names_that_point_out_of_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"^a\.zip holds a file whose name points out of the archive"):
        open_archive(packed(tmp_path / "a.zip", {"good.txt": "1", name: "bad"}))


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("passwords")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as opened:
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match=r"^a\.zip holds a link \('passwords'\)"):
        open_archive(tmp_path / "a.zip")


def test_links_in_a_folder_are_left_out_and_named(tmp_path: Path) -> None:
    laid_out(tmp_path / "secret", {"key.txt": "k"})
    folder = laid_out(tmp_path / "a", {"one.txt": "1"})
    (folder / "way_out").symlink_to(tmp_path / "secret")
    (folder / "loop").symlink_to(folder)
    (folder / "key.txt").symlink_to(tmp_path / "secret" / "key.txt")
    with open_archive(folder) as archive:
        assert [entry.name for entry in archive.entries()] == ["one.txt"]
        assert [(f.code, f.count, f.examples) for f in archive.findings()] == [
            ("links", 3, ("key.txt", "loop", "way_out"))
        ]


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "a", {"one.txt": "1"})
    with open_archive(folder) as archive:
        (folder / "one.txt").unlink()
        (folder / "one.txt").symlink_to("/etc/hostname")
        with pytest.raises(UnreadableEntry):
            archive.read(archive.entries()[0], 1000)


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"one.txt": "1"})
    content = bytearray(file.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag that says "encrypted"
    file.write_bytes(content)
    with pytest.raises(DataError, match="locked with a password"):
        open_archive(file)


def test_archives_within_an_archive_are_left_out_and_named(tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.zip", {"x.txt": "x"}).read_bytes()
    with open_archive(packed(tmp_path / "a.zip", {"one.txt": "1", "more.zip": inner})) as archive:
        assert [entry.name for entry in archive.entries()] == ["one.txt"]
        assert archive.findings()[0].message == "1 archive within a.zip was not opened."


def test_an_archive_of_nothing_but_archives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^a\.zip holds nothing but other archives \(such as 'b\.7z'\)"):
        open_archive(packed(tmp_path / "a.zip", {"b.7z": "1"}))


def test_a_zip_bomb_is_refused_by_what_it_states(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"zeros.txt": bytes(30 * 2**20)})
    with pytest.raises(DataError, match=r"'zeros\.txt', which would grow to more than 200 times"):
        open_archive(file)


def test_a_zip_that_states_more_than_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.archives.zips.LARGEST_TOTAL", 2 * 2**30)
    file = packed(tmp_path / "a.zip", {f"{i}.txt": "x" for i in range(3)})
    content = bytearray(file.read_bytes())
    for at in _members(content):
        content[at + 20 : at + 28] = struct.pack("<LL", 2**30 // 100, 2**30)
    file.write_bytes(content)
    with pytest.raises(DataError, match="says that it unpacks to 3 GB, more than the 2 GB that Touchstone takes in"):
        open_archive(file)


def test_a_header_that_states_less_than_there_is_does_not_let_more_out(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"zeros.txt": bytes(5 * 2**20)})
    content = bytearray(file.read_bytes())
    (at,) = _members(content)
    content[at + 24 : at + 28] = struct.pack("<L", 1000)
    file.write_bytes(content)
    with open_archive(file) as archive, pytest.raises(UnreadableEntry, match="damaged or cut off"):
        archive.read(archive.entries()[0], 10_000)


def test_members_that_lie_over_each_other_are_refused(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"a.txt": bytes(10_000), "b.txt": bytes(10_000)})
    content = bytearray(file.read_bytes())
    first, second = _members(content)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]  # both begin at the first one
    file.write_bytes(content)
    with pytest.raises(DataError, match="lie over each other"):
        open_archive(file)


def _members(content: bytearray) -> list[int]:
    """Return where the entries of a ZIP's list of contents begin."""
    found, at = [], content.find(b"PK\x01\x02")
    while at >= 0:
        found.append(at)
        at = content.find(b"PK\x01\x02", at + 4)
    return found


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_a_cut_off_zip_is_said_to_be_one(tmp_path: Path, keep: float) -> None:
    file = packed(tmp_path / "a.zip", {f"{i}.txt": os.urandom(500) for i in range(20)})
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * keep)])
    with pytest.raises(DataError, match=r"^a\.zip is a ZIP that is damaged or was cut off on its way"):
        open_archive(file)


def test_one_damaged_member_leaves_the_others_readable(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"a.txt": b"A" * 100, "b.txt": b"B" * 100}, zipfile.ZIP_STORED)
    file.write_bytes(file.read_bytes().replace(b"A" * 100, b"A" * 99 + b"?"))
    with open_archive(file) as archive:
        with pytest.raises(UnreadableEntry, match=r"^a\.txt in a\.zip is damaged"):
            archive.read(archive.entries()[0], 1000)
        assert archive.read(archive.entries()[1], 1000) == b"B" * 100


@pytest.mark.parametrize(
    ("begin", "sentence"),
    [
        (b"", "a.zip is empty (0 bytes). Check that it was copied whole."),
        (
            b"Rar!\x1a\x07",
            "a.zip is a RAR archive, which Touchstone does not read. Unpack it, and import what was in it",
        ),
        (b"7z\xbc\xaf\x27\x1c", "a.zip is a 7-Zip archive, which Touchstone does not read."),
        (b"\0" * 257 + b"ustar\x0000", "a.zip is a TAR that is damaged or was cut off on its way."),
        (b"\x1f\x8b\x08", "a.zip is a gzip archive, which Touchstone does not read."),
        (b"hello", "a.zip is not a ZIP file. Pack the files as ZIP, or import the folder itself."),
        (b"<html>Log in", "a.zip is not a ZIP file but a web page: the download probably gave a login or error page."),
        (b"%PDF-1.4", "a.zip is not a ZIP file. It is a PDF document, whatever its name says. Pack the files"),
    ],
)
def test_what_is_no_zip_is_named(tmp_path: Path, begin: bytes, sentence: str) -> None:
    (tmp_path / "a.zip").write_bytes(begin)
    with pytest.raises(DataError) as refused:
        open_archive(tmp_path / "a.zip")
    assert str(refused.value).startswith(sentence)


def test_a_rare_packing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="packed in a way that few programs read"):
        open_archive(packed(tmp_path / "a.zip", {"a.txt": "1"}, zipfile.ZIP_BZIP2))


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file or folder .*gone\.zip"):
        open_archive(tmp_path / "gone.zip")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.archives.archive.MOST_ENTRIES", 3)
    members = {f"{i}.txt": "x" for i in range(4)}
    for source in (packed(tmp_path / "a.zip", members), laid_out(tmp_path / "a", members)):
        with pytest.raises(DataError, match="holds more than 3 files"):
            open_archive(source)


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "grün.txt"), ("cp437", "grün.txt"), ("gb18030", "猫和狗的照片.txt")]
)
def test_names_in_old_encodings_are_read_as_what_they_are(tmp_path: Path, encoding: str, name: str) -> None:
    raw = name.encode(encoding)
    file = packed(tmp_path / "a.zip", {"x" * len(raw): "1"})
    file.write_bytes(file.read_bytes().replace(b"x" * len(raw), raw))
    with open_archive(file) as archive:
        assert [entry.name for entry in archive.entries()] == [name]
        assert archive.read(archive.entries()[0], 10) == b"1"


def test_names_are_safe_to_show(tmp_path: Path) -> None:
    with open_archive(packed(tmp_path / "a.zip", {"cat\x1b[31m\u202egpj.exe": "1"})) as archive:
        assert archive.entries()[0].name == "cat\ufffd[31m\ufffdgpj.exe"


def test_windows_separators_are_folders(tmp_path: Path) -> None:
    with open_archive(packed(tmp_path / "a.zip", {"cats\\one.txt": "1"})) as archive:
        assert archive.entries()[0].name == "cats/one.txt"


def test_what_is_an_archive_is_told_without_listing_it(tmp_path: Path) -> None:
    assert is_archive(tmp_path)
    assert is_archive(packed(tmp_path / "a.zip", {"a": "1"}))
    assert not is_archive(laid_out(tmp_path / "b", {"a.zip": "no"}) / "a.zip")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_are_listed_or_refused_in_words(tmp_path: Path, data: st.DataObject) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a/one.txt", b"1" * 300)
        opened.writestr("a/zwei-ü.txt", bytes(range(20)))
    content = bytearray(whole.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    file = tmp_path / "random.zip"
    file.write_bytes(data.draw(st.sampled_from([bytes(content), data.draw(st.binary(max_size=200))])))
    peek(file)
    with suppress(DataError), open_archive(file) as archive:
        for entry in archive.entries():
            archive.read(entry, 10_000)
