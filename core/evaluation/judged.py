"""A finished run's scores as sentences need them, also from older reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.baseline_names import COMMONEST, MEAN
from core.evaluation.run_result import Difference
from core.evaluation.target_status import TargetResult
from core.specs import MetricSpec, ResultPart, Score, TaskSpec
from core.statistics.normal import ALPHA
from core.statistics.shares import mid_p

# The measure that a headline speaks in, by what a result consists of.
SAID: Mapping[ResultPart, str] = {"classes": "accuracy", "numbers": "mae", "writing": "perplexity"}
Scores = Mapping[str, Score]


@dataclass(frozen=True, eq=False)
class Judged:
    """What is known of a run's result.

    Args:
        task: What it does.
        test: Its scores on the test split, or on all rows in folds.
        baselines: Those of the simple methods, by name.
        difference: To the best of these.
        noun: What one example is called, singular.
        column: That is predicted, if it has a name.
        unit: Of that column, if it has one.
        examples: That were judged; 0 where it is not known.
        folds: In which every row was judged; 0 where one split was kept apart.
        labels: Names of the classes.
        confusion: Row: the right class; column: the answer.
        target: How it stands against its target; None where nobody set one.
        notes: What else a reader must know of the scores, in sentences.
    """

    task: TaskSpec
    test: Scores
    baselines: Mapping[str, Scores] = field(default_factory=dict)
    difference: Difference | None = None
    noun: str = ""
    column: str = ""
    unit: str = ""
    examples: int = 0
    folds: int = 0
    labels: tuple[str, ...] = ()
    confusion: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    target: TargetResult | None = None
    notes: tuple[str, ...] = ()

    @property
    def primary(self) -> MetricSpec:
        """The metric that decides which baseline is the best."""
        return self.task.metric(self.task.primary_metric)

    @property
    def said(self) -> str:
        """Name of the metric that a headline speaks in, where no target names another."""
        return next(SAID[part] for part in self.task.parts if part in SAID)


def judged_of(task: TaskSpec, test: Scores, baselines: Mapping[str, Scores], report: Mapping[str, Any]) -> Judged:
    """Return what a run's scores and its report say.

    Args:
        task: What it does.
        test: Of the model.
        baselines: Of the simple methods.
        report: Of the run; empty where it is gone.
    """
    judged, difference = report.get("judged") or {}, report.get("difference")
    counts = np.array(report.get("confusion") or np.zeros((0, 0)), dtype=np.int64)
    return Judged(
        task, test, baselines,
        difference=_difference(difference) if difference else None,
        noun=task.noun,
        column=str(report.get("target") or ""),
        examples=int(judged.get("rows") or counts.sum()),
        folds=int(judged.get("folds") or 0),
        labels=tuple(report.get("labels") or ()),
        confusion=counts,
        notes=tuple(report.get("notes") or ()),
    )  # fmt: skip


def _difference(found: Mapping[str, Any]) -> Difference:
    value, low, high = (np.nan if found.get(n) is None else float(found[n]) for n in ("value", "ci_low", "ci_high"))
    return Difference(str(found["baseline"]), value, low, high)


def nothing_learnt(known: Judged) -> bool:
    """Check that neither model nor baselines beat the commonest answer or the mean.

    The model against the commonest answer by McNemar's test on the confusion matrix, where the report has no paired
    interval; another baseline by its own interval.
    """
    name = {"accuracy": COMMONEST, "mae": MEAN}.get(known.said, "")
    metric, constant = known.primary.name, known.baselines.get(name, {})
    if metric not in constant or metric not in known.test:
        return False
    bar = constant[metric].value
    others = [scores[metric] for other, scores in known.baselines.items() if other != name and metric in scores]
    return not any(score.ci_low > bar for score in others) and not _beats(known, name, bar)


def _beats(known: Judged, constant: str, bar: float) -> bool:
    gain, own = known.difference, known.test[known.primary.name]
    if gain is not None and (gain.baseline == constant or gain.ci_low > 0):
        return gain.ci_low > 0
    counts, total = known.confusion, int(known.confusion.sum())
    if not total:
        return own.ci_low > bar
    commonest = int(np.argmin(np.abs(counts.sum(axis=1) / total - bar)))
    right = counts.diagonal()
    alone = int(right.sum() - right[commonest])
    missed = int(counts[commonest].sum() - right[commonest])
    return alone > missed and mid_p(alone, missed) < ALPHA
