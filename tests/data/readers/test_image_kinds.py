"""What people have besides plain PNGs in plain folders, through the reader of class folders."""

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from core.data.images.decoding import decode
from core.data.readers.image_folders import READER
from core.errors import DataError
from tests.data.bad.making import classes
from tests.data.images.drawing import lay_out, noise, pack, png, saved
from tests.data.images.taking import take


def heic() -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(noise(7, (64, 48))).save(file)
    return file.getvalue()


def frames(kind: str) -> bytes:
    pages = [noise(n) for n in range(3)]
    return saved(pages[0], kind, save_all=True, append_images=pages[1:])


def test_every_format_of_a_camera_a_telephone_and_an_office_comes_in_as_it_is(tmp_path: Path) -> None:
    deep = Image.fromarray(np.random.default_rng(9).integers(0, 65_536, (16, 20)).astype(np.uint16))
    files = {
        "a/1.jpg": saved(noise(1), "JPEG"),
        "a/2.PNG": png(2),
        "a/3.webp": saved(noise(3), "WEBP"),
        "a/4.gif": saved(noise(4), "GIF"),
        "a/5.bmp": saved(noise(5), "BMP"),
        "b/1.tif": saved(noise(6), "TIFF"),
        "b/2.heic": heic(),
        "b/3.jpeg": saved(noise(8).convert("CMYK"), "JPEG"),
        "b/4.png": saved(deep),
        "b/5.png": saved(noise(10, mode="RGBA")),
        "b/6.png": saved(noise(11).quantize(16)),
    }
    taken = take(READER, lay_out(tmp_path / "a", files), tmp_path)
    assert [row["name"] for row in taken.rows] == sorted(files)
    assert [taken.content(n) for n in range(11)] == [files[name] for name in sorted(files)]
    assert [row["channels"] for row in taken.rows] == [3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3]
    assert {(row["width"], row["height"]) for row in taken.rows} == {(20, 16), (64, 48)}
    assert taken.findings == {}


@pytest.mark.parametrize("kind", ["zip", "folder"])
@pytest.mark.parametrize(
    ("written", "split"),
    [
        *(("train", "train"), ("Training", "train"), ("train_images", "train")),
        *(("val", "validation"), ("valid", "validation"), ("Validation", "validation"), ("dev", "validation")),
        *(("test", "test"), ("TESTING", "test"), ("test set", "test"), ("eval", "test")),
    ],
)
def test_the_usual_names_of_splits_are_known(tmp_path: Path, kind: str, written: str, split: str) -> None:
    files = {f"{folder}/{name}/1.png": png(n) for n, folder in enumerate((written, "train")) for name in ("cat", "dog")}
    source = pack(tmp_path / "a.zip", files) if kind == "zip" else lay_out(tmp_path / "a", files)
    taken = take(READER, source, tmp_path)
    assert {row["given"] for row in taken.rows if row["name"].startswith(written)} == {split}


def test_hidden_and_system_files_are_no_pictures(tmp_path: Path) -> None:
    hidden = ("__MACOSX/cats/._1.png", "cats/.hidden.png", "cats/Thumbs.db", ".DS_Store", "dogs/desktop.ini")
    source = pack(tmp_path / "a.zip", classes("cats", "dogs") | dict.fromkeys(hidden, png()))
    taken = take(READER, source, tmp_path)
    assert len(taken.rows) == 12
    assert {code: (f.severity, f.count) for code, f in taken.findings.items()} == {"system-files": ("note", 5)}


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_what_moves_or_has_pages_the_first_is_used_and_said_to_be(tmp_path: Path, kind: str) -> None:
    content = frames(kind)
    source = lay_out(tmp_path / "a", classes("cats", "dogs") | {f"cats/several.{kind.lower()}": content})
    taken = take(READER, source, tmp_path)
    assert decode(content).size == (20, 16)
    assert taken.findings["first-frames"].examples == (f"cats/several.{kind.lower()}",)
    assert len(taken.rows) == 13


def test_a_class_of_which_nothing_can_be_used_is_named(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "a", classes("cats", "dogs") | {"birds/1.png": png()[:99], "birds/2.png": b""})
    taken = take(READER, source, tmp_path)
    assert {row["label"] for row in taken.rows} == {"cats", "dogs"}
    finding = taken.findings["lost-classes"]
    assert (finding.severity, finding.count, finding.examples) == ("warning", 1, ("birds",))
    assert finding.message == "None of the images of 'birds' could be used, so nothing will be learnt about that."


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            classes("cats") | {"dogs/1.png": b"<!doctype html>"},
            "Only images of 'cats' can be used of a, none of 'dogs': a model learns by telling classes apart. 1 file "
            "could not be read as an image: it is a web page, such as a download's error page.",
        ),
        (classes("Cats", "cats"), "All images of a are taken as one class, 'cats' (written 'Cats' and 'cats')."),
        (
            {"train/1.png": png(1), "test/2.png": png(2)},
            "a holds 2 images but no class folders, so nobody can know what they show. Their folders say what they "
            "are for (training, test), not what they show.",
        ),
        (
            {"train.csv": b"x", "test.csv": b"x"},
            "a holds 2 tables ('test.csv' and 'train.csv'), and nobody can know which is meant.",
        ),
    ],
)
def test_what_leaves_fewer_than_two_classes_is_refused_with_the_reason(
    tmp_path: Path, files: dict[str, bytes], sentence: str
) -> None:
    with pytest.raises(DataError) as refused:
        take(READER, lay_out(tmp_path / "a", files), tmp_path)
    assert str(refused.value).startswith(sentence)


def test_labels_that_are_kept_as_written_stay_apart(tmp_path: Path) -> None:
    taken = take(READER, lay_out(tmp_path / "a", classes("Cats", "cats")), tmp_path, normalise_labels=False)
    assert taken.preview.classes == {"Cats": 6, "cats": 6}
    assert {row["label"] for row in taken.rows} == {"Cats", "cats"}
