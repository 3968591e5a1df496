"""The worst mistakes of a model, ready to be looked at."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from core.specs import Examples, Predictions

if TYPE_CHECKING:
    import pandas as pd

MOST = 24
LONGEST_TEXT = 500  # characters
MOST_COLUMNS = 40  # of a table
LONGEST_CELL = 80  # characters
IN_WORDS = 8  # columns of a row on one line


def describe_mistakes(
    indices: Sequence[int], predictions: Predictions, examples: Examples, folder: Path
) -> list[dict[str, Any]]:
    """Return each mistake with its label, its prediction and its text, image or row.

    For labels, `confidence` says how surely; for numbers, `error` by how much too high (or low, below 0).
    """
    described = []
    for place, i in enumerate(indices[:MOST]):
        mistake = (
            _of_a_label(i, predictions, examples.labels) if examples.labels else _of_a_number(i, predictions, examples)
        )
        mistake |= shown_example(examples, i, folder / f"{place}.png")
        described.append(mistake)
    return described


def shown_example(examples: Examples, i: int, file: Path) -> dict[str, Any]:
    """Return an example for display: its "text", "row" or "image".

    An image is given as a path relative to the folder of the file.
    """
    if isinstance(examples.inputs, tuple):
        return {"text": examples.inputs[i][:LONGEST_TEXT]}
    if not isinstance(examples.inputs, np.ndarray):
        return {"row": _row(examples.inputs, i)}
    file.parent.mkdir(parents=True, exist_ok=True)
    image_of_pixels(examples.inputs[i]).save(file)
    return {"image": file.relative_to(file.parent.parent).as_posix()}


def _of_a_label(i: int, predictions: Predictions, labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "target": labels[predictions.targets[i]],
        "predicted": labels[predictions.predicted[i]],
        "confidence": float(predictions.probabilities[i].max()),
    }


def _of_a_number(i: int, predictions: Predictions, examples: Examples) -> dict[str, Any]:
    right, answer = float(examples.targets[i]), float(predictions.predicted[i])
    return {"target": right, "predicted": answer, "error": answer - right}


def _row(table: "pd.DataFrame", i: int) -> dict[str, float | str | None]:
    """Return one row by column; None where there is nothing."""
    return {str(name): _cell(value) for name, value in table.iloc[i, :MOST_COLUMNS].items()}


def row_in_words(table: "pd.DataFrame", i: int) -> str:
    """Return the first columns of a row on one line: "age 38, plan basic"."""
    cells = {name: value for name, value in _row(table, i).items() if value is not None}
    said = (f"{name} {f'{value:g}' if isinstance(value, float) else value}" for name, value in cells.items())
    return ", ".join(list(said)[:IN_WORDS])


def _cell(value: Any) -> float | str | None:
    """Return a cell as JSON, with dates and times as readable text."""
    import pandas as pd

    if isinstance(value, str):
        return value[:LONGEST_CELL]
    if isinstance(value, pd.Timestamp | pd.Timedelta) and not pd.isna(value):
        moment = value if isinstance(value, pd.Timestamp) else pd.Timestamp(0) + value
        written = f"{moment:%Y-%m-%d %H:%M:%S}" if isinstance(value, pd.Timestamp) else f"{moment:%H:%M:%S}"
        return written.removesuffix(" 00:00:00")
    known = isinstance(value, int | float | np.number) and math.isfinite(value)
    return float(value) if known else None


def image_of_pixels(pixels: Any) -> Image.Image:
    """Return pixels (H, W, C) as a picture; one channel is grey."""
    array = np.asarray(pixels, dtype=np.uint8)
    return Image.fromarray(array[:, :, 0] if array.shape[-1] == 1 else array)
