import io
import zlib
from contextlib import suppress

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data.images.decoding import (
    BadImage,
    TooLargeImage,
    TooSmallImage,
    UnreadableImage,
    decode,
    strips,
    without_color,
)
from tests.data.images.drawing import noise, png, saved

RED = (255, 0, 0)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM"])
def test_every_format_is_read(kind: str) -> None:
    image = decode(saved(Image.new("RGB", (20, 10), "red"), kind))
    assert (image.mode, image.size) == ("RGB", (20, 10))
    assert image.getpixel((5, 5)) == pytest.approx(RED, abs=4)


def test_a_telephone_s_heic_is_read() -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red")).save(file)
    image = decode(file.getvalue())
    assert image.size == (64, 48)
    assert image.getpixel((5, 5)) == pytest.approx(RED, abs=4)


@pytest.mark.parametrize(
    ("image", "mode", "expected"),
    [
        (Image.new("L", (8, 8), 100), "L", 100),
        (Image.new("1", (8, 8), 1), "L", 255),
        (Image.new("RGB", (8, 8), "red"), "RGB", RED),
        (Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "RGB", (255, 255, 255)),
        (Image.new("RGBA", (8, 8), (255, 0, 0, 255)), "RGB", RED),
        (Image.new("LA", (8, 8), (10, 0)), "L", 255),
        (Image.new("RGB", (8, 8), "red").quantize(4), "RGB", RED),
        (Image.fromarray(np.full((8, 8), 65535, np.uint16)), "L", 255),
        (Image.fromarray(np.full((8, 8), 2048, np.uint16)), "L", 128),  # a camera of 12 bits
    ],
)
def test_every_kind_of_pixels_becomes_grey_or_colour(
    image: Image.Image, mode: str, expected: int | tuple[int, int, int]
) -> None:
    decoded = decode(saved(image))
    assert decoded.mode == mode
    assert decoded.getpixel((4, 4)) == expected


def test_transparent_colours_of_a_palette_are_white() -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert decode(saved(image, "GIF", transparency=1)).getpixel((4, 4)) == (255, 255, 255)


def test_printers_colours_are_read() -> None:
    assert decode(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")).getpixel((4, 4)) == pytest.approx(
        RED, abs=6
    )


def test_numbers_with_fractions_are_read() -> None:
    tiff = saved(Image.fromarray(np.array([[0.0, 0.5], [1.0, np.nan]] * 4, np.float32).repeat(4, 1)), "TIFF")
    assert np.asarray(decode(tiff))[:2, ::4].tolist() == [[0, 128], [255, 0]]


def test_only_the_first_frame_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    assert decode(saved(frames[0], "GIF", save_all=True, append_images=frames[1:])).getpixel((4, 4)) == RED


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_stands_upright_as_the_camera_was_held(kind: str) -> None:
    sideways = Image.new("RGB", (32, 16), "black")
    sideways.paste("white", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = 6  # the left half comes on top
    upright = decode(saved(sideways, kind, exif=exif))
    assert upright.size == (16, 32)
    assert upright.getpixel((8, 2)) == pytest.approx((255, 255, 255), abs=6)
    assert upright.getpixel((8, 29)) == pytest.approx((0, 0, 0), abs=6)


def test_damaged_notes_of_a_camera_do_no_harm() -> None:
    assert decode(saved(Image.new("RGB", (8, 8)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")).size == (8, 8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        png()[:200],
        png()[:60],
        saved(noise(), "JPEG")[:300],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_broken_files_and_other_kinds_are_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableImage):
        decode(content)


@pytest.mark.parametrize("side", [9_500, 30_000])
def test_decompression_bombs_are_refused_by_their_header(side: int) -> None:
    header = bytearray(png())
    header[16:24] = side.to_bytes(4, "big") * 2  # PNG does not check what it says: nothing behind is read
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")
    with pytest.raises(TooLargeImage):
        decode(bytes(header))


def test_a_single_pixel_is_too_small() -> None:
    with pytest.raises(TooSmallImage):
        decode(png(size=(1, 1)))


def test_a_large_jpeg_comes_smaller_where_that_is_enough() -> None:
    content = saved(noise(size=(800, 400)), "JPEG")
    assert decode(content).size == (800, 400)
    assert decode(content, at_least=100).size == (200, 100)


def test_grey_pictures_saved_in_colour_are_grey() -> None:
    grey = noise(size=(300, 200), mode="L")
    assert without_color(decode(saved(grey.convert("RGB")))).mode == "L"
    almost = grey.convert("RGB")
    almost.putpixel((299, 199), (1, 2, 3))
    assert without_color(almost).mode == "RGB"


def test_strips_are_the_whole_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.images.decoding.STRIP", 100)
    image = noise(size=(30, 20))
    pieces = list(strips(image))
    assert len(pieces) == 7
    assert np.array_equal(np.concatenate(pieces), np.asarray(image))


SEEDS = [
    png(),
    saved(noise(), "JPEG"),
    saved(noise(), "GIF"),
    saved(noise(), "BMP"),
    saved(noise(), "WEBP"),
    saved(noise(), "TIFF"),
    saved(noise(), "PPM"),
    saved(noise(mode="RGBA"), "TIFF", compression="tiff_lzw"),
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12))
def test_any_bytes_are_a_picture_or_a_bad_one(content: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(content)
    for place, value in changes:
        changed[place % len(changed)] = value
    with suppress(BadImage):
        assert decode(bytes(changed)).mode in ("L", "RGB")
