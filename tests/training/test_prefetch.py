"""Data that does not fit on the device is sent there batch by batch, and is the same data in the same order."""

import pytest
import torch

from core import catalog
from core.training import prefetch
from core.training.batches import RowBatches, training_batches
from core.training.prefetch import StreamedBatches, batches_on, where_it_fits
from tests.training.tiny import CPU, Listener, config, images, module, trainer


def test_streamed_batches_are_the_ones_that_would_lie_there() -> None:
    split = images(20)
    whole, streamed = RowBatches(split, 6, seed=1), StreamedBatches(RowBatches(split, 6, seed=1), CPU)
    assert (streamed.steps_per_epoch, streamed.batch_size) == (3, 6)
    for epoch, position in ((0, 0), (0, 1), (0, 2), (1, 0), (4, 1), (4, 2)):  # the last ones as after a resume
        for one, other in zip(whole.draw(epoch, position), streamed.draw(epoch, position), strict=True):
            assert torch.equal(one, other)


def test_on_a_cpu_data_stays_where_it_is() -> None:
    split = images(20)
    found = batches_on(CPU, catalog.find_task("image-classification"), module(), split, config(), 0)
    assert isinstance(found, RowBatches)


def test_a_run_on_streamed_data_is_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Listener(), Listener()
    trainer(config(), one).fit()
    monkeypatch.setattr(prefetch, "training_batches", lambda *given: StreamedBatches(training_batches(*given), CPU))
    trainer(config(), other).fit()
    assert one.curve("train/loss") == other.curve("train/loss")


@pytest.mark.parametrize(("free_bytes", "lies_on"), [(1_000, "cpu"), (1_000_000, "meta")])
def test_data_goes_to_the_device_unless_it_would_fill_it(
    free_bytes: int, lies_on: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = torch.device("meta")  # a device whose memory is not there at all
    monkeypatch.setattr(prefetch, "memory_free_bytes", lambda device: free_bytes)
    split = images(20)  # 1,440 bytes
    assert where_it_fits(split, elsewhere)[0].device.type == lies_on
    found = batches_on(elsewhere, catalog.find_task("image-classification"), module(), split, config(), 0)
    assert isinstance(found, StreamedBatches) == (lies_on == "cpu")
