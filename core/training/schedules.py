"""Learning rate schedules: pure functions of the step, so resuming needs no state."""

import math

from core.specs.config import TrainConfig

ONE_CYCLE_RISE = 0.3  # share of all steps; the figures of Smith and Topin as PyTorch chose them
ONE_CYCLE_START = 1 / 25
ONE_CYCLE_END = 1e-4 / 25


def learning_rate_at(config: TrainConfig, step: int, steps_total: int) -> float:
    """Return the learning rate of one step.

    Args:
        config: Names the schedule, the highest learning rate and the warm-up.
        step: Counted from 0.
        steps_total: Of the whole run.

    Source:
        Cosine: Loshchilov and Hutter, SGDR, 2016. https://arxiv.org/abs/1608.03983
        One-cycle: Smith and Topin, Super-Convergence, 2017. https://arxiv.org/abs/1708.07120
    """
    if config.schedule == "one-cycle":
        rise = max(round(max(config.warmup_fraction, ONE_CYCLE_RISE) * steps_total), 1)
        if step < rise:
            return config.learning_rate * _cosine(ONE_CYCLE_START, 1.0, step / rise)
        return config.learning_rate * _cosine(1.0, ONE_CYCLE_END, (step - rise) / max(steps_total - rise, 1))
    warmup = round(config.warmup_fraction * steps_total)
    if step < warmup:
        return config.learning_rate * (step + 1) / (warmup + 1)
    fallen = (step - warmup) / max(steps_total - warmup, 1)
    if config.schedule == "linear":
        return config.learning_rate * (1 - fallen)
    if config.schedule == "cosine":
        return config.learning_rate * _cosine(1.0, 0.0, fallen)
    return config.learning_rate


def _cosine(start: float, end: float, progress: float) -> float:
    """Return a half cosine from start to end at `progress` (0 to 1)."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
