"""Encoding of examples during training: what a run waits for and reports."""

import logging
import time
from collections.abc import Callable

from core.data.prepare.gradual_arrays import GradualArrays
from core.runs import Stage
from core.training.arriving_data import first_order
from core.worker.stages import Stages

_log = logging.getLogger(__name__)


class Encoding:
    """Examples being encoded, as the training loop waits for them, with progress counts.

    Args:
        arrays: On their way; started here.
        stages: Told how far it is, and whose time waiting is.
        stop_asked: Whether somebody asked to stop.
        seed: Of the run, which decides the order.
        batch_size: Of the run: its first batch is made first of all.
    """

    def __init__(
        self, arrays: GradualArrays, stages: Stages, stop_asked: Callable[[], bool], seed: int, batch_size: int
    ) -> None:
        self._arrays, self._stages = arrays, stages
        self._rows = len(arrays.parts.arrays["train-targets"])
        self._since: tuple[float, int] | None = None  # when the first part was there, and how many examples then
        self._done_before = arrays.done
        _log.info("%s: %d of %d are there.", arrays.doing, arrays.done, arrays.total)
        arrays.stop_asked, arrays.on_part = stop_asked, self._count
        self._count(arrays.done, arrays.total)
        arrays.start(first_order(self._rows, seed), min(batch_size, self._rows))

    def train(self, rows: int) -> float:
        """Wait for so many first rows of the training split; see `Arrival`."""
        return self._waited(self._arrays.train(rows))

    def validation(self) -> float:
        """Wait for the validation split; see `Arrival`."""
        return self._waited(self._arrays.whole("validation"))

    def first(self) -> None:
        """Wait for the first part of all."""
        self._arrays.train(1)

    def test(self) -> None:
        """Wait for the test split."""
        self._waited(self._arrays.whole("test"))

    def everything(self) -> None:
        """Wait until everything is there and kept."""
        self._arrays.finish()

    def close(self) -> None:
        """Encode no more."""
        self._arrays.close()

    def _waited(self, seconds: float) -> float:
        if seconds:
            self._stages.moved(seconds, Stage.ENCODING)
        return seconds

    def _count(self, done: int, total: int) -> None:
        if self._since is None and done > self._done_before:  # loading the encoder says nothing of its speed
            self._since = (time.perf_counter(), done)
        began, before = self._since or (0.0, done)
        left_s = (time.perf_counter() - began) / (done - before) * (total - done) if done > before else None
        self._stages.count(self._arrays.doing, done, total, left_s)
