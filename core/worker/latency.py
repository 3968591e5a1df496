"""How fast a finished model answers, measured where it was trained."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import psutil
import torch

from core.training.batches import holds_padded_ids, lengths_of, width_for
from core.training.device import answering_threads
from core.training.predictions import windows_at_once

if TYPE_CHECKING:
    from core.data.prepare.prepare_dataset import PreparedDataset

TOGETHER = 32
PATIENCE_S = 0.1  # for each of the two measurements, in each round
FEWEST, MOST = 3, 50  # repetitions
ROUNDS = 3
SLOW = 0.95
LEAST_SHARE = 0.75  # of the time in which it must have computed: else others had the core
MOST_BY_OTHERS = 0.25  # of all cores
LONG_S = 2.0  # after which a machine that is busy is measured no more
STEADY = 2.0  # between the quickest and the slowest round


@dataclass(frozen=True)
class Speed:
    """How fast a model answers: the medians of three rounds.

    Args:
        alone_ms: Milliseconds of one example alone.
        each_ms: Milliseconds of each among several.
        together: How many these are; 0 where there is nothing to answer.
        unknown: Why it could not be measured, a sentence; then no time is known.
        alone_p95_ms: What one of twenty answers alone exceeds.
    """

    alone_ms: float | None
    each_ms: float | None
    together: int
    unknown: str = ""
    alone_p95_ms: float | None = None


def answer_times(answer: Callable[[int], object], most: int, device: "torch.device") -> Speed:
    """Measure a model's latency with its inference threads; not on a busy machine.

    A model that takes long is asked for fewer at once, so that measuring stays a matter of a second.
    """
    if not most:
        return Speed(None, None, 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(answering_threads())
    try:
        load = Load()
        together = min(TOGETHER, most)
        alone = _milliseconds(lambda: answer(1), device)
        while together > 1 and alone * together > 1000 * PATIENCE_S:
            together //= 2
        here = device.type == "cpu"
        rounds, each_alone = list[tuple[float, float]](), list[float]()
        unknown = why_unknown(*load.read(), [alone], computes_here=here)
        while len(rounds) < ROUNDS and not (unknown and load.seconds > LONG_S):  # it would tell nothing, and last
            each_alone += (times := _times(lambda: answer(1), device))
            alone = median(times)
            several = _milliseconds(lambda: answer(together), device) / together if together > 1 else alone
            rounds.append((alone, several))
            unknown = why_unknown(*load.read(), [one for one, _ in rounds], computes_here=here)
    finally:
        torch.set_num_threads(threads)
    if unknown:
        return Speed(None, None, together, unknown)
    alone, several = (median(times) for times in zip(*rounds, strict=True))
    return Speed(alone, several, together, alone_p95_ms=float(np.quantile(each_alone, SLOW)))


class Load:
    """What this process and others take of the machine, from now on."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time(), self._busy_s()

    @property
    def seconds(self) -> float:
        """For how long."""
        return time.perf_counter() - self._began[0]

    def read(self) -> tuple[float, float]:
        """Return this process's share of computing time, and others' share of all cores."""
        began, own, busy = self._began
        seconds = max(time.perf_counter() - began, 1e-9)
        own_s, busy_s = time.process_time() - own, self._busy_s() - busy
        return own_s / seconds, max(busy_s - own_s, 0.0) / seconds / (psutil.cpu_count() or 1)

    def _busy_s(self) -> float:
        times = psutil.cpu_times()
        return float(times.user + times.system + getattr(times, "nice", 0.0))


def why_unknown(own_share: float, others_share: float, rounds_ms: Sequence[float], *, computes_here: bool) -> str:
    """Return why measured times tell nothing, a sentence; "" where they do.

    Args:
        own_share: Of the time, in which this process computed.
        others_share: Of all cores, that other programs took meanwhile.
        rounds_ms: What each round has found.
        computes_here: Whether the processor computes, rather than a GPU.
    """
    if (computes_here and own_share < LEAST_SHARE) or others_share > MOST_BY_OTHERS:
        return "the machine was too busy with other things to tell"
    if max(rounds_ms) > STEADY * min(rounds_ms):
        return "it took now more, now less time, as on a machine that does other things beside it"
    return ""


def reader(
    module: torch.nn.Module, data: "PreparedDataset", device: "torch.device"
) -> tuple[Callable[[int], object], int]:
    """Return a predictor of raw test examples, and how many there are.

    Whatever reads them is part of it: a frozen encoder takes far longer than what stands on its features.
    """
    examples, info = data.examples["test"], data.info

    def answer(count: int) -> object:
        rows = torch.as_tensor(data.preprocessor.transform(examples.select(np.arange(count)).inputs))
        if holds_padded_ids(rows):
            rows = rows[:, : width_for(int(lengths_of(rows, info.padding_id).max()))]
        return module(rows.to(device))

    return answer, len(examples)


def writer(
    module: torch.nn.Module, data: "PreparedDataset", device: "torch.device"
) -> tuple[Callable[[int], object], int]:
    """Return a predictor of the next token for full windows, and their number."""
    context, ids = data.info.input_shape[0], torch.as_tensor(data.arrays["test"]["inputs"])
    most = windows_at_once(context, data.info.vocabulary_size)
    rows = ids[: len(ids) // context * context].view(-1, context)[:most]
    return lambda count: module(rows[:count].to(device)), len(rows)


def _milliseconds(answer: Callable[[], object], device: torch.device) -> float:
    return median(_times(answer, device))


def _times(answer: Callable[[], object], device: torch.device) -> list[float]:
    """Return the milliseconds of some repetitions, after one that warms up."""
    times: list[float] = []
    until = time.perf_counter() + PATIENCE_S
    for turn in range(MOST + 1):
        began = time.perf_counter()
        answer()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        elif device.type == "mps":
            torch.mps.synchronize()
        now = time.perf_counter()
        if turn:
            times.append(1000 * (now - began))
        if now > until and turn >= FEWEST:
            break
    return times
