import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from core.data.archives import is_archive, open_archive, peek, tars
from core.data.imports.run_import import preview_source
from core.data.readers.image_layouts import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import png
from tests.data.images.taking import take


def tar(file: Path, files: dict[str, bytes], mode: str = "w", *more: tarfile.TarInfo) -> Path:
    with tarfile.open(file, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return file


FILES = {f"flowers/{label}/{i}.png": png(10 * n + i) for n, label in enumerate(("rose", "daisy")) for i in range(3)}


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tgz", "w:gz"), ("a.tar.bz2", "w:bz2"), ("a.tar.xz", "w:xz")]
)
def test_class_folders_come_in_a_tar_packed_or_not(tmp_path: Path, name: str, mode: str) -> None:
    source = tar(tmp_path / name, FILES, mode)
    assert sorted(peek(source)) == sorted(FILES)
    preview = preview_source(source, ImportOptions())
    assert (preview.format, preview.classes) == ("TAR of class folders", {"daisy": 3, "rose": 3})
    with open_archive(source) as archive:
        read = {entry.name: archive.read(entry, 10**6) for entry in archive.entries()}
    assert read == FILES


def test_webdataset_is_read_from_its_tar(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    for i in range(6):
        files |= {f"{i:06}.jpg": png(i), f"{i:06}.cls": str(i % 2).encode(), f"{i:06}.json": b"{}"}
    taken = take(READER, tar(tmp_path / "shard-000000.tar", files), tmp_path)
    assert taken.preview.options.layout == "webdataset"
    assert [row["label"] for row in taken.rows] == ["0", "1"] * 3
    assert "skipped-files" not in taken.findings


def samples(labels: str, start: int = 0) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for i, label in enumerate(labels):
        files |= {f"{start + i:06}.jpg": png(start + i + 10 * int(label)), f"{start + i:06}.cls": label.encode()}
    return files


def test_the_shards_of_a_folder_are_one_set(tmp_path: Path) -> None:
    folder = tmp_path / "birds"
    folder.mkdir()
    tar(folder / "birds-000000.tar", samples("0101"))
    tar(folder / "birds-000001.tar.gz", samples("0011", start=4), "w:gz")
    taken = take(READER, folder, tmp_path)
    assert (
        taken.preview.format == "2 TARs of images: WebDataset (8 images with a file of their name that says the class)"
    )
    assert [row["label"] for row in taken.rows] == list("01010011")
    assert "skipped-files" not in taken.findings


def test_shards_that_count_anew_keep_their_labels_and_their_splits(tmp_path: Path) -> None:
    folder = tmp_path / "birds"
    folder.mkdir()
    tar(folder / "birds-train-000000.tar", samples("0101"))
    tar(folder / "birds-train-000001.tar", samples("1110"))
    tar(folder / "birds-test-000000.tar", samples("01"))
    (folder / ".DS_Store").write_text("x")
    taken = take(READER, folder, tmp_path)
    assert sorted((row["given"], row["label"]) for row in taken.rows) == [
        ("test", "0"), ("test", "1"), *[("train", "0")] * 3, *[("train", "1")] * 5,
    ]  # fmt: skip


def zipped(file: Path, *tars: Path) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in tars:
            packed.write(one, f"birds/{one.name}")
        packed.writestr("__MACOSX/._birds", "x")
    return file


def test_the_shards_of_a_zip_are_one_set(tmp_path: Path) -> None:
    train = tar(tmp_path / "train-000000.tar", samples("0101"))
    packed = tar(tmp_path / "train-000001.tgz", samples("1110"), "w:gz")
    source = zipped(tmp_path / "birds.zip", train, packed, tar(tmp_path / "test-000000.tar", samples("01")))
    taken = take(READER, source, tmp_path)
    assert taken.preview.format.startswith("3 TARs of images: WebDataset (10 images")
    assert sorted((row["given"], row["label"]) for row in taken.rows) == [
        ("test", "0"), ("test", "1"), *[("train", "0")] * 3, *[("train", "1")] * 5,
    ]  # fmt: skip


def test_a_zip_of_one_tar_is_what_is_in_it(tmp_path: Path) -> None:
    source = zipped(tmp_path / "flowers.zip", tar(tmp_path / "flowers.tar", FILES))
    assert sorted(peek(source)) == sorted(FILES)
    assert preview_source(source, ImportOptions()).classes == {"daisy": 3, "rose": 3}


def test_what_is_wrong_with_a_zip_of_shards_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = tmp_path / "1.tar"
    cut.write_bytes(tar(tmp_path / "0.tar", samples("0101")).read_bytes()[:1500])
    with pytest.raises(DataError, match=r"1\.tar is a TAR that is damaged or was cut off"):
        open_archive(zipped(tmp_path / "cut.zip", tmp_path / "0.tar", cut))
    monkeypatch.setattr(tars, "RATIO_FROM", 100_000)
    bomb = tar(tmp_path / "bomb.tgz", {"zeros.bin": bytes(5_000_000)}, "w:gz")
    with pytest.raises(DataError, match="more than 200 times its size"):
        open_archive(zipped(tmp_path / "bomb.zip", bomb))
    escape = tar(tmp_path / "up.tar", {"../up.png": png(1)})
    with pytest.raises(DataError, match="points out of the archive"):
        open_archive(zipped(tmp_path / "up.zip", escape))


def test_a_zip_of_other_archives_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("b.zip", b"PK")
        packed.writestr("c.tar", b"x")
    with pytest.raises(DataError, match=r"nothing but other archives \(such as 'b.zip'\), which are not opened"):
        open_archive(tmp_path / "a.zip")


def test_a_broken_shard_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "birds"
    folder.mkdir()
    tar(folder / "a-0.tar", samples("0101"))
    whole = tar(folder / "a-1.tar", samples("0101", start=4)).read_bytes()
    (folder / "a-1.tar").write_bytes(whole[:1500])
    with pytest.raises(DataError, match=r"a-1\.tar is a TAR that is damaged or was cut off"):
        open_archive(folder)


def test_links_are_not_followed_and_names_cannot_point_out(tmp_path: Path) -> None:
    link = tarfile.TarInfo("flowers/rose/link.png")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with open_archive(tar(tmp_path / "a.tar", FILES, "w", link)) as archive:
        assert len(archive.entries()) == 6
        assert archive.links == ("flowers/rose/link.png",)
    for name in ("../up.png", "/etc/x.png", "a/../../b.png"):
        with pytest.raises(DataError, match="points out of the archive"):
            open_archive(tar(tmp_path / "b.tar", {name: png(1)}))


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "RATIO_FROM", 100_000)
    source = tar(tmp_path / "a.tgz", {"zeros.bin": bytes(5_000_000)}, "w:gz")
    with pytest.raises(DataError, match="more than 200 times its size"):
        open_archive(source)


@pytest.mark.parametrize("cut", [1, 300, 700, 1500])
def test_a_damaged_tar_is_said(tmp_path: Path, cut: int) -> None:
    for name, mode in (("a.tar", "w"), ("a.tgz", "w:gz")):
        source = tar(tmp_path / name, FILES, mode)
        source.write_bytes(source.read_bytes()[:cut])
        if is_archive(source):
            with pytest.raises(DataError):
                find_reader(source).preview(source, ImportOptions())
