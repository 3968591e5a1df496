"""The last step of a linear model: its optimal weights, computed in closed form.

They replace one more step of gradient descent.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.modules.regression_head import STRENGTHS, InUnitsOfTarget, PenalisedLinear
from core.specs import sampled
from core.specs.config import TrainConfig
from core.training.batches import Split

CHOOSING_ROWS = 50_000  # the penalty is chosen on at most so many
CHUNK_ROWS = 20_000  # that are in memory as 64-bit numbers at a time
MOST_FEATURES = 4_000  # beyond, solving takes longer than walking there


@dataclass(frozen=True)
class Solution:
    """What was computed.

    Args:
        penalty: Of the squared weights, beside the sum of squared errors (scikit-learn's `alpha`).
        loss: On the training split; of ridge regression the mean squared error, in squares of the targets' spread.
        how: What was done, as it stands in a sentence.
    """

    penalty: float
    loss: float
    how: str


def is_solvable(module: nn.Module, config: TrainConfig) -> bool:
    """Return whether a module is ridge regression, whose best weights can be computed.

    With an L1 penalty or weight decay there is no such formula: then every step is one of gradient descent.
    """
    match list(module.children()):
        case [PenalisedLinear() as layer, InUnitsOfTarget()]:
            return not config.l1 and not config.weight_decay and layer.in_features <= MOST_FEATURES
    return False


def solve(module: nn.Module, train: Split, seed: int) -> Solution:
    """Set a module's weights to ridge regression, its penalty chosen by leave-one-out.

    The penalty is never smaller than the layer's own (`l2`, which counts for the mean of the squared errors).

    Args:
        module: A `PenalisedLinear` and an `InUnitsOfTarget`.
        train: Features (N, F) and numbers to predict (N,).
        seed: Draws the rows on which the penalty is chosen, where there are many.

    Source:
        Hoerl and Kennard, Ridge Regression: Biased Estimation for Nonorthogonal Problems, 1970. Golub, Heath and Wahba,
        Generalized Cross-Validation as a Method for Choosing a Good Ridge Parameter, 1979.
    """
    layer, units = module.children()
    assert isinstance(layer, PenalisedLinear)  # `is_solvable` says so
    assert isinstance(units, InUnitsOfTarget)
    rows = train[0]
    wanted = units.standardised(train[1].double().cpu()).numpy()
    penalty = _penalty(rows, wanted, layer.l2 * len(rows), seed)
    mean, wanted_mean = _mean(rows), float(wanted.mean())
    products, answers = _products(rows, wanted - wanted_mean, mean)
    products[np.diag_indices_from(products)] += penalty
    weights = _solved(products, answers)
    bias = wanted_mean - float(mean @ weights)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights)[None])
        layer.bias.fill_(bias)
        if units.log:
            units.smear.fill_(1.0)
            said = float(_answers(module, rows).mean()) + units.shift
            units.smear.fill_((float(train[1].double().mean()) + units.shift) / said)
    errors = (_answers(module, rows) - train[1].double().cpu()) / units.std.double().cpu()
    how = (
        f"ridge regression solved exactly, with the L2 penalty {penalty:g} chosen by leave-one-out cross-validation on "
        "the training rows"
    )
    return Solution(penalty, float(errors.square().mean()), how)


def _penalty(rows: Tensor, wanted: NDArray[np.float64], least: float, seed: int) -> float:
    from sklearn.linear_model import RidgeCV

    offered = sorted({max(strength, least) for strength in STRENGTHS})
    chosen = sampled(len(rows), CHOOSING_ROWS, seed)
    found = RidgeCV(offered).fit(_numbers(rows, chosen), wanted[chosen])
    return float(found.alpha_)


def _solved(products: NDArray[np.float64], answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the solved weights; duplicate columns, which make the system singular, share theirs."""
    try:
        return np.asarray(np.linalg.solve(products, answers))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(products, answers, rcond=None)[0])


def _mean(rows: Tensor) -> NDArray[np.float64]:
    total = np.zeros(rows.shape[1])
    for begin in range(0, len(rows), CHUNK_ROWS):
        total += _numbers(rows, slice(begin, begin + CHUNK_ROWS)).sum(axis=0)
    return total / len(rows)


def _products(
    rows: Tensor, wanted: NDArray[np.float64], mean: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centred products of features, (F, F), and with targets, (F,)."""
    products, answers = np.zeros((len(mean), len(mean))), np.zeros(len(mean))
    for begin in range(0, len(rows), CHUNK_ROWS):
        some = _numbers(rows, slice(begin, begin + CHUNK_ROWS)) - mean
        products += some.T @ some
        answers += some.T @ wanted[begin : begin + CHUNK_ROWS]
    return products, answers


def _answers(module: nn.Module, rows: Tensor) -> Tensor:
    """Return what a module answers to all rows, (N,) float64 on the CPU."""
    was_training, device = module.training, next(module.parameters()).device
    module.eval()
    with torch.inference_mode():
        parts = [module(rows[at : at + CHUNK_ROWS].to(device)).double().cpu() for at in range(0, len(rows), CHUNK_ROWS)]
    module.train(was_training)
    return torch.cat(parts)


def _numbers(rows: Tensor, which: "slice | NDArray[np.int64]") -> NDArray[np.float64]:
    return np.asarray(rows[which].double().cpu().numpy())
