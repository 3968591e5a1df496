"""The last step of a linear classifier: optimal weights on all training examples."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.modules.linear_classifier import Block, LinearClassifier
from core.specs import sampled
from core.training.batches import Split
from core.training.closed_form import Solution

STRENGTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)  # scikit-learn's C, the most careful first
TUNING_EXAMPLES = 4_000  # C is chosen on at most so many
FOLDS = 3
MOST_NUMBERS = 400_000_000  # of the training inputs, padding included, that are made into features at once
MOST_WEIGHTS = 10_000_000  # of all classes: about a gigabyte while they are looked for
MEMORY = 20  # of L-BFGS, corrections; fewer where there are very many weights
MOST_ITERATIONS = 500
TOLERANCE, SLOPE = 1e-8, 1e-5  # the loss gets no smaller, the gradient is as good as zero
Weights = NDArray[np.float64]  # (F + 1, K): of the features of all blocks one after the other, then the bias


@dataclass(frozen=True, eq=False)
class Problem:
    """Features and what they stand for.

    Args:
        blocks: (N, F) each.
        targets: (N,) classes.
        counts: (N,) how much each example counts, 1 on average.
        classes: How many there are.
    """

    blocks: tuple[Block, ...]
    targets: NDArray[np.int64]
    counts: NDArray[np.float32]
    classes: int

    def select(self, rows: NDArray[np.int64]) -> "Problem":
        """Return some of the examples."""
        blocks = tuple(block[rows] for block in self.blocks)
        return Problem(blocks, self.targets[rows], self.counts[rows], self.classes)

    @property
    def features(self) -> int:
        """The number of features of all blocks."""
        return int(sum(block.shape[1] for block in self.blocks))

    def parts(self, weights: Weights) -> list[Weights]:
        """Return the weights of each block."""
        ends = np.cumsum([block.shape[1] for block in self.blocks])
        return np.split(weights[:-1], ends[:-1])

    def scores(self, weights: Weights) -> NDArray[np.float32]:
        """Return the score of each class, (N, K)."""
        scores = np.tile(weights[-1].astype(np.float32), (len(self.targets), 1))
        for block, part in zip(self.blocks, self.parts(weights), strict=True):
            scores += block @ part.astype(np.float32)
        return scores

    def right(self, weights: Weights) -> NDArray[np.bool_]:
        """Return which examples are answered rightly, (N,)."""
        return np.asarray(self.scores(weights).argmax(axis=1) == self.targets)

    def judged(self, weights: Weights) -> tuple[float, NDArray[np.float32]]:
        """Return the summed loss in nats, and its gradient by each score, (N, K)."""
        scores = self.scores(weights)
        scores -= scores.max(axis=1, keepdims=True)
        rows = np.arange(len(self.targets))
        right = scores[rows, self.targets]
        np.exp(scores, out=scores)
        total = scores.sum(axis=1, keepdims=True)
        loss = float((self.counts * (np.log(total[:, 0]) - right)).sum(dtype=np.float64))
        scores /= total
        scores[rows, self.targets] -= 1
        scores *= self.counts[:, None]
        return loss, scores


def solve_classifier(module: LinearClassifier, train: Split, class_weights: Tensor | None, seed: int) -> Solution:
    """Set a module's weights to softmax regression, its penalty chosen by cross-validation.

    What is made small is the mean loss and the squared weights, these by 1 / (2 C N). C is the one that is right most
    often on examples left out, or the most careful one that is about as good.

    Args:
        module: A linear classifier.
        train: Inputs (N, ...) and classes (N,).
        class_weights: (K,) how much a mistake on each class counts; None where all count the same.
        seed: Of the folds, and of the examples on which C is chosen, where there are many.

    Source:
        Liu and Nocedal, On the Limited Memory BFGS Method for Large Scale Optimization, 1989.
    """
    targets = train[1].cpu().numpy().astype(np.int64)
    counts = np.ones(len(targets), np.float32)
    if class_weights is not None:
        counts = class_weights.cpu().numpy().astype(np.float32)[targets]
    problem = Problem(module.design(train[0]), targets, counts, module.outputs)
    strength, start = _chosen(problem, module.caution, seed)
    weights = _best(problem, strength, start)
    module.put(problem.parts(weights), weights[-1])
    how = (
        f"logistic regression solved to the end, with the penalty of its weights, C = {strength:g}, chosen by "
        f"{FOLDS}-fold cross-validation on the training examples"
    )
    return Solution(1 / strength, problem.judged(weights)[0] / len(targets), how)


def _chosen(problem: Problem, caution: float, seed: int) -> tuple[float, Weights]:
    """Return the cross-validated C, and the mean of the folds' weights at it.

    From the most careful one on, each is a little bolder, until the loss rises.
    """
    from sklearn.model_selection import StratifiedKFold

    order = sampled(len(problem.targets), TUNING_EXAMPLES, seed)
    some, start = problem.select(order), np.zeros((problem.features + 1, problem.classes))
    if np.bincount(some.targets).max() < FOLDS or len(np.unique(some.targets)) < 2:
        return 1.0, start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class with fewer examples than folds
        splits = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(order, some.targets))
    folds = [(some.select(learnt), some.select(held)) for learnt, held in splits]
    learnt, least = [start] * FOLDS, np.inf
    means: list[NDArray[np.float32]] = []
    right: list[NDArray[np.bool_]] = []
    for strength in STRENGTHS:
        learnt = [_best(shown, strength, w) for (shown, _), w in zip(folds, learnt, strict=True)]  # it is not far
        loss = sum(held.judged(weights)[0] for (_, held), weights in zip(folds, learnt, strict=True))
        if loss >= least:
            break
        least = loss
        means.append(np.asarray(np.mean(learnt, axis=0), dtype=np.float32))
        right.append(np.concatenate([held.right(weights) for (_, held), weights in zip(folds, learnt, strict=True)]))
    place = most_careful(right, caution)
    return STRENGTHS[place], means[place].astype(np.float64)


def most_careful(right: Sequence[NDArray[np.bool_]], caution: float) -> int:
    """Return the first candidate whose accuracy is close to the best one's.

    Args:
        right: Of each, the most careful first: which of N examples it answers rightly.
        caution: Standard errors that it may be behind.

    Source:
        The rule of one standard error, Breiman et al., Classification and Regression Trees, 1984; here that of the
        difference on the same examples (McNemar, 1947).
    """
    best = max(right, key=np.sum)
    lost = [int(best.sum()) - int(one.sum()) for one in right]
    return next(place for place, one in enumerate(right) if lost[place] <= caution * np.sqrt((one != best).sum()))


def _best(problem: Problem, strength: float, start: Weights) -> Weights:
    """Return the weights with the smallest loss and penalty."""
    from scipy.optimize import minimize

    shape, count = start.shape, len(problem.targets)

    def loss_and_slope(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        loss, errors = problem.judged(weights)
        slope = np.empty(shape)
        for block, part in zip(problem.blocks, problem.parts(slope), strict=True):  # views of the slope
            part[...] = block.T @ errors
        slope[:-1] += weights[:-1] / strength
        slope[-1] = errors.sum(axis=0)
        penalty = float((weights[:-1] ** 2).sum()) / (2 * strength)
        return (loss + penalty) / count, slope.ravel() / count

    memory = max(3, min(MEMORY, MOST_WEIGHTS * 2 // start.size))
    options = {"maxiter": MOST_ITERATIONS, "maxcor": memory, "ftol": TOLERANCE, "gtol": SLOPE}
    found = minimize(loss_and_slope, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, dtype=np.float64).reshape(shape)


def fits(module: LinearClassifier, inputs: Tensor) -> bool:
    """Return whether module and training inputs, (N, ...), can be solved in memory."""
    weights = sum(parameter.numel() for parameter in module.parameters())
    return inputs.numel() <= MOST_NUMBERS and weights <= MOST_WEIGHTS
