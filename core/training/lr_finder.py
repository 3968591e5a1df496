"""Learning rate range test: a short training with a rising rate until divergence."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from core.specs import TaskSpec
from core.specs.config import TrainConfig
from core.training.augmentation import Augmentation
from core.training.batches import Split
from core.training.dry_run import DryRun

LOWEST, HIGHEST = 1e-6, 10.0  # what a run may have
STEPS = 120  # 17 for each factor of ten
FEWEST_STEPS = 40
LONGEST_S = 40.0  # fewer steps, and then smaller ones, where they would take longer
FIRST_EXAMPLES = 16  # of the step that tells how long one takes
QUIET_STEPS = 10  # at the beginning, where the rate is too low to change anything: they tell how the loss wavers
SMOOTHED_OVER = 3.0  # steps: the width of the bell over which losses are averaged, as each is of another batch
BROKEN_AWAY = 2.0  # times the loss at the beginning, and it has broken away
WAVERS = 4.0  # standard deviations above the beginning that are no chance any more
STEEP_ENOUGH = 0.05  # share of the first loss by which it has to fall, so that there is a fall to speak of
SAFER = 10.0  # by how much a rate must be lower than the one at the lowest loss


@dataclass(frozen=True)
class RangeTest:
    """What the loss did while the learning rate rose.

    Args:
        rates: The learning rates, rising.
        losses: The training loss at each, averaged with its neighbours.
        suggestion: A good learning rate for a run; the one that it has already where nothing better was found.
        certain: Whether the loss fell so clearly that the suggestion means something.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float
    certain: bool


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
    """Train about a hundred steps at a rising learning rate, until the loss diverges.

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
    dry_run = DryRun(make_module(), task, train, config, device, augment, padding_id)
    count, steps = _plan(dry_run)
    rates, losses = rising_rates(steps), list[float]()
    deadline = time.perf_counter() + 2 * LONGEST_S
    for rate, (inputs, targets) in zip(rates, dry_run.draw(), strict=False):
        losses.append(dry_run.step(inputs[:count], targets[:count], rate))
        if has_broken_away(losses) or time.perf_counter() > deadline:
            break
    kept = [loss for loss in losses if math.isfinite(loss)]
    smooth = smoothed(kept)
    found = suggest(rates[: len(kept)], smooth, waver(kept))
    return RangeTest(tuple(rates[: len(kept)]), tuple(smooth), found or config.learning_rate, found is not None)


def _plan(dry_run: DryRun) -> tuple[int, int]:
    """Return the batch size and the number of steps that time allows."""
    inputs, targets = next(dry_run.draw())
    few = min(FIRST_EXAMPLES, len(inputs))
    for _ in range(2):  # the first step warms up
        began = time.perf_counter()
        dry_run.step(inputs[:few], targets[:few], LOWEST)
    example_s = max(time.perf_counter() - began, 1e-9) / few
    affordable = int(LONGEST_S / FEWEST_STEPS / example_s)
    count = min(max(affordable, min(few, 4)), len(inputs))
    return count, min(max(int(LONGEST_S / (count * example_s)), FEWEST_STEPS), STEPS)


def rising_rates(count: int) -> list[float]:
    """Return geometrically spaced learning rates from the lowest to the highest."""
    return [LOWEST * (HIGHEST / LOWEST) ** (index / (count - 1)) for index in range(count)]


def has_broken_away(losses: Sequence[float]) -> bool:
    """Return whether the loss is not finite, or far above its start."""
    if not math.isfinite(losses[-1]):
        return True
    if len(losses) <= QUIET_STEPS:
        return False
    first = statistics.fmean(losses[:QUIET_STEPS])
    lately = statistics.fmean(losses[-math.ceil(SMOOTHED_OVER) :])
    return lately > first + max((BROKEN_AWAY - 1) * abs(first), WAVERS * waver(losses))


def waver(losses: Sequence[float]) -> float:
    """Return the standard deviation of the loss between batches while nothing is learnt."""
    quiet = [loss for loss in losses[:QUIET_STEPS] if math.isfinite(loss)]
    return statistics.stdev(quiet) if len(quiet) > 1 else 0.0


def smoothed(losses: Sequence[float]) -> list[float]:
    """Return losses averaged symmetrically without lag, near neighbours counting more."""
    weights = {d: math.exp(-((d / SMOOTHED_OVER) ** 2) / 2) for d in range(-math.ceil(3 * SMOOTHED_OVER), 10)}
    averages = []
    for index in range(len(losses)):
        there = [(weight, losses[index + d]) for d, weight in weights.items() if 0 <= index + d < len(losses)]
        averages.append(sum(w * loss for w, loss in there) / sum(w for w, _ in there))
    return averages


def suggest(rates: Sequence[float], losses: Sequence[float], wavers: float) -> float | None:
    """Return the rate of steepest loss decrease; None if the decrease may be chance."""
    lowest = min(range(len(losses)), key=losses.__getitem__, default=0)
    if not lowest or losses[0] - losses[lowest] < max(STEEP_ENOUGH * abs(losses[0]), wavers):
        return None
    falls = {i: losses[i - 1] - losses[i + 1] for i in range(1, min(lowest + 1, len(losses) - 1))}
    return rates[max(falls, key=falls.__getitem__)] if falls else max(rates[lowest] / SAFER, LOWEST)
