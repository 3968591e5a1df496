"""Small versions of each kind, made from literals, as the data doctor sees them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image

from core.data.checks.support.check_context import CheckContext
from core.data.rows import DOCUMENT_ROWS, FEATURE, IMAGE_ROWS, TEXT_ROWS, table_rows
from core.data.splits.equal_texts import folded, labelled_text_keys

NO_PACKS = Path("nowhere")


def texts(
    labelled: Sequence[tuple[str, str]], given: Sequence[str] = (), near: Mapping[str, str] | None = None
) -> CheckContext:
    """Return texts with labels.

    Args:
        labelled: (text, label) of each row.
        given: The split that the source names for each row.
        near: Texts that are nearly the same as another one.
    """
    count = len(labelled)
    columns = {
        "text": [text for text, _ in labelled],
        "label": [label for _, label in labelled],
        "given": list(given) or [""] * count,
        "source": range(1, count + 1),
    }
    context = of(pa.table(columns, schema=TEXT_ROWS), "text-classification")
    return replace(context, near=_near([text for text, _ in labelled], near or {}))


def documents(*written: str, given: Sequence[str] = ()) -> CheckContext:
    """Return documents to learn writing from, and the split that the source names for each."""
    columns = {
        "text": list(written),
        "name": [f"{i}.txt" for i in range(len(written))],
        "given": list(given) or [""] * len(written),
        "source": range(1, len(written) + 1),
    }
    return of(pa.table(columns, schema=DOCUMENT_ROWS), "text-generation")


def table(target: Sequence[float], **features: Sequence[Any]) -> CheckContext:
    """Return a table for regression: columns of numbers or of words."""
    words = [name for name, values in features.items() if any(isinstance(value, str) for value in values)]
    numbers = [name for name in features if name not in words]
    columns = {
        "target": target,
        **{FEATURE + name: values for name, values in features.items()},
        "given": [""] * len(target),
        "source": range(1, len(target) + 1),
    }
    return of(pa.table(columns, schema=table_rows(numbers, words)), "tabular-regression")


def images(folder: Path, labelled: Sequence[tuple[Image.Image, str]], format: str = "PNG") -> CheckContext:
    """Return pictures with labels, in a pack in a folder."""
    columns: dict[str, list[Any]] = {name: [] for name in IMAGE_ROWS.names}
    offset = 0
    with (folder / "a.pack").open("wb") as pack:
        for number, (image, label) in enumerate(labelled):
            file = BytesIO()
            image.save(file, format)
            pack.write(file.getvalue())
            pixels = hashlib.blake2b(image.tobytes() + repr(image.size).encode(), digest_size=16).digest()
            row = {
                "name": f"{label}/{number}.{format.lower()}",
                "label": label,
                "pack": "a.pack",
                "offset": offset,
                "size_bytes": len(file.getvalue()),
                "width": image.width,
                "height": image.height,
                "channels": 1 if image.mode == "L" else 3,
                "pixels": pixels,
                "looks": None,
                "given": "",
                "source": number + 1,
            }
            offset += len(file.getvalue())
            for name, value in row.items():
                columns[name].append(value)
    return of(pa.table(columns, schema=IMAGE_ROWS), "image-classification", folder)


def of(rows: pa.Table, task: str, packs: Path = NO_PACKS) -> CheckContext:
    """Return rows under examination, as an import would after reading them."""
    labels: tuple[str, ...] = ()
    keys: NDArray[np.bytes_] = np.zeros(0, dtype="S16")
    if "label" in rows.column_names:
        labels = tuple(sorted(set(rows.column("label").to_pylist())))
        keys = _keys(rows)
    near = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    return CheckContext(task, rows, labels, keys, near, packs, {})


def again(old: CheckContext, rows: pa.Table) -> CheckContext:
    """Return the rows of a repaired version, with what was nearly the same still so."""
    made = of(rows, old.task, old.packs)
    stays = {number: old.near[i] for i, number in enumerate(old.rows.column("source").to_pylist()) if len(old.near)}
    near = np.array([stays[number] for number in rows.column("source").to_pylist() if stays], dtype=np.int64)
    return replace(made, near=near)


def _keys(rows: pa.Table) -> NDArray[np.bytes_]:
    if "pixels" in rows.column_names:
        return np.array([bytes(pixels) for pixels in rows.column("pixels").to_pylist()], dtype="S16")
    return labelled_text_keys(rows.column("text"), rows.column("label"))


def _near(written: Sequence[str], like: Mapping[str, str]) -> NDArray[np.int64]:
    meant = [folded(like.get(text, text)) for text in written]
    return np.array([meant.index(text) for text in meant], dtype=np.int64)
