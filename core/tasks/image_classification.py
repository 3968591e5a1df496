"""Image classification: which of a few kinds a picture shows."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from core.specs import Examples, Outcomes, TaskSpec
from core.tasks.classification import (
    CLASSIFICATION_METRICS,
    classification_outcomes,
    cross_entropy,
    logistic_regression,
    majority,
)


def _pixels(examples: Examples) -> Any:
    """Return every picture as one row of numbers from 0 to 1, (N, H * W * C)."""
    return np.asarray(examples.inputs).reshape(len(examples), -1).astype(np.float32) / 255


def _baselines(train: Examples, test: Examples, seed: int) -> Iterator[tuple[str, Outcomes]]:
    yield "majority", majority(train, test)
    pixels = logistic_regression(_pixels(train), train, _pixels(test), test, seed)
    yield "pixels + logistic regression", pixels


TASK = TaskSpec(
    name="image-classification",
    title="Recognise pictures",
    summary="Show it pictures sorted into a few kinds, and it learns to tell the kinds apart in pictures it never saw.",
    example="Sort product photos, spot damaged parts, read handwritten digits.",
    input_kind="image",
    output_kind="label",
    metrics=CLASSIFICATION_METRICS,
    primary_metric="accuracy",
    demo=("digits", "small-cnn"),
    loss=cross_entropy,
    outcomes=classification_outcomes,
    each_baseline=_baselines,
)
