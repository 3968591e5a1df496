"""Diabetes patients and disease progression, from scikit-learn: a small table of real measurements."""

import importlib.util
from pathlib import Path

import numpy as np

from core.errors import DataError
from core.specs import DatasetSpec, Examples

NUMBERS = {  # by their place in the file
    "age": 0,
    "body mass index": 2,
    "blood pressure": 3,
    "total cholesterol": 4,
    "LDL cholesterol": 5,
    "HDL cholesterol": 6,
    "cholesterol ratio": 7,
    "log triglycerides": 8,
    "blood sugar": 9,
}
SEX = 1  # its place; coded 1 and 2, and nobody wrote down which is which


def _load() -> Examples:
    import pandas as pd

    # Read where it lies: importing scikit-learn for it would cost a page or a cold start two seconds.
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataError("This table comes with scikit-learn, which is not installed. Install it with: make setup")
    folder = Path(package.origin).parent / "datasets" / "data"
    rows = np.loadtxt(folder / "diabetes_data_raw.csv.gz")  # (442, 10)
    columns: dict[str, object] = {name: rows[:, place] for name, place in NUMBERS.items()}
    columns["sex"] = np.array([f"{code:.0f}" for code in rows[:, SEX]], dtype=object)
    return Examples(pd.DataFrame(columns), np.loadtxt(folder / "diabetes_target.csv.gz"))


DATASET = DatasetSpec(
    name="diabetes",
    title="Course of diabetes",
    noun="patient",
    task="tabular-regression",
    summary="Ten measurements of 442 patients, and a number for how far their diabetes had advanced a year later. A "
    "small, noisy table of real life: a good look at what can be predicted, and at what cannot.",
    licence="None named by its authors; ships with scikit-learn (BSD 3-Clause)",
    source="B. Efron, T. Hastie, I. Johnstone & R. Tibshirani, Least Angle Regression, Annals of Statistics 2004; "
    "ships with scikit-learn",
    load=_load,
)
