from itertools import pairwise

import pytest
import torch

from core.training.batches import RowBatches, WindowBatches

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
