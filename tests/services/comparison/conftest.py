"""Finished runs whose answers are written by hand, so that what a test of them says can be worked out on paper."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.configure import make_config
from core.evaluation.predictions_file import write_predictions
from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs import Predictions, Score
from core.store.run_store import RunStore, now
from tests.small_sets import SMALL_SETS

Finished = Callable[..., Run]
VERSION = "6c45c071aaaabbbb"


@pytest.fixture
def service(home: Path) -> Service:
    return open_service(Settings())


def answers(right: Sequence[bool], sure: float = 0.9, classes: int = 2) -> Predictions:
    """Return answers of a classifier to examples of class 0, as sure of each as said."""
    targets = np.zeros(len(right), np.int64)
    predicted = np.where(right, 0, 1)
    probabilities = np.full((len(right), classes), (1 - sure) / (classes - 1))
    probabilities[np.arange(len(right)), predicted] = sure
    return Predictions(-np.log(probabilities[:, 0]), targets, predicted, probabilities)


@pytest.fixture
def finished(service: Service) -> Finished:
    """Make a finished run; `predictions` None is one that was trained before answers were kept."""
    store = RunStore(service.database)

    def finished(
        name: str,
        predictions: Predictions | None,
        task: str = "image-classification",
        fingerprint: str = VERSION,
        settings: dict[str, Any] | None = None,
        **columns: Any,
    ) -> Run:
        dataset, model = SMALL_SETS[task]
        run = store.create(make_config(task, dataset, model, "quick", settings), name, f"key-{len(service.runs())}")
        values: dict[str, Any] = {"status": RunStatus.RUNNING, "started_at": now(), "dataset_fingerprint": fingerprint}
        store.update(run.id, **(values | columns))
        if predictions is not None:
            metrics = {metric.name: metric.compute(predictions) for metric in service.tasks()[task].metrics}
            folder = service.folder(run.id)
            folder.mkdir(parents=True, exist_ok=True)
            write_predictions(folder, fingerprint, predictions)
        else:
            metrics = {metric.name: 0.5 for metric in service.tasks()[task].metrics}
        store.set_scores(run.id, "model", {n: Score(v, v - 0.05, v + 0.05) for n, v in metrics.items()})
        store.finish(run.id, RunStatus.SUCCEEDED)
        return service.run(run.id)

    return finished
