"""Files of a fitted baseline: arrays and JSON, which can carry no code."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ARRAYS, STATE = "arrays.npz", "state.json"


def write_arrays(folder: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays by name."""
    np.savez(folder / ARRAYS, allow_pickle=False, **arrays)


def read_arrays(folder: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays that were written, by name."""
    with np.load(folder / ARRAYS, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write what is no array."""
    (folder / STATE).write_text(json.dumps(state), encoding="utf-8")


def read_state(folder: Path) -> dict[str, Any]:
    """Return what was written."""
    found: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
    return found
