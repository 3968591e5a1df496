import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data.readers.image_folders import READER
from core.data.staging import StagedDataset
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import lay_out, noise, pack, png, saved
from tests.data.images.taking import Watched, take


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_class_folders_with_splits_come_in(tmp_path: Path, kind: str) -> None:
    files = {
        "pets/train/cats/1.png": png(1),
        "pets/train/dogs/2.jpg": saved(noise(2, (60, 80)), "JPEG"),
        "pets/Val/cats/3.png": png(3, mode="L"),
        "pets/readme.txt": b"hello",
        "__MACOSX/pets/train/cats/._1.png": b"x",
    }
    source = pack(tmp_path / "pets.zip", files) if kind == "zip" else lay_out(tmp_path / "pets", files)
    assert READER.accepts(source) == 0.9
    taken = take(READER, source, tmp_path)
    assert taken.preview.classes == {"cats": 2, "dogs": 1}
    assert (taken.preview.rows, taken.preview.tasks) == (3, ("image-classification",))
    assert taken.preview.notes == (
        "The folders say what each image is for: 2 for training, 1 for validation. This is kept.",
        "One other file (pets/readme.txt) will be skipped.",
    )
    assert taken.seen == [
        ("pets/Val/cats/3.png", "cats", "validation"),
        ("pets/train/cats/1.png", "cats", "train"),
        ("pets/train/dogs/2.jpg", "dogs", "train"),
    ]
    grey, color, photo = taken.rows
    assert (grey["width"], grey["height"], grey["channels"], grey["looks"]) == (20, 16, 1, None)
    assert (color["channels"], len(color["pixels"])) == (3, 16)
    assert (photo["width"], photo["height"]) == (60, 80)
    assert isinstance(photo["looks"], int)
    assert taken.content(2) == files["pets/train/dogs/2.jpg"]  # byte for byte
    assert {code: f.count for code, f in taken.findings.items()} == {"skipped-files": 1, "system-files": 1}
    assert taken.progress.done == taken.progress.stages[0][1]


def test_what_cannot_be_used_is_left_out_and_named(tmp_path: Path) -> None:
    huge = bytearray(png())
    huge[16:24] = (30_000).to_bytes(4, "big") * 2
    huge[29:33] = zlib.crc32(huge[12:29]).to_bytes(4, "big")
    source = lay_out(
        tmp_path / "a",
        {
            "cats/good.png": png(1),
            "cats/cut.png": png(2)[:300],
            "cats/empty.jpg": b"",
            "cats/pixel.png": png(3, (1, 1)),
            "cats/huge.png": bytes(huge),
            "cats/film.mp4": b"film",
            "cats/drawing.svg": b"<svg/>",
            "dogs/really_a_png.jpg": png(4),
            "birds/notes.txt": b"none yet",
            "logo.png": png(5),
        },
    )
    taken = take(READER, source, tmp_path)
    assert taken.seen == [("cats/good.png", "cats", ""), ("dogs/really_a_png.jpg", "dogs", "")]
    assert {code: (f.severity, f.examples) for code, f in taken.findings.items()} == {
        "unreadable-files": ("warning", ("cats/cut.png", "cats/empty.jpg")),
        "too-large-pictures": ("warning", ("cats/huge.png",)),
        "too-small-pictures": ("warning", ("cats/pixel.png",)),
        "skipped-files": ("note", ("birds/notes.txt", "cats/drawing.svg", "cats/film.mp4")),
        "empty-classes": ("warning", ("birds",)),
        "outside-class-folders": ("warning", ("logo.png",)),
    }
    assert taken.findings["unreadable-files"].message == (
        "2 files could not be read as images: 1 is damaged or was cut off; 1 is empty (0 bytes)."
    )


def test_a_very_large_file_is_kept_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.images.ingest.LARGEST_KEPT", 50_000)
    source = lay_out(tmp_path / "a", {"cats/1.png": png(1, (3000, 300)), "dogs/2.png": png(2)})
    taken = take(READER, source, tmp_path)
    assert (taken.rows[0]["width"], taken.rows[0]["height"]) == (2048, 205)
    assert taken.content(0).startswith(b"\xff\xd8")
    assert taken.findings["shrunk-pictures"].examples == ("cats/1.png",)


