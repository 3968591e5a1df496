import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from core.data.images.loading import checked_image, load_images, natural_size, thumbnail
from core.data.rows import PackWriter
from core.errors import DataError
from tests.data.images.drawing import noise, png, saved


def packed(folder: Path, files: list[bytes]) -> pa.Table:
    """Two packs, one file after the other in turn, as data sets have them that were added to."""
    writers = {name: PackWriter(folder / name) for name in ("a.pack", "b.pack")}
    rows = []
    for number, content in enumerate(files):
        name = ("a.pack", "b.pack")[number % 2]
        rows.append({"pack": name, "offset": writers[name].add(content), "size_bytes": len(content)})
    for writer in writers.values():
        writer.close()
    return pa.Table.from_pylist(rows)


def sizes(*sizes: tuple[int, int, int]) -> pa.Table:
    return pa.Table.from_pylist([{"width": w, "height": h, "channels": c} for w, h, c in sizes])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (sizes((28, 28, 1), (28, 28, 1)), (28, 1)),
        (sizes((32, 32, 3), (32, 32, 1)), (32, 3)),
        (sizes((96, 96, 3)), (96, 3)),
        (sizes((97, 97, 3), (97, 97, 3)), (64, 3)),
        (sizes((28, 28, 1), (28, 29, 1)), (64, 1)),
        (sizes((640, 480, 3), (480, 640, 3)), (64, 3)),
    ],
)
def test_pictures_of_one_small_size_keep_it(rows: pa.Table, expected: tuple[int, int]) -> None:
    assert natural_size(rows) == expected


def test_pictures_of_the_very_size_are_loaded_as_they_are(tmp_path: Path) -> None:
    images = [noise(seed, (12, 12)) for seed in range(300)]
    loaded = load_images(packed(tmp_path, [saved(p) for p in images]), tmp_path, 12, 3)
    assert loaded.shape == (300, 12, 12, 3)
    assert np.array_equal(loaded, np.stack([np.asarray(p) for p in images]))


def test_others_are_made_smaller_and_the_middle_is_cut_out(tmp_path: Path) -> None:
    wide = Image.new("RGB", (300, 100), "blue")
    wide.paste("red", (100, 0, 200, 100))
    loaded = load_images(
        packed(tmp_path, [saved(wide), saved(wide.transpose(Image.Transpose.ROTATE_90), "JPEG")]), tmp_path, 10, 3
    )
    assert loaded[0, :, 1:9].reshape(-1, 3).tolist() == [[255, 0, 0]] * 80
    assert loaded[1, 1:9].reshape(-1, 3).mean(0) == pytest.approx([254, 0, 0], abs=4)


def test_colour_can_be_loaded_as_grey_and_into_an_array_that_is_there(tmp_path: Path) -> None:
    target = np.zeros((1, 8, 8, 1), np.uint8)
    assert load_images(packed(tmp_path, [saved(Image.new("RGB", (8, 8), "white"))]), tmp_path, 8, 1, target) is target
    assert target.min() == 255


def test_damaged_packs_are_said_to_be_so(tmp_path: Path) -> None:
    rows = packed(tmp_path, [png()])
    (tmp_path / "a.pack").write_bytes(b"")
    with pytest.raises(DataError, match=r"damaged on disk\. Import them again"):
        load_images(rows, tmp_path, 8, 3)


def test_a_thumbnail_keeps_proportions_and_never_grows() -> None:
    assert Image.open(io.BytesIO(thumbnail(saved(noise(size=(400, 200)), "JPEG"), 100))).size == (100, 50)
    assert Image.open(io.BytesIO(thumbnail(png(size=(20, 16)), 100))).size == (20, 16)


def test_a_picture_from_a_camera_is_upright_bounded_and_without_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    kept = Image.open(io.BytesIO(checked_image(saved(noise(size=(3000, 1500)), "JPEG", exif=exif))))
    assert (kept.format, kept.size) == ("JPEG", (1024, 2048))
    assert not kept.getexif()


def test_a_drawing_is_kept_without_loss() -> None:
    kept = checked_image(png(size=(50, 40)))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(kept))), np.asarray(noise(size=(50, 40))))


def test_a_very_large_file_without_loss_becomes_a_jpeg() -> None:
    assert Image.open(io.BytesIO(checked_image(png(size=(1500, 1500))))).format == "JPEG"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"hello", "This file is not an image that can be read, or it is damaged."),
        (png(size=(1, 1)), "This image is only a few pixels large: there is nothing to see."),
    ],
)
def test_what_is_no_picture_is_refused_in_words(content: bytes, sentence: str) -> None:
    for use in (checked_image, lambda content: thumbnail(content, 100)):
        with pytest.raises(DataError) as refused:
            use(content)
        assert str(refused.value).startswith(sentence)
