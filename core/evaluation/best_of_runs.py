"""Selection of the best model by validation, and the best test score's optimism."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.runs import Run
from core.specs import MetricSpec, Predictions
from core.statistics.scores import parts_of

FEWEST = 3  # scores from which their spread can be told from the noise of each
FEWEST_BLOCKS = 10  # of a text, from which the noise of a mean can be told


@dataclass(frozen=True)
class Best:
    """The best of some runs.

    Args:
        run: The best one.
        by: The split that it was chosen on. What was chosen on the test split is judged by its own luck there.
    """

    run: Run
    by: Literal["validation", "test"]


def best_of(runs: Sequence[Run], metric: MetricSpec) -> Best | None:
    """Return the best run by validation score where all have one, else test score.

    Choosing by the score that is reported makes that score too good (Cawley & Talbot, "On Over-fitting in Model
    Selection and Subsequent Selection Bias in Performance Evaluation", JMLR 2010).

    Args:
        runs: That were judged on the same examples; of equal ones the first is returned.
        metric: That decides.

    Returns:
        None where no run has a score.
    """
    sign = 1.0 if metric.direction == "max" else -1.0
    scored = [run for run in runs if metric.name in run.test and not math.isnan(run.test[metric.name].value)]
    if not scored:
        return None
    known = [run.validation.get(metric.name) for run in scored]
    values = [score.value for score in known if score is not None and not math.isnan(score.value)]
    by: Literal["validation", "test"] = "validation" if len(values) == len(scored) else "test"
    if by == "test":
        values = [run.test[metric.name].value for run in scored]
    return Best(scored[int(np.argmax(sign * np.array(values)))], by)


def optimism_of_best(metric: MetricSpec, predictions: Sequence[Predictions], block: int = 1) -> float | None:
    """Return how much the best model's test score exceeds its worth, 0 or more.

    The scores vary between models by what these are worth and by chance. What chance does follows from the examples;
    the rest is what they are worth, and the best score is drawn to the mean by the share of chance: the posterior mean
    of a normal mean, as in Efron, "Tweedie's Formula and Selection Bias", JASA 2011, section 1, with the variances
    estimated as in Morris, "Parametric Empirical Bayes Inference", JASA 1983. Where all are worth the same it says
    about a sixth too little, since chance is never more than all of the spread.

    Args:
        metric: That decides.
        predictions: Of each model on the same examples in the same order.
        block: Neighbours that depend on each other, as the characters of a text do.

    Returns:
        In the metric's own unit; None where there are too few models or examples, or the metric is of another kind.
    """
    parts = [_parts(metric, one, block) for one in predictions]
    if len(predictions) < FEWEST or any(part is None for part in parts):
        return None
    each = np.stack([part for part in parts if part is not None])  # (K, N): what each example adds to each score
    examples = each.shape[1]
    if examples < FEWEST_BLOCKS:
        return None
    sign = 1.0 if metric.direction == "max" else -1.0
    scores = sign * np.array([metric.compute(one) for one in predictions])
    beside = each - each.mean(axis=0)  # what is hard for all moves no model before another
    noise = float(beside.var(axis=1, ddof=1).sum() / (len(each) - 1)) / examples
    spread = float(scores.var(ddof=1))
    if not math.isfinite(noise + spread) or spread <= 0:
        return None if not math.isfinite(noise + spread) else 0.0
    return float(min(noise / spread, 1.0) * (scores.max() - scores.mean()))


def _parts(metric: MetricSpec, predictions: Predictions, block: int) -> NDArray[np.float64] | None:
    """Return first-order contributions to a score, in its unit, by example, group or block."""
    found = parts_of(metric, predictions, block)
    if found is None or metric.statistic not in ("root_mean_square", "explained"):
        is_mean = metric.statistic != "mean_nll" or metric.compute(predictions) == float(predictions.nll.mean())
        return found if is_mean else None
    if metric.statistic == "root_mean_square":
        return np.asarray(found / (2 * math.sqrt(max(-float(found.mean()), 1e-300))))
    return np.asarray(found / max(float(np.asarray(predictions.targets, np.float64).var()), 1e-300))
