"""Tabular classification: the class of a table row, such as whether a customer leaves."""

from core.tasks.classification import classification_task

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
)
