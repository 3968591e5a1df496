"""Every contender on the real sets, with CPU seconds, beside the same recipe written in scikit-learn alone.

    python -m tests.bench contenders

`BENCH_CONTENDERS` names data sets by parts of their names, `BENCH_ROWS` how many training rows are taken at most.
15 % of what is learnt from (500 rows at most) are the validation split of the trained model and of nobody else; each
test split is looked at once a method. "below" says by how many standard errors of the test split a rung is below
scikit-learn's figure.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from core import catalog
from core.specs import Examples, MetricSpec, SplitName, sampled
from tests.bench.contenders.first_rungs import first_rungs
from tests.bench.contenders.recipes import RECIPES
from tests.bench.contenders.sets import SETS, RealSet
from tests.bench.contenders.trained import predictions_of

MOST_ROWS = int(os.environ.get("BENCH_ROWS", "20000"))
VALIDATION, MOST_VALIDATION = 0.15, 500
ERROR_OF_R2 = 0.02  # about, of two hundred rows


def measure() -> Iterator[dict[str, object]]:
    """Yield a row for each contender on each data set, then the seconds of the first rungs."""
    wanted = [part for part in os.environ.get("BENCH_CONTENDERS", "").split(",") if part]

    def is_wanted(name: str) -> bool:
        return not wanted or any(part in name for part in wanted)

    for name, one in SETS.items():
        if is_wanted(name):
            yield from _contenders(name, one)
    yield from first_rungs(is_wanted)


def _contenders(name: str, one: RealSet) -> Iterator[dict[str, object]]:
    task, splits = catalog.find_task(one.task), _splits(*one.load())
    metric, test = task.metric(task.primary_metric), splits["test"]
    for spec in catalog.baselines(task.name).values():
        row: dict[str, object] = {"data": name, "rows": len(splits["train"]), "contender": spec.name}
        if spec.missing is not None and (why := spec.missing(splits["train"])):
            yield row | {"left out": why}
            continue
        fitted, fit_s = _timed(partial(spec.fit, splits["train"], splits["validation"], 0))
        answers, test_s = _timed(partial(fitted.predict, test.inputs))
        score = metric.compute(task.predictions_from(answers, test))
        row |= {"contender": fitted.called, metric.name: round(score, 4), "fit_cpu_s": fit_s, "test_cpu_s": test_s}
        if recipe := RECIPES.get(spec.name):
            row |= _beside(metric, score, len(test), recipe(splits["train"], test, fitted))
        yield row
    found, took = _timed(lambda: predictions_of(task.name, one.model, one.settings, splits))
    yield {
        "data": name, "rows": len(splits["train"]), "contender": f"{one.model}, trained (quick)",
        metric.name: round(metric.compute(found), 4), "fit_cpu_s": took,
    }  # fmt: skip


def _splits(learnt_from: Examples, test: Examples) -> dict[SplitName, Examples]:
    held = sampled(len(learnt_from), min(round(VALIDATION * len(learnt_from)), MOST_VALIDATION), 1)
    others = np.setdiff1d(np.arange(len(learnt_from)), held)
    return {
        "train": learnt_from.select(others).sample(MOST_ROWS, 0), "validation": learnt_from.select(held), "test": test,
    }  # fmt: skip


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()  # of all threads: what a machine that others use too says as well
    return work(), round(time.process_time() - began, 1)


def _beside(metric: MetricSpec, score: float, count: int, other: float) -> dict[str, object]:
    error = np.sqrt(other * (1 - other) / count) if metric.unit == "percent" else ERROR_OF_R2
    return {"scikit-learn": round(other, 4), "below": round(max(float((other - score) / error), 0.0), 1)}
