import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data.images.model_input import read_image
from core.errors import DataError
from core.specs import DataInfo

DIGITS = DataInfo(("0", "1"), (1, 8, 8), channel_mean=(0.3,), channel_std=(0.4,))
COLOUR = DataInfo(("ant", "bee"), (3, 4, 6), channel_mean=(0.5, 0.5, 0.5), channel_std=(0.2, 0.2, 0.2))


def saved(image: Image.Image, file: Path, **options: Any) -> Path:
    image.save(file, **options)
    return file


def stroke(paper: str, ink: str, mode: str = "RGB") -> Image.Image:
    """A thick vertical stroke, off the middle, on a large sheet."""
    image = Image.new(mode, (200, 300), paper)
    ImageDraw.Draw(image).rectangle((120, 40, 150, 200), fill=ink)
    return image


@pytest.mark.parametrize(
    "image", [stroke("white", "black"), stroke("black", "white"), stroke("#00000000", "#000000ff", "RGBA")]
)
def test_a_drawing_becomes_bright_ink_on_black_in_the_middle(image: Image.Image, tmp_path: Path) -> None:
    pixels = read_image(saved(image, tmp_path / "one.png"), DIGITS)
    assert pixels.shape == (8, 8, 1)
    assert pixels.dtype == np.uint8
    assert pixels[:, 3:5].min() > 150  # the stroke fills the height
    assert pixels[:, [0, 1, 6, 7]].max() == 0


def test_a_picture_of_the_very_size_stays_as_it_is(tmp_path: Path) -> None:
    original = np.zeros((8, 8), np.uint8)
    original[2:4, 5] = 200
    pixels = read_image(saved(Image.fromarray(original), tmp_path / "small.png"), DIGITS)
    assert pixels[..., 0].tolist() == original.tolist()


def test_a_training_picture_with_a_bright_border_is_not_taken_for_ink_on_paper() -> None:
    file = io.BytesIO()
    Image.new("L", (8, 8), 220).save(file, "PNG")  # such as a shirt that fills the whole picture
    assert read_image(file.getvalue(), DIGITS).min() == 220


def test_a_large_grey_picture_is_a_photograph_and_stays_as_bright_as_it_is() -> None:
    file = io.BytesIO()
    Image.new("L", (100, 80), 220).save(file, "PNG")
    scan = DataInfo(("healthy", "ill"), (1, 64, 64), channel_mean=(0.3,), channel_std=(0.2,))
    assert read_image(file.getvalue(), scan).min() == 220


def test_a_wide_picture_is_cut_to_its_middle_as_in_training() -> None:
    wide = Image.new("RGB", (300, 100), "blue")
    wide.paste("red", (100, 0, 200, 100))
    file = io.BytesIO()
    wide.save(file, "PNG")
    square = DataInfo(("ant", "bee"), (3, 10, 10), channel_mean=(0.5,) * 3, channel_std=(0.2,) * 3)
    assert read_image(file.getvalue(), square)[5, 1:9].tolist() == [[255, 0, 0]] * 8


def test_an_empty_sheet_is_black(tmp_path: Path) -> None:
    assert read_image(saved(Image.new("L", (50, 50), 255), tmp_path / "blank.png"), DIGITS).max() == 0


def test_colour_pictures_are_resized() -> None:
    upload = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(upload, "JPEG")
    pixels = read_image(upload.getvalue(), COLOUR)
    assert pixels.shape == (4, 6, 3)
    assert pixels[0, 0].tolist() == pytest.approx([255, 0, 0], abs=3)


def test_a_photograph_is_turned_upright(tmp_path: Path) -> None:
    sideways = Image.new("RGB", (60, 40), "black")
    sideways.paste("white", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right: the left half comes on top
    pixels = read_image(saved(sideways, tmp_path / "phone.png", exif=exif), COLOUR)
    assert (pixels[0].min(), pixels[-1].max()) == (255, 0)


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.png"
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"notes\.png is not an image that can be read"):
        read_image(file, DIGITS)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*nowhere\.png"):
        read_image(tmp_path / "nowhere.png", DIGITS)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_huge_picture_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    file = saved(Image.new("1", (10_000, 9_000)), tmp_path / "huge.png")
    with pytest.raises(DataError, match="80 million pixels"):
        read_image(file, DIGITS)
