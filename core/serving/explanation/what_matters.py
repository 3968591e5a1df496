"""What matters over a test split: measured once, in the background."""

import time
from dataclasses import replace
from typing import Any

import numpy as np

from core.evaluation.what_matters import WhatMatters, kept_what_matters
from core.serving.explanation.background import Home
from core.serving.explanation.columns import columns_of
from core.serving.explanation.explain import check_explanation, weights_mark
from core.serving.explanation.jobs import Jobs, Progress
from core.serving.explanation.permutation_importance import (
    CELLS,
    REPEATS,
    important_columns,
    important_distances,
    important_regions,
    losses_of,
)
from core.serving.explanation.word_importance import important_words
from core.serving.predictor import Predictor
from core.specs import Examples

WITHIN_S = 240.0  # what exchanging parts may take: of slow models fewer test examples are asked
FEWEST, TIMED = 100, 64  # test examples that are asked at least; by which a model's speed is measured
TESTED_AS = {"image": "occlusion", "text": "what-if", "table": "occlusion"}


def measure(home: Home, predictor: Predictor, jobs: Jobs) -> dict[str, Any]:
    """Return how far a measurement is; the first who asks starts it.

    Raises:
        DataError: It failed; who asks again starts it again.
    """
    mark, kept = weights_mark(predictor.module), kept_what_matters(home.run_folder)
    if kept is not None and kept.mark == mark:
        return {"ready": True, "done": 1, "of": 1}

    def work(progress: Progress) -> None:
        replace(what_matters(home, predictor, mark, progress), mark=mark).keep(home.run_folder)

    return jobs.ask(mark, work)


def what_matters(home: Home, predictor: Predictor, mark: str, progress: Progress) -> WhatMatters:
    """Return what matters on the test split, or why it may not be said.

    Raises:
        DataError: The data is not here any more.
    """
    loaded, kind = home.data(predictor.card), predictor.task.input_kind
    tested = "prompt" if predictor.task.output_kind == "text" else TESTED_AS[kind]
    why = check_explanation(home, predictor, tested, mark).why_withdrawn
    test = loaded.examples["test"]
    if why:
        return WhatMatters("columns", "", False, 0.0, (), 0, 0, why_withdrawn=why)
    if predictor.task.output_kind == "text":
        return important_distances(predictor, test, progress)
    if kind == "text":
        return important_words(predictor, loaded.examples["validation"], test, progress)
    parts = CELLS**2 if kind == "image" else len(columns_of(predictor))
    asked = _affordable(predictor, test, parts * REPEATS)
    groups = loaded.clusters.get("test")
    groups = None if groups is None else np.unique(groups[asked], return_inverse=True)[1]
    measure = important_regions if kind == "image" else important_columns
    return measure(predictor, test.select(asked), groups, progress)


def _affordable(predictor: Predictor, test: Examples, times: int) -> np.ndarray:
    """Return the test examples that can be asked so often within the time."""
    few = test.sample(TIMED, 0)
    begun = time.perf_counter()
    losses_of(predictor, few.inputs, few.targets)
    each_s = (time.perf_counter() - begun) / len(few)
    most = max(int(WITHIN_S / max(times * each_s, 1e-9)), FEWEST)
    return np.sort(np.random.default_rng(0).permutation(len(test))[:most])
