"""Photographs of clothes, shoes and bags from a shop's catalogue: ten kinds."""

import numpy as np

from core.data.samples import SAMPLES, altered
from core.specs import DatasetSpec, Examples

FILE = SAMPLES / "product-photos.png"
SIDE, EACH = 28, 400  # pixels; photographs of each kind
LABELS = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def _load() -> Examples:
    from PIL import Image

    try:
        with Image.open(FILE) as opened:
            sheet = np.asarray(opened.convert("L"))
    except OSError as error:
        raise altered(FILE) from error
    rows, columns = sheet.shape[0] // SIDE, sheet.shape[1] // SIDE
    tiles = sheet.reshape(rows, SIDE, columns, SIDE).swapaxes(1, 2)  # (rows, columns, SIDE, SIDE)
    images = tiles.reshape(-1, SIDE, SIDE, 1)  # one kind after the other
    return Examples(images, np.repeat(np.arange(len(LABELS)), EACH).astype(np.int64), LABELS)


DATASET = DatasetSpec(
    name="product-photos",
    title="Product photos",
    task="image-classification",
    summary="4,000 photographs of clothes, shoes and bags from the catalogue of a fashion shop, small and grey. Good "
    "for seeing whether software can sort what comes into a warehouse or an online shop.",
    licence="MIT",
    source="Zalando SE, Fashion-MNIST 2017 (H. Xiao, K. Rasul & R. Vollgraf, arXiv 1708.07747): 400 of each kind, 16 "
    "levels of grey; data/samples/product-photos.png",
    load=_load,
    target="accuracy 85%",
)
