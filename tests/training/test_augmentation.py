"""Each change against a picture made by hand, and all of them together against what must never change."""

import math

import pytest
import torch
from torch import Tensor

from core import catalog
from core.specs import DataInfo
from core.specs.config import TrainConfig
from core.training.augmentation import (
    augmenter,
    mirrored,
    recolored,
    shifted,
    warped,
    with_square_hidden,
    without_tokens,
)

IMAGES, TEXTS = catalog.find_task("image-classification"), catalog.find_task("text-classification")
COLOURED = DataInfo(("a", "b"), (3, 8, 8), channel_mean=(0.1, 0.5, 0.9), channel_std=(0.2, 0.2, 0.2))
WORDS = DataInfo(("a", "b"), (6,), vocabulary_size=20, padding_id=0)
EVERYTHING = {
    "augment_flip": True, "augment_rotate_deg": 20.0, "augment_scale": 0.2, "augment_crop": 0.1,
    "augment_cutout": 0.3, "augment_color": 0.4,
}  # fmt: skip


def config(**settings: object) -> TrainConfig:
    return TrainConfig.model_validate({"task": "t", "dataset": "d", "model": "m"} | settings)


def image(*rows: list[int]) -> Tensor:
    """Return one grey picture, (1, 1, H, W) bytes."""
    return torch.tensor([[rows]], dtype=torch.uint8)


def seeded(**settings: object) -> Tensor:
    """Return 64 coloured pictures after the changes that are switched on, from the same chance each time."""
    images = torch.randint(0, 256, (64, 3, 8, 8), generator=torch.Generator().manual_seed(1)).to(torch.uint8)
    augment = augmenter(config(**settings), IMAGES, COLOURED)
    assert augment is not None
    torch.manual_seed(5)
    return augment(images)


# --- pictures made by hand ---


def test_a_mirrored_picture_has_left_and_right_swapped() -> None:
    pair = torch.cat([image([1, 2], [3, 4])] * 2)
    assert mirrored(pair, torch.tensor([True, False])).tolist() == [[[[2, 1], [4, 3]]], [[[1, 2], [3, 4]]]]


def test_a_shifted_picture_is_filled_with_its_own_mirror_image() -> None:
    one = image([1, 2, 3], [4, 5, 6])
    assert shifted(one, torch.tensor([0]), torch.tensor([2])).tolist() == [[[[2, 1, 1], [5, 4, 4]]]]
    assert shifted(one, torch.tensor([-1]), torch.tensor([0])).tolist() == [[[[4, 5, 6], [4, 5, 6]]]]


def test_each_picture_is_shifted_by_its_own_amount_in_all_channels() -> None:
    two = torch.arange(2 * 3 * 2 * 2).view(2, 3, 2, 2).to(torch.uint8)
    moved = shifted(two, torch.tensor([0, 1]), torch.tensor([1, 0]))
    assert moved[0].tolist() == [[[0, 0], [2, 2]], [[4, 4], [6, 6]], [[8, 8], [10, 10]]]
    assert moved[1].tolist() == [[[12, 13]] * 2, [[16, 17]] * 2, [[20, 21]] * 2]


def turned(images: Tensor, degrees: float = 0, zoom: float = 1, down: float = 0, right: float = 0) -> Tensor:
    values = ([math.radians(degrees)], [zoom], [down], [right])
    return warped(images, *(torch.tensor(value, dtype=torch.float32) for value in values))


def test_a_quarter_turn_goes_clockwise() -> None:
    torch.testing.assert_close(
        turned(image([10, 20], [30, 40]), degrees=90), torch.tensor([[[[30.0, 10], [40, 20]]]]), atol=1e-3, rtol=0
    )


def test_half_a_turn_of_what_is_not_square_shears_nothing() -> None:
    one = image([10, 20, 30], [40, 50, 60])
    torch.testing.assert_close(turned(one, degrees=180), one.flip(2, 3).float(), atol=1e-3, rtol=0)


