"""Features of frozen encoders that this process has computed already, row by row."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.abilities import SlowPreprocessor
from core.specs import Inputs

MOST_BYTES = 500_000_000  # of features, beyond which nothing more is remembered
_known: dict[str, dict[str, NDArray[Any]]] = {}  # by encoder, then by input
_bytes = [0]
_forgets = [False]


@contextmanager
def forgetting() -> Iterator[None]:
    """Let everything be computed anew within, as for inputs never met."""
    _forgets[0] = True
    try:
        yield
    finally:
        _forgets[0] = False


def features_of(encoder: SlowPreprocessor, inputs: Inputs) -> NDArray[Any]:
    """Return an encoder's features, (N, F); only rows not known yet are computed."""
    if _forgets[0]:
        return encoder.transform(inputs)
    known, keys = _known.setdefault(_name(encoder), {}), _keys(inputs)
    missing = [place for place, key in enumerate(keys) if key not in known]
    rows = encoder.transform(_selected(inputs, missing)) if missing else np.zeros((0, encoder.width), np.float32)
    found = np.zeros((len(keys), encoder.width), dtype=np.float32)
    for place, row in zip(missing, rows, strict=True):
        found[place] = row
    new = set(missing)
    for place, key in enumerate(keys):
        if place not in new:
            found[place] = known[key]
    _keep(known, [keys[place] for place in missing], rows)
    return found


def remember(encoder: SlowPreprocessor, inputs: Inputs, rows: NDArray[Any]) -> None:
    """Keep features that somebody else has computed, (N, F); views, not copies."""
    known = _known.setdefault(_name(encoder), {})
    for key, row in zip(_keys(inputs), rows, strict=True):
        known[key] = row[: encoder.width]


def _keep(known: dict[str, NDArray[Any]], keys: list[str], rows: NDArray[Any]) -> None:
    if _bytes[0] + rows.nbytes > MOST_BYTES:
        return
    _bytes[0] += rows.nbytes
    known.update(zip(keys, rows, strict=True))


def _name(encoder: SlowPreprocessor) -> str:
    return json.dumps([encoder.kind, encoder.state()], sort_keys=True)


def _keys(inputs: Inputs) -> list[str]:
    if isinstance(inputs, tuple):
        return list(inputs)
    return [hashlib.blake2b(np.ascontiguousarray(one).tobytes(), digest_size=16).hexdigest() for one in inputs]


def _selected(inputs: Any, places: list[int]) -> Inputs:
    return tuple(inputs[place] for place in places) if isinstance(inputs, tuple) else np.asarray(inputs[places])
