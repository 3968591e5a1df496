"""Integrated gradients: the answer divided among pixels, tokens or columns, without a remainder.

Along the straight line from "nothing" to the input, every change of the answer is credited to the numbers that caused
it; the credits add up to the answer (completeness). Of a linear model they are its exact contributions.

Source:
    Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017. https://arxiv.org/abs/1703.01365
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from core.serving.explanation.subject import Numbers, Subject

if TYPE_CHECKING:
    from torch import Tensor, nn

STEPS = (16, 64, 256)  # points on the line; more where the sum is not right yet
ROUGH = (16,)  # enough for the order of contributions, which the randomisation test compares
EXACT = 0.01  # of the difference that is divided, and of a probability: a sum that is nearer is right
MOST_TOGETHER, MOST_NUMBERS = 128, 1 << 22  # points computed at once, and numbers in all of them


def integrated_gradients(
    subject: Subject, start: "Tensor", end: "Tensor", steps: Sequence[int] = STEPS
) -> tuple[Numbers, float, float]:
    """Return what each number of a row adds, and the answers at both ends.

    Args:
        subject: What is explained.
        start: (1, ...) float, a row that says nothing.
        end: (1, ...) float, the row.
        steps: Points on the line, tried one after the other until the sum is right.
    """
    import torch

    way = end - start

    def gradients(alphas: "Tensor") -> "Tensor":
        at = (start + alphas.view(-1, *[1] * (way.dim() - 1)) * way).requires_grad_()
        (slope,) = torch.autograd.grad(subject.of_rows(at).sum(), at)
        return slope

    with torch.no_grad():
        first, last = (float(subject.of_rows(row)) for row in (start, end))
    return _complete(gradients, way, last - first, subject.label < 0, steps), first, last


def token_gradients(subject: Subject, ids: "Tensor", steps: Sequence[int] = STEPS) -> tuple[Numbers, float, float]:
    """Return what each token adds, (T,), and the answers at both ends.

    Args:
        subject: What is explained; its model has an embedding layer, see `embedding_of`.
        ids: (1, T) token ids.
        steps: Points on the line, tried one after the other until the sum is right.
    """
    import torch

    layer = embedding_of(subject.predictor.module, subject.predictor.info.vocabulary_size)
    assert layer is not None
    with torch.no_grad(), _between(layer, torch.ones(1)) as seen:
        last = float(subject.of_rows(ids))
        words = seen[-1].detach()
    with torch.no_grad(), _between(layer, torch.zeros(1)):
        first = float(subject.of_rows(ids))
    way = words - _nothing(layer, words)

    def gradients(alphas: "Tensor") -> "Tensor":
        with _between(layer, alphas) as mixed:
            value = subject.of_rows(ids.expand(len(alphas), -1)).sum()
            (slope,) = torch.autograd.grad(value, mixed[-1])
        return slope

    given = _complete(gradients, way, last - first, False, steps).sum(-1)  # (1, T)
    return np.pad(given[0], (0, ids.shape[1] - given.shape[1])), first, last  # padding is read by some models only


def embedding_of(module: "nn.Module", vocabulary_size: int) -> "nn.Embedding | None":
    """Return the layer that embeds token ids; None without one."""
    from torch import nn

    found = (layer for layer in module.modules() if isinstance(layer, nn.Embedding))
    return next((layer for layer in found if vocabulary_size and layer.num_embeddings == vocabulary_size), None)


@contextmanager
def _between(layer: "nn.Embedding", alphas: "Tensor") -> "Iterator[list[Tensor]]":
    """Replace a layer's vectors by mixtures with the empty vector, one a row."""
    mixed: list[Tensor] = []

    def mix(_layer: "nn.Module", _ids: object, words: "Tensor") -> "Tensor":
        words = words.detach()
        nothing = _nothing(layer, words)
        at = nothing + alphas.to(words.device).view(-1, 1, 1) * (words - nothing)
        mixed.append(at.requires_grad_() if len(mixed) == 0 else at)
        return mixed[-1]

    handle = layer.register_forward_hook(mix)
    try:
        yield mixed
    finally:
        handle.remove()


def _nothing(layer: "nn.Embedding", words: "Tensor") -> "Tensor":
    """Return the vector that says nothing: that of padding, else the mean of all."""
    weight = layer.weight.detach()
    return (weight.mean(0) if layer.padding_idx is None else weight[layer.padding_idx]).to(words.dtype)


def _complete(
    gradients: "Callable[[Tensor], Tensor]", way: "Tensor", difference: float, is_number: bool, counts: Sequence[int]
) -> Numbers:
    """Return the integral of the gradients, with as many points as needed."""
    import torch

    found = np.zeros(tuple(way.shape))
    together = max(min(MOST_TOGETHER, MOST_NUMBERS // way.numel()), 1)
    for steps in counts:
        nodes, weights = np.polynomial.legendre.leggauss(steps)
        alphas = torch.tensor((nodes + 1) / 2, dtype=torch.float32, device=way.device)
        shares = torch.tensor(weights / 2, dtype=torch.float32, device=way.device)
        mean = torch.zeros_like(way)
        for some, share in zip(torch.split(alphas, together), torch.split(shares, together), strict=True):
            mean += (share.view(-1, *[1] * (way.dim() - 1)) * gradients(some)).sum(0, keepdim=True)
        found = (way * mean).double().cpu().numpy()
        if abs(found.sum() - difference) <= EXACT * (abs(difference) if is_number else 1.0):
            break
    return found
