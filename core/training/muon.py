"""Muon: orthogonalised updates for matrices, AdamW for all other parameters."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

# Jordan's polynomial: five rounds of it bring every singular value to about 1 (0.7 to 1.2).
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ROUNDS = 5
SMALLEST_NORM = 1e-7
# Makes a correction about as large as one of AdamW's, so that learning rates and weight decays of both are alike.
SIZE_OF_ADAMW = 0.2


class Muon(Optimizer):
    """Optimiser with Muon for matrices and convolution kernels, AdamW for everything else.

    Args:
        matrices: Parameters of two or more dimensions; all but the first are taken as one.
        others: Groups of parameters as AdamW takes them.
        lr: Learning rate of both: one that suits AdamW suits here.
        weight_decay: Of the matrices, as in AdamW.
        momentum: Of the matrices.
        nesterov: Whether they look ahead along their momentum.
        betas: Of AdamW.
        fused: Whether AdamW updates all parameters in one kernel.

    Source:
        Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024.
        https://kellerjordan.github.io/posts/muon/
        The size of a correction: Liu et al., Muon is Scalable for LLM Training, 2025. https://arxiv.org/abs/2502.16982
    """

    def __init__(
        self,
        matrices: Sequence[nn.Parameter],
        others: Iterable[dict[str, Any]],
        *,
        lr: float,
        weight_decay: float,
        momentum: float,
        nesterov: bool,
        betas: tuple[float, float],
        fused: bool,
    ) -> None:
        groups = [{**group, "muon": False} for group in others if group["params"]]
        if matrices:
            groups.insert(0, {"params": list(matrices), "weight_decay": weight_decay, "muon": True})
        adamw = AdamW([{"params": [nn.Parameter(torch.empty(0))]}], lr=lr, betas=betas, fused=fused)
        super().__init__(groups, {**adamw.defaults, "momentum": momentum, "nesterov": nesterov})
        self._adamw = adamw
        self._share()

    def _share(self) -> None:
        """Share this optimiser's parameter groups and state with AdamW, to save only one."""
        self._adamw.param_groups = [group for group in self.param_groups if not group["muon"]]
        self._adamw.state = self.state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        super().load_state_dict(state_dict)
        self._share()

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Correct every parameter that has a gradient."""
        if closure is not None:
            raise NotImplementedError("the Trainer computes gradients itself, once a step")
        for group in self.param_groups:
            if group["muon"]:
                self._correct_matrices(group)
        self._adamw.step()

    def _correct_matrices(self, group: dict[str, Any]) -> None:
        alike: dict[torch.Size, list[Tensor]] = {}  # matrices of one shape are made orthogonal together
        for parameter in group["params"]:
            if parameter.grad is not None:
                alike.setdefault(parameter.flatten(1).shape, []).append(parameter)
        for shape, parameters in alike.items():
            directions = [self._direction(parameter, group).flatten(1) for parameter in parameters]
            corrections = orthogonal(torch.stack(directions)).to(parameters[0].dtype)
            rate = group["lr"] * SIZE_OF_ADAMW * math.sqrt(max(shape))
            for parameter, correction in zip(parameters, corrections, strict=True):
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(correction.view_as(parameter), alpha=-rate)

    def _direction(self, parameter: Tensor, group: dict[str, Any]) -> Tensor:
        """Return the gradient after momentum, and keep the momentum."""
        gradient, momentum, memory = parameter.grad, group["momentum"], self.state[parameter]
        assert gradient is not None  # only parameters with one come here
        if "momentum_buffer" not in memory:
            memory["momentum_buffer"] = torch.zeros_like(gradient)
        average: Tensor = memory["momentum_buffer"].lerp_(gradient, 1 - momentum)
        return gradient.lerp(average, momentum) if group["nesterov"] else average


def orthogonal(matrices: Tensor) -> Tensor:
    """Return matrices of equal directions with singular values near 1, by Newton-Schulz iteration.

    Shapes:
        (N, rows, columns) -> (N, rows, columns), in 16 bits on a GPU of Nvidia's, which is exact enough
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices  # (N, R, C) where R <= C: the smaller products
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=SMALLEST_NORM)
    x = x.bfloat16() if x.is_cuda else x
    a, b, c = COEFFICIENTS
    for _ in range(ROUNDS):
        square = x @ x.mT  # (N, R, R)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
