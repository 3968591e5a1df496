"""Breast tumours by measurements of their cells, from scikit-learn: two classes."""

import importlib.util
from pathlib import Path

import numpy as np

from core.errors import DataError
from core.specs import DatasetSpec, Examples

LABELS = ("benign", "malignant")
BENIGN = 1  # as the file writes it
MEASURED = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
    "fractal dimension",
)  # fmt: skip
# Of the nuclei in one image: their mean, how sure that is, and the mean of the three largest.
NUMBERS = tuple(f"{of} {name}" for of in ("mean", "error of", "worst") for name in MEASURED)


def _load() -> Examples:
    import pandas as pd

    # Read where it lies: importing scikit-learn for it would cost a page or a cold start two seconds.
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataError("This table comes with scikit-learn, which is not installed. Install it with: make setup")
    file = Path(package.origin).parent / "datasets" / "data" / "breast_cancer.csv"
    rows = np.loadtxt(file, delimiter=",", skiprows=1)  # (569, 31)
    table = pd.DataFrame({name: rows[:, place] for place, name in enumerate(NUMBERS)})
    return Examples(table, (rows[:, -1] != BENIGN).astype(np.int64), LABELS)


DATASET = DatasetSpec(
    name="breast-cancer",
    title="Benign or malignant",
    noun="sample",
    task="tabular-classification",
    summary="Thirty measurements of the cell nuclei of 569 tumours, and whether each was malignant. Real, clean and "
    "small: a good look at a yes-or-no question where one kind of mistake costs more than the other.",
    licence="CC BY 4.0",
    source="W. Wolberg, O. Mangasarian, N. Street & W. Street, Breast Cancer Wisconsin (Diagnostic), UCI Machine "
    "Learning Repository 1993, doi:10.24432/C5DW2B; ships with scikit-learn",
    load=_load,
)
