"""Real handwritten digits, eight by eight pixels, from scikit-learn."""

import numpy as np

from core.specs import DatasetSpec, Examples

BRIGHTEST = 16  # the value of full ink in scikit-learn's copy


def _load() -> Examples:
    from sklearn.datasets import load_digits

    digits = load_digits()
    pictures = np.rint(digits.images * (255 / BRIGHTEST)).astype(np.uint8)[..., None]  # (N, 8, 8, 1)
    return Examples(pictures, digits.target.astype(np.int64), tuple(str(name) for name in digits.target_names))


DATASET = DatasetSpec(
    name="digits",
    title="Handwritten digits",
    task="image-classification",
    summary="1,797 digits written by 43 people, as small grey pictures. The quickest way to see a model learn to see.",
    licence="CC BY 4.0",
    source="E. Alpaydin & C. Kaynak, Optical Recognition of Handwritten Digits, UCI 1998; ships with scikit-learn",
    load=_load,
)
