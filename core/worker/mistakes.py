"""The worst mistakes of a classifier, ready to be looked at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.specs import Examples, Outcomes

MOST = 24
LONGEST_TEXT = 500  # characters


def describe_mistakes(
    indices: Sequence[int], outcomes: Outcomes, examples: Examples, folder: Path
) -> list[dict[str, Any]]:
    """Return each mistake with what it was, what was said, how surely, and the text or a picture file.

    Args:
        indices: Into the test split, the worst first.
        outcomes: Of the model on the test split.
        examples: The test split.
        folder: Where pictures are written, as PNG.
    """
    described = []
    for place, i in enumerate(indices[:MOST]):
        given = examples.inputs[i]
        mistake: dict[str, Any] = {
            "target": examples.labels[outcomes.targets[i]],
            "predicted": examples.labels[outcomes.predicted[i]],
            "confidence": float(outcomes.probabilities[i].max()),
        }
        if isinstance(given, str):
            mistake["text"] = given[:LONGEST_TEXT]
        else:
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{place}.png"
            _picture(given).save(file)
            mistake["image"] = file.relative_to(folder.parent).as_posix()
        described.append(mistake)
    return described


def _picture(pixels: Any) -> Image.Image:
    """Return pixels (H, W, C) as a picture; one channel is grey."""
    array = np.asarray(pixels, dtype=np.uint8)
    return Image.fromarray(array[:, :, 0] if array.shape[-1] == 1 else array)
