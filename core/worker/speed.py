"""How fast a finished model answers, measured where it was trained."""

import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Any

import torch

from core.training.batches import holds_padded_ids, lengths_of, width_for
from core.training.outcomes import windows_at_once

if TYPE_CHECKING:
    from core.specs import DataInfo

TOGETHER = 32
PATIENCE_S = 0.3  # for each of the two measurements
FEWEST, MOST = 3, 50  # repetitions


def answer_times(
    module: torch.nn.Module, inputs: Any, info: "DataInfo", device: torch.device, writes: bool
) -> tuple[float, float, int]:
    """Return the milliseconds of one example alone, of each among several, and how many these were.

    A model that takes long is asked for fewer at once, so that measuring stays a matter of a second.

    Args:
        module: The model, on `device`.
        inputs: Of a split: (N, ...) examples, or one row of ids for a model that writes.
        info: What the model was built from.
        device: Where it is.
        writes: Whether it writes: an answer is then the next piece of text after a full window.
    """
    rows = torch.as_tensor(inputs)
    if writes:
        context = info.input_shape[0]
        rows = rows[: len(rows) // context * context].view(-1, context)[
            : windows_at_once(context, info.vocabulary_size)
        ]
    elif holds_padded_ids(rows):
        rows = rows[:TOGETHER, : width_for(int(lengths_of(rows[:TOGETHER], info.padding_id).max()))]
    if not len(rows):
        return float("nan"), float("nan"), 0
    was_training = module.training
    module.eval()
    try:
        with torch.inference_mode():
            alone = _milliseconds(lambda x: module(x.to(device)), rows[:1], device)
            together = min(TOGETHER, len(rows))
            while together > 1 and alone * together > 1000 * PATIENCE_S:
                together //= 2
            several = _milliseconds(lambda x: module(x.to(device)), rows[:together], device) if together > 1 else alone
    finally:
        module.train(was_training)
    return alone, several / together, together


def _milliseconds(answer: Callable[[torch.Tensor], Any], rows: torch.Tensor, device: torch.device) -> float:
    """Return the median of some repetitions, after one that warms up."""
    times: list[float] = []
    until = time.perf_counter() + PATIENCE_S
    for turn in range(MOST + 1):
        began = time.perf_counter()
        answer(rows)
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
