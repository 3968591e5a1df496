"""Last layers of models that answer with a number."""

import math
from typing import Self

import torch
from torch import Tensor, nn

from core.specs import DataInfo

EXPONENTS = 2.0  # beyond the largest answer, that a logarithm may reach while it is learnt: no number overflows
STRENGTHS = tuple(10.0**power for power in range(-3, 6))  # penalties that ridge regression chooses from


class PenalisedLinear(nn.Linear):
    """A ridge-penalised linear layer: the penalty shrinks all weights, none to zero.

    It starts with weights of zero, so that an untrained model answers the mean. The Trainer adds `penalty` to the
    loss that it makes smaller; the loss that it shows is without.

    Shapes:
        (N, F) -> (N, 1)

    Source:
        Hoerl and Kennard, Ridge Regression: Biased Estimation for Nonorthogonal Problems, 1970.
    """

    def __init__(self, features: int, l2: float) -> None:
        super().__init__(features, 1)
        self.l2 = l2
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)

    def penalty(self) -> Tensor:
        """Return the price of the weights, a scalar; the bias is free."""
        return self.l2 * self.weight.square().sum()


class InUnitsOfTarget(nn.Module):
    """A layer that converts standardised outputs to the target's own units.

    Beyond what was ever seen there is nothing to know: a trained model's answers stay within `low` and
    `high`.

    Args:
        mean: Of the numbers to predict, in the training split.
        std: Their standard deviation there.
        low: The smallest number that it answers with.
        high: The largest one.
        log: Mean and standard deviation of their logarithms, where what was computed is one, and what was added before
            they were taken (0 if not given); else nothing.

    Shapes:
        (N, 1) -> (N,)
    """

    mean: Tensor
    std: Tensor
    smear: Tensor  # of logarithms alone: makes answers right on average (Duan, 1983)

    def __init__(
        self, mean: float, std: float, low: float = -math.inf, high: float = math.inf, log: tuple[float, ...] = ()
    ) -> None:
        super().__init__()
        self.low, self.high, self.log = low, high, log
        self.shift = log[2] if len(log) > 2 else 0.0
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32))
        if log:
            self.register_buffer("smear", torch.tensor(1.0))

    @classmethod
    def of(cls, info: DataInfo) -> Self:
        """Return the layer for data."""
        return cls(info.target_mean, info.target_std, info.target_low, info.target_high, info.target_log)

    def forward(self, standardised: Tensor) -> Tensor:
        """Return predictions in target units, unclamped during training, so that errors have gradients."""
        answers = standardised.squeeze(-1).float()  # 16 bits have three digits, and prices have six
        if self.log:
            mean, std = self.log[:2]
            exponent = (mean + std * answers).clamp(max=math.log(self.high + self.shift) + EXPONENTS)
            numbers = self.smear * exponent.exp() - self.shift
        else:
            numbers = torch.addcmul(self.mean, answers, self.std)
        return numbers if self.training else numbers.clamp(self.low, self.high)

    def standardised(self, numbers: Tensor) -> Tensor:
        """Return numbers in their own units as they are computed with, (N,)."""
        if self.log:
            mean, std = self.log[:2]
            return ((numbers + self.shift).log() - mean) / std
        return (numbers - self.mean.double().cpu()) / self.std.double().cpu()
