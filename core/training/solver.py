"""Models with computable optimal weights, which the last training step sets."""

from torch import nn

from core.modules.linear_classifier import LinearClassifier
from core.modules.regression_head import InUnitsOfTarget, PenalisedLinear
from core.specs.config import TrainConfig
from core.training import closed_form, softmax_regression
from core.training.batches import Split
from core.training.closed_form import Solution
from core.training.step import balanced_weights

ITERATIONS = 60  # of L-BFGS for one fit
PARAMETER_S, NUMBER_S = 4e-8, 4e-10  # an iteration: each weight with L-BFGS' memory, each number of the inputs


def is_solvable(module: nn.Module, config: TrainConfig, train: Split) -> bool:
    """Return whether ridge or softmax regression can compute a module's optimal weights.

    Whoever chooses weight decay, an L1 penalty, label smoothing, dropout or hidden words gets these: then every step
    is one of gradient descent.
    """
    if not isinstance(module, LinearClassifier):
        return closed_form.is_solvable(module, config)
    other = config.l1 or config.weight_decay or config.label_smoothing or config.augment_token_dropout
    return module.is_exact and not other and softmax_regression.fits(module, train[0])


def is_convex(module: nn.Module) -> bool:
    """Return whether a module's loss has one minimum, whatever the settings."""
    match list(module.children()):
        case [PenalisedLinear(), InUnitsOfTarget()]:
            return True
    return isinstance(module, LinearClassifier)


def solve(module: nn.Module, train: Split, config: TrainConfig) -> Solution:
    """Set the optimal weights of a module; the training rows choose the penalty.

    Args:
        module: One that `is_solvable`.
        train: Inputs (N, ...) and targets (N,).
        config: Says how much rare classes count, and seeds what is drawn by chance.
    """
    if not isinstance(module, LinearClassifier):
        return closed_form.solve(module, train, config.seed)
    weights = balanced_weights(train[1]) if config.class_weights == "balanced" else None
    return softmax_regression.solve_classifier(module, train, weights, config.seed)


def expected_s(module: nn.Module, train: Split, config: TrainConfig, classes: int) -> float:
    """Return about how many seconds solving a linear classifier takes, else 0."""
    if not isinstance(module, LinearClassifier) or not is_solvable(module, config, train):
        return 0.0
    strengths, folds = len(softmax_regression.STRENGTHS), softmax_regression.FOLDS
    rows = len(train[0])
    weights = sum(parameter.numel() for parameter in module.parameters())
    read = strengths * (folds - 1) * min(rows, softmax_regression.TUNING_EXAMPLES) + rows
    numbers = read * float(train[0].shape[1]) * classes
    return ITERATIONS * ((strengths * folds + 1) * weights * PARAMETER_S + numbers * NUMBER_S)
