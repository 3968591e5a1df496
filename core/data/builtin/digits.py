"""Real handwritten digits, eight by eight pixels, from scikit-learn."""

import importlib.util
from pathlib import Path

import numpy as np

from core.errors import DataError
from core.specs import DatasetSpec, Examples

BRIGHTEST = 16  # the value of full ink in scikit-learn's copy


def _load() -> Examples:
    # Read where it lies: importing scikit-learn for it would cost a page or a cold start two seconds.
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataError("The digits come with scikit-learn, which is not installed. Install it with: make setup")
    rows = np.loadtxt(Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz", delimiter=",")  # (N, 65)
    images = np.rint(rows[:, :-1] * (255 / BRIGHTEST)).astype(np.uint8).reshape(-1, 8, 8, 1)  # (N, 8, 8, 1)
    return Examples(images, rows[:, -1].astype(np.int64), tuple("0123456789"))


DATASET = DatasetSpec(
    name="digits",
    title="Handwritten digits",
    noun="digit",
    task="image-classification",
    summary="1,797 digits written by 43 people, as small grey images. The quickest way to see a model learn to see.",
    licence="CC BY 4.0",
    source="E. Alpaydin & C. Kaynak, Optical Recognition of Handwritten Digits, UCI 1998; ships with scikit-learn",
    load=_load,
)
