"""Tabular classification: the class of a table row, such as whether a customer leaves."""

from collections.abc import Iterator

from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples, Predictions
from core.tasks.classification import FITTING_EXAMPLES, classification_task, logistic_regression, majority


def _columns(train: Examples, test: Examples, seed: int) -> Predictions:
    """Fit logistic regression on the prepared columns, with C by cross-validation."""
    columns = ColumnPreprocessor.fit(train)
    train = train.sample(FITTING_EXAMPLES, seed)
    rows = columns.transform_training(train)
    return logistic_regression(rows, train.targets, [columns.transform(test.inputs)], test, seed)


def _baselines(train: Examples, test: Examples, seed: int) -> Iterator[tuple[str, Predictions]]:
    yield "majority", majority(train, test)
    yield "columns + logistic regression", _columns(train, test, seed)


TASK = classification_task(
    name="tabular-classification",
    title="Predict a category",
    summary="Show it a table with a column that says how each row turned out, and it learns to tell for new rows.",
    example="See which customers will leave, which payments are fraud, which leads are worth a call.",
    input_kind="table",
    icon="rule",
    noun="row",
    needs="That needs a table with a column of kinds to predict, such as yes and no.",
    needs_columns="a column of kinds to predict, and others to predict it from",
    columns=(("label_column", "Category to predict"),),
    looked_for="repeated rows, missing values, misspelt labels, classes that are rare or missing, and columns that "
    "give the answer away or only number the rows",
    demo=("diamond-grades", "mlp"),
    demo_seconds=9,
    each_baseline=_baselines,
)
