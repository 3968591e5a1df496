"""What changed examples look like: small pictures are enlarged, large ones make no large page, texts are readable."""

import base64
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.configure import make_config
from core.settings import Settings
from core.worker.preflight_preview import png_of, preview
from core.worker.preflight_setup import set_up


def opened(grid: NDArray[np.uint8]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(png_of(grid)))).convert("RGB")


def test_small_grey_pictures_are_enlarged_pixel_by_pixel() -> None:
    grid = np.zeros((2, 3, 8, 8, 1), dtype=np.uint8)
    grid[1, 2, 0, 0] = 200
    sheet = opened(grid)
    assert sheet.size == (3 * 96 + 2 * 4, 2 * 96 + 4)
    left, top = 2 * (96 + 4), 96 + 4
    assert sheet.getpixel((left, top)) == sheet.getpixel((left + 11, top + 11)) == (200, 200, 200)
    assert sheet.getpixel((left + 12, top)) == (0, 0, 0)
    assert sheet.getpixel((97, 50)) == (255, 255, 255)  # between two pictures


def test_a_wide_picture_keeps_its_shape() -> None:
    assert opened(np.zeros((1, 2, 20, 40, 3), dtype=np.uint8)).size == (2 * 96 + 4, 48)


def test_even_photographs_of_noise_stay_below_200_kilobytes() -> None:
    grid = np.random.default_rng(0).integers(0, 256, (4, 8, 128, 128, 3), dtype=np.uint8)
    png = png_of(grid)
    assert len(png) <= 200_000
    assert Image.open(io.BytesIO(base64.b64decode(png))).size == (8 * 64 + 7 * 4, 4 * 64 + 3 * 4)


@pytest.mark.parametrize("model", ["text-cnn", "minilm"])
def test_every_way_of_cutting_texts_can_show_what_is_left_of_them(settings: Settings, model: str) -> None:
    config = make_config(
        "text-classification", "customer-feedback", model, "quick", {"augment_token_dropout": 0.4, "length": 24}
    )
    pairs = preview(set_up(config, settings, 1, lambda said: None))["pairs"]
    assert len(pairs) == 6
    for before, after in pairs:
        assert 0 < len(after) <= len(before) <= 400
    assert any("the" in before.split() for before, _ in pairs)
    assert sum(len(after.split()) for _, after in pairs) < 0.9 * sum(len(before.split()) for before, _ in pairs)
