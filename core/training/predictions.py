"""What a trained model does on each example of a split."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.specs import Predictions, TaskSpec

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


EVALUATION_IDS = 8_192  # of a text, in windows
EVALUATION_LOGITS = 1 << 24  # numbers that a model answers at once: 64 MB, and twice that while they are judged


def windows_at_once(context: int, vocabulary_size: int) -> int:
    """Return how many windows of a text to judge at once."""
    ids = min(EVALUATION_IDS, EVALUATION_LOGITS // max(vocabulary_size, 1))
    return max(ids // context, 1)


def predict_split(
    task: TaskSpec,
    module: "nn.Module",
    inputs: "NDArray[Any] | Tensor",
    targets: "NDArray[Any] | Tensor",
    device: "torch.device | str",
    batch_size: int,
    context: int = 0,
    padding_id: int = 0,
    count: Callable[[int, int], None] | None = None,
) -> Predictions:
    """Run a model over a split, without gradients and in evaluation mode.

    Args:
        task: What the model does.
        module: The model, already on `device`; its mode is put back afterwards.
        inputs: (N, ...) examples, or one row of N ids for text generation.
        targets: (N,) right classes or numbers; empty for text generation.
        device: Where to compute.
        batch_size: Examples, or windows of text, at once.
        context: Ids of one window of a text (`TaskSpec.context`); 0 where rows are examples. Every id but the first is
            predicted once, from half a window before it or more (but for those at the beginning), so that outcome i is
            about id i + 1.
        padding_id: Of token ids that stand for nothing, where texts are of different lengths.
        count: Told after each batch how many examples, or characters and pieces of a text, are judged, and of how many.
    """
    import torch

    from core.training.batches import holds_padded_ids

    was_training = module.training
    module.eval()
    try:
        with torch.inference_mode():
            rows, right = torch.as_tensor(inputs), torch.as_tensor(targets)
            right = right.float() if right.is_floating_point() else right  # as not every GPU knows 64 bits
            if context:
                windows = _windows(rows, context, batch_size)
                found = (
                    task.predictions(module(x.to(device))[:, seen:], y[:, seen:].to(device)) for x, y, seen in windows
                )
                return join(_counted(found, max(len(rows) - 1, 0), count))
            if holds_padded_ids(rows):
                return _by_length(task, module, rows, right, device, batch_size, padding_id, count)
            batches = _slices(rows, right, batch_size)
            found = (task.predictions(module(x.to(device)), y.to(device)) for x, y in batches)
            return join(_counted(found, len(rows), count))
    finally:
        module.train(was_training)


def _counted(
    parts: Iterable[Predictions], total: int, count: Callable[[int, int], None] | None
) -> Iterator[Predictions]:
    """Yield the outcomes of each batch, and tell how many there are by then."""
    done = 0
    if count is not None:
        count(0, total)
    for part in parts:
        yield part
        done += len(part.nll)
        if count is not None:
            count(done, total)


def _slices(rows: "Tensor", right: "Tensor", batch_size: int) -> "Iterator[tuple[Tensor, Tensor]]":
    for start in range(0, len(rows), batch_size):
        yield rows[start : start + batch_size], right[start : start + batch_size]


def _by_length(
    task: TaskSpec,
    module: "nn.Module",
    ids: "Tensor",
    right: "Tensor",
    device: "torch.device | str",
    batch_size: int,
    padding_id: int,
    count: Callable[[int, int], None] | None,
) -> Predictions:
    """Return predictions of texts (N, T) in their order, the shortest computed first."""
    from core.training.batches import lengths_of, width_for

    lengths = lengths_of(ids, padding_id)
    order = lengths.argsort(stable=True)
    ids, right = ids[order.to(ids.device)], right[order.to(right.device)]
    lengths = lengths[order]

    def answered(start: int) -> Predictions:
        rows = slice(start, start + batch_size)
        x = ids[rows, : width_for(int(lengths[rows][-1]))]
        return task.predictions(module(x.to(device)), right[rows].to(device))

    parts = (answered(start) for start in range(0, len(ids), batch_size))
    joined, back = join(_counted(parts, len(ids), count)), order.argsort().numpy()
    return replace(joined.select(back), probabilities=joined.probabilities[back])


def _windows(ids: "Tensor", context: int, batch_size: int) -> "Iterator[tuple[Tensor, Tensor, int]]":
    """Yield (B, T) ids, their (B, T) successors, and the number of context-only ids.

    Windows begin half a context apart, and only their second half is judged, so that every id but those of the first
    window is predicted from half a context or more.
    """
    count, stride = max(len(ids) - 1, 0), max(context - context // 2, 1)
    first = min(context, count)
    if first:
        yield ids[None, :first], ids[None, 1 : first + 1], 0
    whole = (count - first) // stride  # more windows that are full; they begin at `stride`, 2 * `stride` ...
    if whole:
        x = ids[stride : stride * whole + context].unfold(0, context, stride)
        y = ids[stride + 1 : stride * whole + context + 1].unfold(0, context, stride)
        for inputs, targets in _slices(x, y, batch_size):
            yield inputs.contiguous(), targets.contiguous(), context - stride
    done = first + whole * stride
    if done < count:
        begin = max(count - context, 0)
        yield ids[None, begin:count], ids[None, begin + 1 : count + 1], done - begin


def join(parts: Iterable[Predictions]) -> Predictions:
    """Return the outcomes of all batches as one."""
    listed = list(parts)
    if not listed:
        nothing = np.zeros(0, dtype=np.int64)
        return Predictions(np.zeros(0), nothing, nothing)
    return Predictions(
        np.concatenate([part.nll for part in listed]),
        np.concatenate([part.targets for part in listed]),
        np.concatenate([part.predicted for part in listed]),
        np.concatenate([part.probabilities for part in listed]),
    )
