"""Examples of each confusion matrix cell, kept in one file of the run.

Pages show them after a click on a cell.
"""

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import whole
from core.specs import Predictions

NAME = "examples.zip"
INDEX = "examples.json"
PER_CELL = 12
MOST = 600  # in all
MOST_BYTES = 4_000_000  # of pictures


@dataclass(frozen=True)
class KeptExample:
    """One example of the test split, as it was answered."""

    truth: str
    answer: str
    confidence: float
    place: int = -1  # in the test split; -1 where it is not known
    text: str = ""
    image: str = ""  # name of its file: see `image_of`


def chosen(predictions: Predictions) -> list[int]:
    """Return which examples of the test split to keep.

    Of each cell at most twelve: of mistakes the surest, of right answers the least sure. Every cell gets its first one
    before any gets a second, the fuller cells first.
    """
    if not predictions.probabilities.size:
        return []
    classes = predictions.probabilities.shape[1]
    sure = predictions.probabilities[np.arange(len(predictions.predicted)), predictions.predicted]
    wrong = predictions.targets != predictions.predicted
    cells = predictions.targets.astype(np.int64) * classes + predictions.predicted
    order = np.lexsort((np.where(wrong, -sure, sure), cells))  # by cell, then by interest
    ranks = _places_within(cells[order])
    counts = np.bincount(cells, minlength=classes * classes)[cells[order]]
    kept = np.flatnonzero(ranks < PER_CELL)
    first = kept[np.lexsort((-counts[kept], ranks[kept]))][:MOST]
    return [int(i) for i in order[first]]


def _places_within(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each element within its group; groups stand together."""
    starts = np.flatnonzero(np.append(True, np.diff(groups) != 0))
    sizes = np.diff(np.append(starts, len(groups)))
    return np.asarray(np.arange(len(groups)) - np.repeat(starts, sizes), dtype=np.int64)


def keep_examples(folder: Path, found: Iterable[tuple[KeptExample, bytes]]) -> None:
    """Write examples into a run's folder atomically; images up to 4 MB in total.

    Args:
        folder: Of the run.
        found: Each with its picture as a file's bytes; empty where it has none.
    """
    size, index = 0, []
    with whole(folder / NAME) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for example, image in found:
            if size + len(image) > MOST_BYTES:
                break
            if image:
                archive.writestr(example.image, image, zipfile.ZIP_STORED)
                size += len(image)
            index.append(vars(example))
        archive.writestr(INDEX, json.dumps(index))


def kept_examples(folder: Path, report: Mapping[str, Any]) -> list[KeptExample]:
    """Return a run's kept examples; for runs without them, its worst mistakes."""
    try:
        with zipfile.ZipFile(folder / NAME) as archive:
            return [KeptExample(**one) for one in json.loads(archive.read(INDEX))]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return [
            KeptExample(
                str(m["target"]), str(m["predicted"]), float(m["confidence"]),
                text=str(m.get("text", "")), image=str(m.get("image", "")),
            )
            for m in report.get("mistakes", [])
            if "confidence" in m
        ]  # fmt: skip


def image_of(folder: Path, example: KeptExample) -> bytes | None:
    """Return an example's image; None where it has none or the file is missing."""
    if not example.image:
        return None
    try:
        with zipfile.ZipFile(folder / NAME) as archive:
            return archive.read(example.image)
    except (OSError, KeyError, zipfile.BadZipFile):
        file = folder / example.image  # of the worst mistakes of an older run
        return file.read_bytes() if file.is_file() else None
