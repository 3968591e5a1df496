"""How fast a finished model answers, measured where it was trained."""

import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.training.batches import holds_padded_ids, lengths_of, width_for
from core.training.outcomes import windows_at_once

if TYPE_CHECKING:
    from core.intake.materialise import Materialised

TOGETHER = 32
PATIENCE_S = 0.3  # for each of the two measurements
FEWEST, MOST = 3, 50  # repetitions


def answer_times(answer: Callable[[int], object], most: int, device: "torch.device") -> tuple[float, float, int]:
    """Return the milliseconds of one example alone, of each among several, and how many these were.

    A model that takes long is asked for fewer at once, so that measuring stays a matter of a second.

    Args:
        answer: Answers so many examples at once.
        most: How many there are.
        device: Where that is computed.
    """
    if not most:
        return float("nan"), float("nan"), 0
    alone = _milliseconds(lambda: answer(1), device)
    together = min(TOGETHER, most)
    while together > 1 and alone * together > 1000 * PATIENCE_S:
        together //= 2
    several = _milliseconds(lambda: answer(together), device) if together > 1 else alone
    return alone, several / together, together


def reader(
    module: torch.nn.Module, data: "Materialised", device: "torch.device"
) -> tuple[Callable[[int], object], int]:
    """Return what answers examples of the test split from the raw one on, and how many there are.

    Whatever reads them is part of it: a frozen encoder takes far longer than what stands on its features.

    Args:
        module: The model, on `device`.
        data: Its examples, and what prepares them.
        device: Where the model is.
    """
    examples, info = data.examples["test"], data.info

    def answer(count: int) -> object:
        rows = torch.as_tensor(data.preprocessor.transform(examples.select(np.arange(count)).inputs))
        if holds_padded_ids(rows):
            rows = rows[:, : width_for(int(lengths_of(rows, info.padding_id).max()))]
        return module(rows.to(device))

    return answer, len(examples)


def writer(
    module: torch.nn.Module, data: "Materialised", device: "torch.device"
) -> tuple[Callable[[int], object], int]:
    """Return what answers with the next piece of text after each of some full windows, and how many there are.

    Args:
        module: The model, on `device`.
        data: Its text as ids.
        device: Where the model is.
    """
    context, ids = data.info.input_shape[0], torch.as_tensor(data.arrays["test"]["inputs"])
    most = windows_at_once(context, data.info.vocabulary_size)
    rows = ids[: len(ids) // context * context].view(-1, context)[:most]
    return lambda count: module(rows[:count].to(device)), len(rows)


def _milliseconds(answer: Callable[[], object], device: torch.device) -> float:
    """Return the median of some repetitions, after one that warms up."""
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
    return median(times)
