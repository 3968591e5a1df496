from itertools import pairwise

import pytest
import torch

from core.training.batches import RowBatches, TextBatches, WindowBatches

NOTHING = torch.empty(0, dtype=torch.int64)


def rows(count: int, batch_size: int, seed: int = 0) -> RowBatches:
    return RowBatches((torch.arange(count), torch.arange(count) * 10), batch_size, seed)


def test_an_epoch_shows_every_example_once_with_its_target() -> None:
    batches = rows(12, 4)
    drawn = [batches.draw(0, position) for position in range(batches.steps_per_epoch)]
    assert sorted(torch.cat([inputs for inputs, _ in drawn]).tolist()) == list(range(12))
    assert all(torch.equal(inputs * 10, targets) for inputs, targets in drawn)


def test_the_few_that_fill_no_batch_wait() -> None:
    assert rows(11, 4).steps_per_epoch == 2


def test_fewer_examples_than_a_batch_are_one_smaller_batch() -> None:
    batches = rows(3, 64)
    assert (batches.steps_per_epoch, batches.batch_size) == (1, 3)
    assert sorted(batches.draw(0, 0)[0].tolist()) == [0, 1, 2]


def test_the_order_follows_from_seed_and_epoch_alone() -> None:
    first, again, other = rows(50, 10), rows(50, 10), rows(50, 10, seed=1)
    first.draw(0, 0)
    assert torch.equal(first.draw(3, 2)[0], again.draw(3, 2)[0])
    assert not torch.equal(first.draw(3, 2)[0], first.draw(4, 2)[0])
    assert not torch.equal(first.draw(3, 2)[0], other.draw(3, 2)[0])


def test_targets_of_a_text_are_the_next_characters() -> None:
    batches = WindowBatches(torch.arange(100), context=8, batch_size=4, seed=0)
    inputs, targets = batches.draw(0, 0)
    assert inputs.shape == targets.shape == (4, 8)
    assert torch.equal(inputs + 1, targets)
    assert inputs.dtype == torch.int64


def test_windows_touch_and_are_shifted_each_epoch() -> None:
    batches = WindowBatches(torch.arange(100), context=8, batch_size=11, seed=0)
    starts = [sorted(batches.draw(epoch, 0)[0][:, 0].tolist()) for epoch in range(6)]
    assert all(b - a == 8 for epoch in starts for a, b in pairwise(epoch))
    assert len({epoch[0] for epoch in starts}) > 1


def test_every_window_lies_inside_the_text() -> None:
    for length in range(2, 40):
        batches = WindowBatches(torch.arange(length), context=8, batch_size=100, seed=0)
        for epoch in range(20):
            inputs, targets = batches.draw(epoch, 0)
            assert inputs.min() >= 0
            assert targets.max() < length


@pytest.mark.parametrize(("length", "windows"), [(2, 1), (9, 1), (17, 1), (25, 2), (100, 11)])
def test_a_text_gives_one_window_less_than_fits_to_leave_room_for_the_shift(length: int, windows: int) -> None:
    assert WindowBatches(torch.zeros(length), context=8, batch_size=1, seed=0).steps_per_epoch == windows


def padded(lengths: list[int], width: int) -> torch.Tensor:
    ids = torch.zeros(len(lengths), width, dtype=torch.int64)
    for row, length in enumerate(lengths):
        ids[row, :length] = row + 1
    return ids


def test_texts_of_similar_length_come_together_and_no_wider_than_needed() -> None:
    lengths = [2, 30, 3, 29, 4, 28, 5, 27]
    batches = TextBatches((padded(lengths, 40), torch.arange(8)), 4, seed=0, padding_id=0)
    drawn = [batches.draw(0, position) for position in range(batches.steps_per_epoch)]
    assert sorted(ids.shape[1] for ids, _ in drawn) == ([8, 32] if torch.accelerator.is_available() else [8, 30])
    assert sorted(torch.cat([targets for _, targets in drawn]).tolist()) == list(range(8))
    for ids, targets in drawn:
        for row, target in zip(ids, targets.tolist(), strict=True):
            assert (row == target + 1).sum() == lengths[target]  # nothing of a text is cut


def test_text_batches_come_by_chance_and_the_same_again_for_the_same_seed() -> None:
    split = padded([1 + i % 20 for i in range(64)], 24), torch.arange(64)

    def order(epoch: int, seed: int) -> list[int]:
        batches = TextBatches(split, 8, seed, padding_id=0)
        return [int(t) for position in range(8) for t in batches.draw(epoch, position)[1]]

    assert order(0, 1) == order(0, 1)
    assert order(0, 1) != order(1, 1)
    assert order(0, 1) != order(0, 2)


def test_a_text_of_nothing_but_padding_does_no_harm() -> None:
    ids, targets = TextBatches((padded([0, 0], 8), torch.arange(2)), 2, seed=0, padding_id=0).draw(0, 0)
    assert ids.shape == (2, 8)
    assert sorted(targets.tolist()) == [0, 1]
