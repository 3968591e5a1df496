"""Simple methods for images."""

import numpy as np
import pytest

from core.baselines.pixels_logistic import pixels_of
from core.specs import Examples
from core.tasks.image_classification import TASK as IMAGES
from tests.baselines.ladder import judged


def test_pixels_tell_bright_from_dark() -> None:
    images = np.concatenate([np.full((6, 2, 2, 1), 250), np.full((6, 2, 2, 1), 5)]).astype(np.uint8)
    examples = Examples(images, np.array([0] * 6 + [1] * 6), ("day", "night"))
    predictions = judged(IMAGES, examples, examples, 0)["pixels + logistic regression"]
    assert predictions.predicted.tolist() == [0] * 6 + [1] * 6


@pytest.mark.parametrize("size", [(1, 1), (2, 40), (31, 33), (64, 96), (500, 3)])
def test_pictures_of_any_size_are_judged_by_at_most_32_areas_a_side(size: tuple[int, int]) -> None:
    chance = np.random.default_rng(0)
    dark = chance.integers(0, 60, (8, *size, 3), np.uint8)
    examples = Examples(np.concatenate([dark, dark + 150]), np.array([0] * 8 + [1] * 8), ("night", "day"))
    assert pixels_of(examples.inputs, np.arange(16)).shape == (16, min(size[0], 32) * min(size[1], 32) * 3)
    predictions = judged(IMAGES, examples, examples, 0)["pixels + logistic regression"]
    assert predictions.predicted.tolist() == [0] * 8 + [1] * 8


def test_areas_are_the_means_of_their_pixels_in_whatever_parts_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 64, 96, 2), np.uint8)
    whole = pixels_of(images, np.array([3, 0]))
    areas = images.reshape(5, 32, 2, 32, 3, 2).mean(axis=(2, 4)).reshape(5, -1) / 255
    np.testing.assert_allclose(whole, areas[[3, 0]], rtol=1e-5)
    monkeypatch.setattr("core.baselines.pixels_logistic.PART_BYTES", 1)
    assert pixels_of(images, np.array([3, 0])).tolist() == whole.tolist()


def test_a_class_that_training_never_saw_costs_much_but_not_infinitely() -> None:
    train = Examples(np.zeros((4, 1, 1, 1), np.uint8), np.array([0, 0, 1, 1]), ("a", "b", "c"))
    test = Examples(np.zeros((1, 1, 1, 1), np.uint8), np.array([2]), ("a", "b", "c"))
    assert 20 < judged(IMAGES, train, test, 0)["pixels + logistic regression"].nll[0] < 30