def test_a_turned_photograph_is_measured_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = saved(noise(size=(60, 40)), "JPEG", exif=exif)
    taken = take(READER, lay_out(tmp_path / "a", {"cats/1.jpg": photo, "dogs/2.png": png()}), tmp_path)
    assert (taken.rows[0]["width"], taken.rows[0]["height"]) == (40, 60)


def test_spellings_of_a_class_become_one(tmp_path: Path) -> None:
    files = {
        "train/Cats/1.png": png(1),
        "train/Cats/2.png": png(2),
        "test/cats/3.png": png(3),
        "train/dogs/4.png": png(4),
    }
    taken = take(READER, pack(tmp_path / "a.zip", files), tmp_path)
    assert taken.preview.label_map == {"cats": "cats", "Cats": "cats", "dogs": "dogs"}  # as the others are written
    assert taken.preview.classes == {"cats": 3, "dogs": 1}
    assert {row["label"] for row in taken.rows} == {"cats", "dogs"}
    assert taken.findings["merged-labels"].severity == "note"


def test_labels_can_be_renamed_and_dropped(tmp_path: Path) -> None:
    files = {f"{name}/{i}.png": png(i) for i, name in enumerate(("n01", "n02", "junk"))}
    mapping = {"n01": "cat", "n02": "dog", "junk": ""}
    taken = take(READER, pack(tmp_path / "a.zip", files), tmp_path, label_map=mapping)
    assert taken.preview.classes == {"cat": 1, "dog": 1}
    assert [row["label"] for row in taken.rows] == ["cat", "dog"]
    assert taken.findings["dropped-labels"].examples == ("junk/2.png",)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"a.txt": b"1"},
            "a holds nothing that can be read, only other files (such as a.txt). Import images (JPEG, PNG,",
        ),
        ({"1.png": png(), "2.png": png()}, "a holds 2 images but no class folders, so nobody can know what they"),
        ({"train/1.png": png(), "test/2.png": png()}, "a holds 2 images but no class folders"),
        (
            {"cats/1.png": png(), "cats/2.png": png()},
            "a has only one class folder with images, 'cats'. A model learns by telling classes apart: add a second "
            "folder with images of something else, then import again.",
        ),
        ({"cats/1.png": png(), "dogs/none.txt": b""}, "a has only one class folder with images, 'cats'."),
    ],
)
def test_what_is_no_set_of_classes_is_refused_in_words(tmp_path: Path, files: dict[str, bytes], sentence: str) -> None:
    source = lay_out(tmp_path / "a", files)
    with pytest.raises(DataError) as refused:
        READER.preview(source, ImportOptions())
    assert str(refused.value).startswith(sentence)


def test_an_empty_folder_and_a_single_picture_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"^empty holds no files\. Import images"):
        READER.preview(tmp_path / "empty", ImportOptions())
    (tmp_path / "cat.jpg").write_bytes(png())
    with pytest.raises(DataError, match=r"^cat\.jpg is a single image"):
        READER.preview(tmp_path / "cat.jpg", ImportOptions())


def test_pictures_are_for_one_task_only(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "a", {"cats/1.png": png(), "dogs/2.png": png()})
    with pytest.raises(DataError, match="which are for the task image-classification, not for text-classification"):
        READER.preview(source, ImportOptions(task="text-classification"))


def test_nothing_but_broken_pictures_is_refused_with_the_reason(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "a", {"cats/1.png": b"x", "dogs/2.png": b"y"})
    with pytest.raises(DataError, match=r"^None of the images of a can be used\. 2 files could not be read"):
        take(READER, source, tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.from_regex(r"(train/|test/)?[abc]/[xyz]\.(png|jpg|gif|txt)", fullmatch=True),
        st.binary(max_size=60) | st.sampled_from([png(1), png(2)[:200], saved(noise(), "GIF")]),
        max_size=6,
    )
)
def test_any_folder_is_read_or_refused_in_words(tmp_path: Path, files: dict[str, bytes]) -> None:
    source = pack(tmp_path / "random.zip", files)
    READER.accepts(source)
    with suppress(DataError):
        staged = StagedDataset(tmp_path, "image-classification")
        READER.read(source, READER.preview(source, ImportOptions()).options, staged, Watched())
        staged.close()
