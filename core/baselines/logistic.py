"""Logistic regression on any features, its strength chosen by cross-validation of the training split."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.specs import Examples, sampled

TUNING_EXAMPLES = 4_000  # C is chosen on at most so many training examples, to stay fast
FITTING_EXAMPLES = 20_000  # and it learns from at most so many
STRENGTHS = (0.1, 1.0, 10.0, 30.0)
CLEARLY_WORSE = 0.01  # of all answers, at least; of few examples what two standard errors are
FOLDS = 3
TOLERANCES = {"lbfgs": 1e-4, "newton-cg": 1e-3}  # each solver has its own measure
TUNED_ON = "the training split, by cross-validation in three parts"


@dataclass(frozen=True, eq=False)
class LogisticHead:
    """A fitted logistic regression.

    Args:
        weights: (K, F), of two classes (1, F); (0, F) where the training split had a single class.
        bias: (K,), of two classes (1,).
        classes: The classes that the weights stand for, of those that the training split had.
        shares: (K,) of all classes, each counted once more than it occurs: the answer where there are no weights.
    """

    weights: NDArray[Any]
    bias: NDArray[Any]
    classes: NDArray[np.int64]
    shares: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        features: Any,
        train: Examples,
        seed: int,
        solver: str = "lbfgs",
        strengths: Sequence[float] = STRENGTHS,
    ) -> Self:
        """Fit it, with the strength that cross-validation finds best.

        Args:
            features: (N, F) of the training examples, dense or sparse.
            train: These.
            seed: Of the folds, and of the choice of examples where there are too many.
            solver: scikit-learn's; "newton-cg" takes a fifth of the time on sparse features.
            strengths: From which C is chosen.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        targets = train.targets
        if len(np.unique(targets)) < 2:
            return cls.of_shares(train)
        fit_on, tune_on = (sampled(len(targets), most, seed) for most in (FITTING_EXAMPLES, TUNING_EXAMPLES))
        fitted_x = features if len(fit_on) == len(targets) else features[fit_on]
        with warnings.catch_warnings(), threadpool_limits(1):  # threads would wait for each other at each of many steps
            warnings.simplefilter("ignore", ConvergenceWarning)
            strength = _best_strength(features[tune_on], targets[tune_on], seed, solver, strengths)
            model = LogisticRegression(C=strength, max_iter=1000, solver=solver, tol=TOLERANCES[solver])
            model.fit(fitted_x, targets[fit_on])
        return cls(model.coef_, model.intercept_, model.classes_.astype(np.int64), _shares(train))

    @classmethod
    def of_shares(cls, train: Examples) -> Self:
        """Return what always gives the commonest class: nothing can be told apart."""
        return cls(np.zeros((0, 0)), np.zeros(0), np.zeros(0, np.int64), _shares(train))

    def predict(self, features: Any) -> NDArray[np.float64]:
        """Return probabilities, (N, K), of features (N, F)."""
        if not len(self.classes):
            return np.tile(self.shares, (features.shape[0], 1))
        scores = np.asarray(features @ self.weights.T, dtype=np.float64) + self.bias
        if scores.shape[1] == 1:  # of two classes
            scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
        scores -= scores.max(axis=1, keepdims=True)
        likely = np.exp(scores)
        found = np.zeros((len(scores), len(self.shares)))
        found[:, self.classes] = likely / likely.sum(axis=1, keepdims=True)
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of_arrays` needs."""
        return {"weights": self.weights, "bias": self.bias, "classes": self.classes, "shares": self.shares}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make it again."""
        return cls(arrays["weights"], arrays["bias"], arrays["classes"], arrays["shares"])


def _shares(train: Examples) -> NDArray[np.float64]:
    counts = np.bincount(train.targets, minlength=len(train.labels)) + 1.0
    return np.asarray(counts / counts.sum())


def _best_strength(
    features: Any, targets: NDArray[np.int64], seed: int, solver: str, strengths: Sequence[float]
) -> float:
    """Return the C with the highest cross-validated accuracy, 1 for too few examples.

    They are tried from the smallest on, which is the quickest; after one that is clearly worse no more are. L-BFGS
    begins where the one before ended; newton-cg measures its slope against the start and would not leave it.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    if np.bincount(targets).max() < FOLDS:
        return 1.0
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    usual: dict[str, Any] = {"max_iter": 300, "solver": solver, "tol": TOLERANCES[solver]}
    best, chosen, clearly = -1.0, 1.0, max(CLEARLY_WORSE, 1 / np.sqrt(len(targets)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class with fewer examples than folds
        parts = list(folds.split(np.zeros(len(targets)), targets))
        models = [LogisticRegression(warm_start=solver == "lbfgs", **usual) for _ in parts]
        for strength in strengths:
            scores = [
                _score(model.set_params(C=strength), features, targets, learnt, held)
                for model, (learnt, held) in zip(models, parts, strict=True)
            ]
            score = float(np.mean(scores))
            if score > best:
                best, chosen = score, strength
            elif score < best - clearly:
                break
    return chosen


def _score(
    model: Any, features: Any, targets: NDArray[np.int64], learnt: NDArray[np.int64], held: NDArray[np.int64]
) -> float:
    """Return the accuracy on what was held back; 0 without two classes."""
    if len(np.unique(targets[learnt])) < 2:
        return 0.0
    return float(model.fit(features[learnt], targets[learnt]).score(features[held], targets[held]))
