"""Test examples already seen in training, identical or nearly so, under any dataset name."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.images.image_hash import LEAST_LOOKS, perceptual_hash
from core.data.splits.duplicates import Keys, keys_of, table_keys
from core.data.splits.near_duplicates import near_images, near_texts
from core.data.splits.text_overlap import overlaps, spans_of
from core.specs import DOCUMENT_BREAK, Examples, SplitName, texts_of
from core.specs.judged import judged_characters

MOST_LOOKED_AT = 50_000  # pictures of both sides whose looks are compared, which takes half a minute
DIGITS = 4  # of numbers that are nearly the same
LEARNT: tuple[SplitName, ...] = ("train", "validation")  # the second chose among the models that the first made
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Seen:
    """Masks of the examples, (N,) each, or of joined characters, a model has seen."""

    trained: Mask
    steered: Mask
    exact: Mask

    @property
    def any(self) -> Mask:
        """Those of either kind, (N,)."""
        return self.trained | self.steered


def seen_of(test: Examples, learnt: Sequence[dict[SplitName, Examples]]) -> Seen:
    """Return which examples a model has met.

    Args:
        test: What it is judged on.
        learnt: The splits of each data set version that it, or a run that it continues, was trained on.
    """
    found = {name: [_met(test, parts[name]) for parts in learnt] for name in LEARNT}
    size = _size(test)

    def either(masks: Sequence[tuple[Mask, Mask]], at: int) -> Mask:
        return np.asarray(np.logical_or.reduce([np.zeros(size, np.bool_), *(pair[at] for pair in masks)]), np.bool_)

    exact = either(found["train"], 0) | either(found["validation"], 0)
    return Seen(either(found["train"], 1), either(found["validation"], 1), exact)


def without(test: Examples, seen: Seen) -> Examples:
    """Return a text of which nothing is judged that was met before."""
    hidden = seen.any | ~judged_characters(len(seen.any), test.unjudged)
    return Examples(test.inputs, test.targets, test.labels, tuple(spans_of(hidden)))


def _size(test: Examples) -> int:
    if isinstance(test.inputs, tuple) and not test.labels:
        return len(DOCUMENT_BREAK.join(test.inputs))
    return len(test)


def _met(test: Examples, known: Examples) -> tuple[Mask, Mask]:
    """Return masks of examples identical to known ones, and of identical or similar ones."""
    if isinstance(test.inputs, np.ndarray):
        return _met_images(test.inputs, np.asarray(known.inputs))
    if not isinstance(test.inputs, tuple):
        return _met_rows(test, known)
    if test.labels:
        return _met_texts(test, known)
    judged, learnt = (DOCUMENT_BREAK.join(texts_of(part.inputs)) for part in (test, known))
    overlap = overlaps([judged], learnt)[0]
    return overlap.lines, overlap.any


def _met_texts(test: Examples, known: Examples) -> tuple[Mask, Mask]:
    keys, count = np.concatenate([keys_of(test), keys_of(known)]), len(test)
    column = pa.chunked_array([pa.array([*texts_of(test.inputs), *texts_of(known.inputs)], pa.large_string())])
    return _among(keys, count), _among(near_texts(column, keys), count)


def _met_images(test: NDArray[np.uint8], known: NDArray[np.uint8]) -> tuple[Mask, Mask]:
    def key(image: NDArray[np.uint8]) -> bytes:
        return np.array(image.shape, "<u4").tobytes() + image.tobytes()

    both = [*test, *known]
    keys = np.frombuffer(b"".join(blake2b(key(p), digest_size=16).digest() for p in both), dtype="S16")
    exact = _among(keys, len(test))
    if len(both) > MOST_LOOKED_AT or min(*test.shape[1:3], *known.shape[1:3]) < LEAST_LOOKS:
        return exact, exact
    from PIL import Image

    looks = [perceptual_hash(Image.fromarray(p[..., 0] if p.shape[-1] == 1 else p)) for p in both]
    return exact, _among(near_images(pa.chunked_array([pa.array(looks, pa.uint64())]), keys), len(test))


def _met_rows(test: Examples, known: Examples) -> tuple[Mask, Mask]:
    import pandas as pd

    assert isinstance(test.inputs, pd.DataFrame)
    assert isinstance(known.inputs, pd.DataFrame)
    columns = [name for name in known.inputs.columns if name in test.inputs.columns]
    if not columns:
        nothing = np.zeros(len(test), np.bool_)
        return nothing, nothing
    both = pd.concat([test.inputs[columns], known.inputs[columns]], ignore_index=True)
    rounded = both.apply(lambda c: _rounded(c.to_numpy(np.float64)) if pd.api.types.is_float_dtype(c.dtype) else c)
    return _among(table_keys(both), len(test)), _among(table_keys(rounded), len(test))


def _rounded(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers with a few digits, whatever their size."""
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = 10.0 ** (np.floor(np.log10(np.abs(numbers))) - DIGITS + 1)
        return np.where((numbers == 0) | ~np.isfinite(unit), numbers, np.round(numbers / unit) * unit)


def _among(numbers: Keys | NDArray[np.int64], count: int) -> Mask:
    """Return which of the first `count` numbers occur among the rest."""
    return np.asarray(np.isin(numbers[:count], numbers[count:]))
