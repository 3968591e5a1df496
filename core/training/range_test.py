"""Which learning rate suits: a short training in which it rises from far too low until the loss breaks away."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from core.config import TrainConfig
from core.specs import TaskSpec
from core.training.augmentation import Augmentation
from core.training.batches import Split
from core.training.rehearsal import Rehearsal

LOWEST, HIGHEST = 1e-6, 10.0  # what a run may have
STEPS = 120  # 17 for each factor of ten
FEWEST_STEPS = 35
LONGEST_S = 30.0  # fewer steps where they would take longer
SMOOTHED_OVER = 3.0  # steps: the width of the bell over which losses are averaged, as each is of another batch
BROKEN_AWAY = 0.5  # of the fall so far: so far above the first loss, and it has broken away
STEEP_ENOUGH = 0.05  # share of the first loss by which it has to fall, so that there is a fall to speak of
SAFER = 10.0  # by how much a rate must be lower than the one at the lowest loss


@dataclass(frozen=True)
class RangeTest:
    """What the loss did while the learning rate rose.

    Args:
        rates: The learning rates, rising.
        losses: The training loss at each, averaged with its neighbours.
        suggestion: A good learning rate for a run.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float


def range_test(
    make_module: Callable[[], nn.Module],
    task: TaskSpec,
    train: Split,
    config: TrainConfig,
    device: torch.device,
    augment: Augmentation | None = None,
    *,
    padding_id: int = 0,
) -> RangeTest:
    """Train for about a hundred steps while the learning rate rises, until the loss breaks away.

    Args:
        make_module: Makes the model as a run would begin with it.
        task: What it learns.
        train: Inputs and targets to learn from.
        config: Every choice; its own learning rate and schedule play no part.
        device: Where to compute.
        augment: Changes the inputs of each batch.
        padding_id: Of token ids that stand for nothing.

    Raises:
        DataError: There is nothing to train on.

    Source:
        Smith, Cyclical Learning Rates for Training Neural Networks, 2015. https://arxiv.org/abs/1506.01186
    """
    rehearsal = Rehearsal(make_module(), task, train, config, device, augment, padding_id)
    drawn = rehearsal.draw()
    began = time.perf_counter()
    losses = [rehearsal.step(*next(drawn), LOWEST)]
    step_s = time.perf_counter() - began
    rates = rising_rates(min(max(int(LONGEST_S / max(step_s, 1e-9)), FEWEST_STEPS), STEPS))
    for rate in rates[1:]:
        losses.append(rehearsal.step(*next(drawn), rate))
        if has_broken_away(losses):
            break
    kept = [loss for loss in losses if math.isfinite(loss)]
    smooth = smoothed(kept)
    return RangeTest(tuple(rates[: len(kept)]), tuple(smooth), suggest(rates[: len(kept)], smooth))


def rising_rates(count: int) -> list[float]:
    """Return learning rates from the lowest to the highest, each by the same factor above the one before."""
    return [LOWEST * (HIGHEST / LOWEST) ** (index / (count - 1)) for index in range(count)]


def has_broken_away(losses: Sequence[float]) -> bool:
    """Return whether the loss is no number any more, or has risen far above where it came from."""
    if not math.isfinite(losses[-1]):
        return True
    smooth = smoothed(losses[-math.ceil(6 * SMOOTHED_OVER) :])
    lowest, first = min(smoothed(losses)), losses[0]
    return smooth[-1] > first + BROKEN_AWAY * max(first - lowest, STEEP_ENOUGH * abs(first))


def smoothed(losses: Sequence[float]) -> list[float]:
    """Return each loss averaged with its neighbours on both sides, the nearer the more: nothing lags behind."""
    weights = {d: math.exp(-((d / SMOOTHED_OVER) ** 2) / 2) for d in range(-math.ceil(3 * SMOOTHED_OVER), 10)}
    averages = []
    for index in range(len(losses)):
        there = [(weight, losses[index + d]) for d, weight in weights.items() if 0 <= index + d < len(losses)]
        averages.append(sum(w * loss for w, loss in there) / sum(w for w, _ in there))
    return averages


def suggest(rates: Sequence[float], losses: Sequence[float]) -> float:
    """Return the rate at which the loss falls most steeply, or a tenth of the one at the lowest loss.

    Args:
        rates: Rising.
        losses: Smoothed, one a rate.
    """
    lowest = min(range(len(losses)), key=losses.__getitem__)
    falls = {i: losses[i - 1] - losses[i + 1] for i in range(1, min(lowest + 1, len(losses) - 1))}
    if not falls or losses[0] - losses[lowest] < STEEP_ENOUGH * abs(losses[0]):
        return max(rates[lowest] / SAFER, LOWEST)
    return rates[max(falls, key=falls.__getitem__)]