def test_twice_as_large_shows_the_middle_half() -> None:
    one = image([0, 0, 0, 0], [0, 100, 100, 0], [0, 100, 100, 0], [0, 0, 0, 0])
    expected = torch.tensor([0.75, 1, 1, 0.75])  # the outer ones lie a quarter of a pixel towards the black frame
    torch.testing.assert_close(turned(one, zoom=2)[0, 0], 100 * torch.outer(expected, expected), atol=1e-3, rtol=0)


def test_moving_by_shares_of_the_side_is_shifting_by_pixels() -> None:
    one = torch.randint(0, 256, (1, 3, 4, 8), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    expected = shifted(one, torch.tensor([1]), torch.tensor([-2])).float()
    torch.testing.assert_close(turned(one, down=0.25, right=-0.25), expected, atol=1e-3, rtol=0)


def test_brightness_multiplies_and_stops_at_white() -> None:
    brighter = recolored(image([0, 100, 200]), torch.tensor([1.5]), torch.ones(1), torch.ones(1))
    torch.testing.assert_close(brighter, torch.tensor([[[[0.0, 150, 255]]]]))


def test_less_contrast_draws_every_pixel_to_the_mean() -> None:
    flatter = recolored(image([0, 100, 200]), torch.ones(1), torch.tensor([0.5]), torch.ones(1))
    torch.testing.assert_close(flatter, torch.tensor([[[[50.0, 100, 150]]]]))


def test_without_saturation_all_that_is_left_is_the_grey_of_each_pixel() -> None:
    red_and_white = torch.tensor([[[[100, 200]], [[0, 200]], [[0, 200]]]], dtype=torch.uint8)
    grey = recolored(red_and_white, torch.ones(1), torch.ones(1), torch.zeros(1))
    torch.testing.assert_close(grey, torch.tensor([29.9, 200]).expand(1, 3, 1, 2))


def test_saturation_means_nothing_to_grey_pictures() -> None:
    one = image([10, 200], [30, 40])
    torch.testing.assert_close(recolored(one, torch.ones(1), torch.ones(1), torch.tensor([0.3])), one.float())


def test_exactly_one_square_is_hidden() -> None:
    images = torch.full((2, 2, 4, 4), 200, dtype=torch.uint8)
    places = (torch.tensor([0, 2]), torch.tensor([1, 2]))
    hidden = with_square_hidden(images, *places, side=2, fill=torch.tensor([25.4, 127.6]))
    assert hidden[0, 0].tolist() == [[200, 25, 25, 200], [200, 25, 25, 200], [200] * 4, [200] * 4]
    assert hidden[1, 1].tolist() == [[200] * 4, [200] * 4, [200, 200, 128, 128], [200, 200, 128, 128]]
    assert (images == 200).all()  # the data itself stays as it is


# --- chance ---


def test_about_half_of_the_pictures_are_mirrored() -> None:
    before, after = seeded(augment_scale=1e-9).round(), seeded(augment_flip=True)
    same = (before == after).flatten(1).all(1)
    swapped = (before.flip(3) == after).flatten(1).all(1)
    assert (same | swapped).all()
    assert 16 < same.sum() < 48


def test_every_shift_up_to_the_largest_one_comes_up() -> None:
    augment = augmenter(config(augment_crop=0.25), IMAGES, COLOURED)
    assert augment is not None
    row = torch.arange(8, dtype=torch.uint8).expand(500, 3, 8, 8)  # every pixel says its column
    assert set(augment(row)[:, 0, 0, 3].tolist()) == {1, 2, 3, 4, 5}


def test_a_hidden_square_has_the_mean_colour_and_lies_inside_the_picture() -> None:
    augment = augmenter(config(augment_cutout=0.5), IMAGES, COLOURED)
    assert augment is not None
    hidden = augment(torch.zeros(200, 3, 8, 8, dtype=torch.uint8))
    assert set(map(tuple, hidden.flatten(2).sum(2).tolist())) == {(16 * 26, 16 * 128, 16 * 230)}
    assert {0, 7} <= set(torch.nonzero(hidden[:, 0])[:, 1].tolist())  # as far as the edges


@pytest.mark.parametrize("settings", [{name: value} for name, value in EVERYTHING.items()] + [EVERYTHING])
def test_the_same_seed_gives_the_same_pictures_within_their_range(settings: dict[str, object]) -> None:
    first, second = seeded(**settings), seeded(**settings)
    assert torch.equal(first, second)
    assert first.shape == (64, 3, 8, 8)
    assert first.min() >= 0
    assert first.max() <= 255
    assert len(set(map(tuple, first.flatten(1).tolist()))) == 64  # and no two alike


def test_moving_whole_pixels_keeps_the_data_as_bytes() -> None:
    assert seeded(augment_flip=True, augment_crop=0.2, augment_cutout=0.2).dtype == torch.uint8


def test_stronger_colour_changes_more() -> None:
    before = seeded(augment_scale=1e-9)
    changes = [(seeded(augment_color=share) - before).abs().mean() for share in (0.1, 0.4)]
    assert 0 < changes[0] * 2 < changes[1]


# --- texts ---


def test_words_that_go_let_the_others_close_up() -> None:
    ids = torch.tensor([[5, 6, 7, 8], [9, 3, 0, 0]])
    noise = torch.tensor([[0.9, 0.1, 0.9, 0.9], [0.1, 0.9, 0.9, 0.9]])
    assert without_tokens(ids, noise, 0.5, padding_id=0).tolist() == [[5, 7, 8, 0], [3, 0, 0, 0]]


def test_a_text_keeps_at_least_one_word() -> None:
    ids = torch.tensor([[5, 6, 7], [8, 9, 9], [4, 9, 9]])
    noise = torch.tensor([[0.1, 0.3, 0.2], [0.2, 0.9, 0.9], [0.0, 0.5, 0.5]])
    assert without_tokens(ids, noise, 0.8, padding_id=9).tolist() == [[6, 9, 9], [8, 9, 9], [4, 9, 9]]


def test_an_empty_text_stays_empty() -> None:
    empty = torch.zeros(2, 3, dtype=torch.int64)
    assert without_tokens(empty, torch.ones(2, 3), 0.5, padding_id=0).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_marks_of_beginning_and_end_stay() -> None:
    ids = torch.tensor([[101, 7, 8, 102, 0], [101, 102, 0, 0, 0]])
    kept = without_tokens(ids, torch.zeros(2, 5), 0.5, padding_id=0, marked=True)
    assert kept.tolist() == [[101, 102, 0, 0, 0], [101, 102, 0, 0, 0]]


def test_the_chosen_share_of_the_words_goes() -> None:
    augment = augmenter(config(augment_token_dropout=0.3), TEXTS, WORDS)
    assert augment is not None
    ids = torch.randint(1, 20, (400, 50), generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    assert (augment(ids) == 0).float().mean().item() == pytest.approx(0.3, abs=0.02)


def test_texts_that_are_vectors_stay_as_they_are() -> None:
    augment = augmenter(config(augment_token_dropout=0.9), TEXTS, WORDS)
    assert augment is not None
    vectors = torch.randn(4, 6)
    assert augment(vectors) is vectors


# --- what is passed over ---


def test_nothing_switched_on_is_nothing_to_do() -> None:
    assert augmenter(config(), IMAGES, COLOURED) is None
    assert augmenter(config(), TEXTS, WORDS) is None


@pytest.mark.parametrize("task", ["text-generation", "tabular-regression", "text-classification"])
def test_changes_of_pictures_are_passed_over_elsewhere(task: str) -> None:
    assert augmenter(config(**EVERYTHING), catalog.find_task(task), WORDS) is None


def test_words_are_never_hidden_from_a_model_that_writes() -> None:
    assert augmenter(config(augment_token_dropout=0.5), catalog.find_task("text-generation"), WORDS) is None
