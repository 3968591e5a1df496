"""The nearest training examples of an input, by the model's own features."""

import base64
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import whole
from core.serving.explanation.background import Home
from core.serving.explanation.features import Features, features_of, features_of_rows
from core.serving.explanation.subject import Numbers, taken
from core.serving.predictor import Predictor
from core.specs import Examples, Inputs

MOST = 20_000  # training examples in the index
MOST_BYTES = 128 * 2**20  # of the index: of wide features fewer examples are known
LARGEST_HALF = 6e4  # what 16 bits hold
SHOWN = 5
SMALLEST = 192  # pixels of a picture's longer side
KEPT = 3  # indexes of one run: of its newest weights


@dataclass(frozen=True, eq=False)
class Index:
    """The features of training examples.

    Args:
        places: (N,) where each stands in the training split.
        features: (N, F).
    """

    places: NDArray[np.int64]
    features: Features

    def nearest(self, features: Features) -> Numbers:
        """Return how far the nearest is from each of several examples' features, (M,)."""
        found = [float(self.distances(features[at : at + 1]).min()) for at in range(features.shape[0])]
        return np.array(found, dtype=np.float64)

    def distances(self, features: Features) -> Numbers:
        """Return how far each is from one example's features, (N,)."""
        from scipy import sparse

        if sparse.issparse(self.features):
            squares = np.asarray(self.features.multiply(self.features).sum(1)).ravel()
            cross = np.asarray((self.features @ features.T).todense()).ravel()
            own = float(features.multiply(features).sum())
            return np.asarray(np.sqrt(np.maximum(squares - 2 * cross + own, 0)), dtype=np.float64)
        return np.asarray(np.linalg.norm(self.features.astype(np.float32) - features, axis=1), dtype=np.float64)


def index_of(home: Home, predictor: Predictor, mark: str) -> Index:
    """Return a model's index of training examples, made once and kept.

    Args:
        home: Of the run.
        predictor: The model.
        mark: Of its weights.
    """
    file = home.kept(f"features-{mark}.npz")
    if not file.exists():
        train = home.data(predictor.card).examples["train"]
        _write(file, make_index(predictor, train, rows=home.rows(predictor, "train")))
        for old in sorted(file.parent.glob("features-*.npz"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    return _read(file)


def make_index(predictor: Predictor, train: Examples, most: int = MOST, rows: NDArray[Any] | None = None) -> Index:
    """Return the features of at most so many examples, bounded in memory.

    Args:
        predictor: The model.
        train: The training examples.
        most: So many of them at most.
        rows: What the preprocessor has made of them all, where that is known.
    """
    from scipy import sparse

    def features_at(places: NDArray[np.int64]) -> Features:
        if rows is not None:
            return features_of_rows(predictor, rows[places])
        return features_of(predictor, train.select(places).inputs)

    chosen = np.random.default_rng(0).permutation(len(train))
    few = chosen[: min(64, len(train))]
    probe = features_at(few)
    held = probe.data.nbytes * 2 if sparse.issparse(probe) else probe.nbytes // 2  # sparse with places, else 16 bits
    most = max(min(most, int(MOST_BYTES / max(held / len(few), 1))), 1)
    places = np.sort(chosen[:most])
    features = features_at(places)
    if not sparse.issparse(features) and np.abs(features).max(initial=0) < LARGEST_HALF:
        features = features.astype(np.float16)
    return Index(places, features)


def nearest_examples(home: Home, predictor: Predictor, given: Inputs, mark: str) -> dict[str, Any]:
    """Return the training examples nearest to an input, the nearest first."""
    index, train = index_of(home, predictor, mark), home.data(predictor.card).examples["train"]
    distances = index.distances(features_of(predictor, given))
    order = np.argsort(distances, kind="stable")[:SHOWN]
    usual = float(np.median(distances)) or 1.0
    found = [
        {**shown(train, int(index.places[at])), "distance": float(distances[at]), "share": float(distances[at] / usual)}
        for at in order
    ]
    return {"examples": found, "known": len(index.places), "of": len(train)}


def shown(train: Examples, place: int) -> dict[str, Any]:
    """Return an example for a page: content, and label or number."""
    target = train.targets[place]
    answer: dict[str, Any] = {"place": place}
    answer |= {"label": train.labels[int(target)]} if train.labels else {"value": float(target)}
    inputs = taken(train.inputs, np.array([place]))
    if isinstance(inputs, tuple):
        return answer | {"text": inputs[0]}
    if isinstance(inputs, np.ndarray):
        return answer | {"image": png_of(inputs[0])}
    row = json.loads(inputs.to_json(orient="records", date_format="iso"))[0]
    return answer | {"row": row}


def png_of(pixels: NDArray[np.uint8]) -> str:
    """Return an image, (H, W, C), as a base64 PNG, enlarged if tiny."""
    from PIL import Image

    target, times = io.BytesIO(), max(SMALLEST // max(pixels.shape[:2]), 1)
    enlarged = pixels.repeat(times, axis=0).repeat(times, axis=1)
    Image.fromarray(enlarged[..., 0] if pixels.shape[-1] == 1 else enlarged).save(target, "PNG")
    return base64.b64encode(target.getvalue()).decode()


def _write(file: Path, index: Index) -> None:
    from scipy import sparse

    with whole(file) as draft, draft.open("wb") as target:
        if sparse.issparse(index.features):
            rows = index.features
            np.savez(target, places=index.places, data=rows.data, indices=rows.indices, indptr=rows.indptr,
                     shape=np.array(rows.shape))  # fmt: skip
        else:
            np.savez(target, places=index.places, features=index.features)


def _read(file: Path) -> Index:
    from scipy import sparse

    with np.load(file, allow_pickle=False) as kept:
        if "features" in kept:
            return Index(kept["places"], kept["features"])
        rows = sparse.csr_matrix((kept["data"], kept["indices"], kept["indptr"]), shape=tuple(kept["shape"]))
        return Index(kept["places"], rows)
