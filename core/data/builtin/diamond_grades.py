"""Diamonds by their measurements, and the grade of their cut: five classes."""

import numpy as np

from core.data.samples import sample_table
from core.specs import DatasetSpec, Examples

GRADES = ("Fair", "Good", "Very Good", "Premium", "Ideal")  # the worst first


def _load() -> Examples:
    table = sample_table("diamonds.csv.gz")
    targets = np.array([GRADES.index(grade) for grade in table.pop("cut")], dtype=np.int64)
    return Examples(table, targets, GRADES)


DATASET = DatasetSpec(
    name="diamond-grades",
    title="Diamond grades",
    task="tabular-classification",
    summary="6,000 diamonds on sale with their measurements and price, and which of five grades an expert gave to the "
    "cut. Good for seeing whether software can grade goods as an inspector does.",
    licence="MIT",
    source="diamonds of ggplot2 (H. Wickham), from diamondse.info 2008; 6,000 drawn; data/samples/diamonds.csv.gz",
    load=_load,
    target="accuracy 75%",
)
