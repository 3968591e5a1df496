"""Tabular regression: a number for each row of a table, such as a price."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.specs import WORST_MISTAKES, DataInfo, Examples, MetricSpec, Predictions, TaskSpec

if TYPE_CHECKING:
    from torch import Tensor


def squared_error(predicted: "Tensor", targets: "Tensor", label_smoothing: float, spread: float = 1.0) -> "Tensor":
    """Return the mean squared error in squared spreads; always predicting the mean scores 1.

    Args:
        predicted: (B,) numbers in the units of the targets.
        targets: (B,) the right numbers.
        label_smoothing: Means nothing for numbers, and changes nothing.
        spread: Standard deviation of the targets in the training split.
    """
    del label_smoothing
    return ((predicted.float() - targets) / spread).square().mean()  # divided first: squares may be too large


def number_predictions(predicted: "Tensor", targets: "Tensor", spread: float = 1.0) -> Predictions:
    """Return the prediction of each row, its loss a squared error in squared spreads.

    Args:
        predicted: (B,) numbers in the units of the targets.
        targets: (B,) the right numbers.
        spread: Standard deviation of the targets in the training split.
    """
    answers, right = (x.detach().cpu().double().numpy() for x in (predicted, targets))
    return predictions_of_numbers(answers, right, spread)


def predictions_of_numbers(predicted: NDArray[np.float64], targets: NDArray[np.float64], spread: float) -> Predictions:
    """Return the outcomes of any method that answers with numbers, (N,)."""
    return Predictions(((predicted - targets) / spread) ** 2, targets, predicted)


# --- metrics ---


def r2(predictions: Predictions) -> float:
    """Return the explained share of the targets' variance; negative if worse than the mean.

    Where all targets are the same there is nothing to explain: 1 for answering them exactly, else 0.
    """
    if not len(predictions.targets):
        return float("nan")
    errors = float(((predictions.targets - predictions.predicted) ** 2).sum())
    spread = float(((predictions.targets - predictions.targets.mean()) ** 2).sum())
    return 1 - errors / spread if spread > 0 else float(errors == 0)


def mean_absolute_error(predictions: Predictions) -> float:
    """Return how far off the answers are on average, in the targets' units."""
    errors = np.abs(predictions.targets - predictions.predicted)
    return float(errors.mean()) if len(errors) else float("nan")


def root_mean_squared_error(predictions: Predictions) -> float:
    """Return the root of the mean squared error, in the targets' units."""
    errors = predictions.targets - predictions.predicted
    return float(np.sqrt((errors**2).mean())) if len(errors) else float("nan")


def largest_errors(predictions: Predictions) -> tuple[int, ...]:
    """Return the examples whose numbers were furthest off, the furthest first."""
    errors = np.abs(predictions.targets - predictions.predicted)
    furthest = np.argsort(-errors, kind="stable")[:WORST_MISTAKES]
    return tuple(int(i) for i in furthest if errors[i] > 0)


def _predictions_from(answers: NDArray[Any], examples: Examples, spread: float = 1.0) -> Predictions:
    return predictions_of_numbers(np.asarray(answers, np.float64), examples.targets.astype(np.float64), spread)


def _on(task: TaskSpec, info: DataInfo) -> TaskSpec:
    """Return the task with errors measured against the spread of this data's targets."""
    return replace(
        task,
        loss=partial(squared_error, spread=info.target_std),
        predictions=partial(number_predictions, spread=info.target_std),
        predictions_from=partial(_predictions_from, spread=info.target_std),
    )


TASK = TaskSpec(
    name="tabular-regression",
    title="Predict a number",
    summary="Show it a table with a column of numbers to predict, and it learns to work that number out for new rows.",
    example="Estimate prices and demand, hours a job will take, the value of a customer.",
    input_kind="table",
    output_kind="number",
    icon="table_chart",
    noun="row",
    needs="That needs a table with a column of numbers to predict.",
    needs_columns="a column of numbers to predict, and others to predict it from",
    columns=(("target_column", "Number to predict"),),
    looked_for="repeated rows, missing values, numbers that are far from all others, columns that give the answer away "
    "or only number the rows, and personal data",
    metrics=(
        MetricSpec(
            "r2",
            "R²",
            "The share of the differences between rows that it explains: 1 is all, 0 is no better than the mean.",
            "max",
            "number",
            r2,
            "explained",
        ),
        MetricSpec(
            "mae",
            "Mean error",
            "How far off its answers are on average, in the units of what is predicted.",
            "min",
            "number",
            mean_absolute_error,
            "mean_error",
        ),
        MetricSpec(
            "rmse",
            "RMSE",
            "Root mean squared error: like the mean error, but one large error counts more than several small ones.",
            "min",
            "number",
            root_mean_squared_error,
            "root_mean_square",
        ),
    ),
    primary_metric="r2",
    demo=("bike-rentals", "mlp"),
    demo_seconds=11,
    loss=squared_error,
    predictions=number_predictions,
    predictions_from=_predictions_from,
    parts=("numbers",),
    worst=largest_errors,
    without=("label_smoothing", "class_weights"),
    for_data=_on,
)
