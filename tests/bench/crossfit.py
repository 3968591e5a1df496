"""What five folds are worth: small samples of large data, cheap contenders, and the rest of the rows as the truth.

Each sample is judged twice: on one split of 15 of 100, and on every row in five folds. Asked is how often the stated
intervals hold what the kept models truly do on rows that nobody has seen, and how many truly different pairs (more than
2 points) nobody can tell apart. The truth is measured on 4,000 rows, so it has an error of its own, which counts half a
point where an interval of 1,300 rows is three wide: an interval is as much wider as that makes it (`_held`).
`python -m tests.bench crossfit`, ten minutes of a core; data from a folder that `TOUCHSTONE_BENCH_DATA` names, as
/work/shared/data, else the digits of scikit-learn and made prices alone; `TOUCHSTONE_BENCH_WORLDS` names worlds by
parts of their names.
"""

import csv
import gzip
import io
import os
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.catalog import find_task
from core.data.store.folds import Folding, fold
from core.specs import SPLITS, DatasetVersion, Examples, MetricSpec, Predictions, RowBonds, Score
from core.statistics.crossfit import Folds, crossfitted_difference, crossfitted_score
from core.statistics.difference import Difference
from core.statistics.normal import Z95
from core.statistics.scores import difference_of, score_of
from core.worker.fold_results import pooled

DATA = Path(os.environ.get("TOUCHSTONE_BENCH_DATA", "/work/shared/data"))
SIZES, SAMPLES = (300, 700, 1_300), int(os.environ.get("TOUCHSTONE_BENCH_SAMPLES", "16"))
SEED = int(os.environ.get("TOUCHSTONE_BENCH_SEED", "77000"))  # another one is another sample
WANTED = os.environ.get("TOUCHSTONE_BENCH_WORLDS", "").split(",")
MOST_TRUTH, APART, MADE = 4_000, 0.02, 60_000
ACCURACY = find_task("text-classification").metric("accuracy")
R2 = find_task("tabular-regression").metric("r2")
Contender = Callable[[int], Any]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class World:
    """Many rows, and who contends on them."""

    name: str
    inputs: NDArray[Any]
    targets: NDArray[Any]
    metric: MetricSpec
    contenders: dict[str, Contender]


@dataclass(frozen=True)
class Told:
    """What was said of one score or difference, and what is true."""

    held: bool
    half: float
    is_apart: bool = False  # truly, by more than two points
    is_clear: bool = False
    is_wrong: bool = False  # clear, and the other way round


def measure() -> Iterator[dict[str, object]]:
    """Yield for each world and size what one split and what five folds say."""
    warnings.simplefilter("ignore")
    for world in _worlds():
        for size in SIZES if any(part in world.name for part in WANTED) else ():
            if size > 0.75 * len(world.targets):
                continue
            said: dict[str, list[Told]] = {"split": [], "folds": [], "split score": [], "folds score": []}
            for sample in range(SAMPLES):
                for name, told in _sample(world, size, SEED + 1_000 * size + sample):
                    said[name].append(told)
            for way in ("split", "folds"):
                yield {"world": world.name, "rows": size, "judged_by": way} | _shares(said[way], said[f"{way} score"])


def _shares(pairs: list[Told], scores: list[Told]) -> dict[str, object]:
    apart = [one for one in pairs if one.is_apart]
    return {
        "pairs": len(pairs),
        "difference_held_%": _percent([one.held for one in pairs]),
        "score_held_%": _percent([one.held for one in scores]),
        "half_width_points": round(100 * float(np.mean([one.half for one in pairs])), 2),
        "truly_apart": len(apart),
        "cannot_tell_%": _percent([not one.is_clear for one in apart]),
        "wrong_way": sum(one.is_wrong for one in pairs),
    }


def _percent(flags: list[bool]) -> float:
    return round(100 * float(np.mean(flags)), 1) if flags else float("nan")


def _sample(world: World, size: int, seed: int) -> Iterator[tuple[str, Told]]:
    """Yield what is said of each contender and pair on one sample, in both ways."""
    chance = np.random.default_rng(seed)
    order = chance.permutation(len(world.targets))
    rows, rest = order[:size], order[size : size + MOST_TRUTH]
    learnt, tested = rows[: round(0.7 * size)], rows[round(0.85 * size) :]  # between them the validation split
    folding = _folding(world, rows, seed)
    folds = Folds(folding.number, folding.training_rows)
    kept, single, crossed = dict[str, Predictions](), dict[str, Predictions](), dict[str, Predictions]()
    for name, make in world.contenders.items():
        model = make(seed).fit(world.inputs[learnt], world.targets[learnt])
        kept[name], single[name] = (_predictions(world, model, part) for part in (rest, tested))
        crossed[name] = _in_folds(world, make, rows, folding, seed)
        truth = _Truth(world.metric.compute(kept[name]), _error(world, kept[name]))
        yield "split score", _told_score(score_of(world.metric, single[name], 1, 0), truth)
        yield "folds score", _told_score(crossfitted_score(world.metric, crossed[name], folds, 0), truth)
    for one, other in combinations(world.contenders, 2):
        apart = world.metric.compute(kept[one]) - world.metric.compute(kept[other])
        truth = _Truth(apart, _error(world, kept[one], kept[other]))
        yield "split", _told(difference_of(world.metric, single[one], single[other], 1, 0), truth)
        yield "folds", _told(crossfitted_difference(world.metric, crossed[one], crossed[other], folds, 0), truth)


@dataclass(frozen=True)
class _Truth:
    """What the rest of the rows say, and its standard error."""

    value: float
    error: float


def _error(world: World, one: Predictions, other: Predictions | None = None) -> float:
    """Return the standard error of a truth, or of the difference of two."""
    losses = [_loss(world.metric, predictions) for predictions in (one, other) if predictions is not None]
    each = losses[0] if other is None else losses[0] - losses[1]
    return float(each.std() / np.sqrt(len(each)))


def _loss(metric: MetricSpec, predictions: Predictions) -> NDArray[np.float64]:
    """Return what each row takes from a score."""
    if metric is R2:
        return np.asarray((predictions.predicted - predictions.targets) ** 2 / predictions.targets.var(), np.float64)
    return np.asarray(predictions.predicted != predictions.targets, dtype=np.float64)


def _held(low: float, high: float, truth: _Truth) -> bool:
    half = np.hypot((high - low) / 2, Z95 * truth.error)
    return bool(abs((low + high) / 2 - truth.value) <= half)


def _told_score(score: Score, truth: _Truth) -> Told:
    return Told(_held(score.ci_low, score.ci_high, truth), (score.ci_high - score.ci_low) / 2)


def _told(found: Difference, truth: _Truth) -> Told:
    wrong = found.is_clear and found.value * truth.value < 0
    held, half = _held(found.low, found.high, truth), (found.high - found.low) / 2
    return Told(held, half, abs(truth.value) > APART, found.is_clear, wrong)


def _folding(world: World, rows: Rows, seed: int) -> Folding:
    """Return the product's folds of a sample, whose rows are known by their numbers."""
    names = tuple(f"row {row}" for row in rows)
    labels = () if world.metric is R2 else tuple(map(str, range(int(world.targets.max()) + 1)))
    everything = Examples(names, world.targets[rows], labels)
    bounds = [0, round(0.7 * len(rows)), round(0.85 * len(rows)), len(rows)]
    parts = {name: everything.select(np.arange(bounds[i], bounds[i + 1])) for i, name in enumerate(SPLITS)}
    version = DatasetVersion(world.name, f"{world.name} {seed}", "", labels, {}, 0, "", "")
    return fold(version, parts, RowBonds())


def _in_folds(world: World, make: Contender, rows: Rows, folding: Folding, seed: int) -> Predictions:
    parts, places = [], []
    for at in range(folding.count):
        part = folding.rows(at)
        model = make(seed * 10 + at).fit(world.inputs[rows[part["train"]]], world.targets[rows[part["train"]]])
        parts.append(_predictions(world, model, rows[part["test"]]))
        places.append(part["test"])
    return pooled(parts, places)


def _predictions(world: World, model: Any, rows: Rows) -> Predictions:
    return Predictions(np.ones(len(rows)), world.targets[rows], model.predict(world.inputs[rows]))


# --- worlds ---


def _worlds() -> Iterator[World]:
    from sklearn.datasets import load_digits

    yield World("made prices, normal residuals", *_made(lambda chance: chance.normal(size=MADE)), R2, _of_columns())
    yield World("made prices, skewed residuals", *_made(lambda chance: chance.exponential(size=MADE) - 1), R2,
                _of_columns())  # fmt: skip
    if not (DATA / "mnist").is_dir():
        digits = load_digits()
        yield World("digits", digits.data / 16, digits.target.astype(np.int64), ACCURACY, _of_numbers())
        return
    yield World("airline tweets", *_texts(DATA / "sentiment" / "airline_tweets.csv"), ACCURACY, _of_texts())
    yield World("SST-2", *_texts(DATA / "sentiment" / "sst2_train.csv"), ACCURACY, _of_texts())
    yield World("MNIST", *_mnist(DATA / "mnist"), ACCURACY, _of_numbers())
    yield World("Fashion-MNIST", *_fashion(DATA / "fashion_mnist" / "fashion_mnist_sample_6k_1k.zip"), ACCURACY,
                _of_numbers())  # fmt: skip
    yield World("diamonds", *_diamonds(DATA / "tabular" / "diamonds_1k.csv"), R2, _of_columns())


def _of_texts() -> dict[str, Contender]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline
    from sklearn.tree import DecisionTreeClassifier

    return {
        "words and pairs": lambda _: make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=10, max_iter=200)
        ),
        "words": lambda _: make_pipeline(TfidfVectorizer(), LogisticRegression(C=1, max_iter=200)),
        "naive Bayes": lambda _: make_pipeline(TfidfVectorizer(), MultinomialNB(alpha=0.3)),
        "tree": lambda seed: make_pipeline(
            TfidfVectorizer(min_df=2), DecisionTreeClassifier(max_depth=12, random_state=seed)
        ),
    }


def _of_numbers() -> dict[str, Contender]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.tree import DecisionTreeClassifier

    return {
        "logistic": lambda _: LogisticRegression(C=1, max_iter=60),
        "neighbours": lambda _: KNeighborsClassifier(3),
        "tree": lambda seed: DecisionTreeClassifier(random_state=seed),
        "network": lambda seed: MLPClassifier(
            (32,), max_iter=15, learning_rate_init=0.01, batch_size=32, random_state=seed
        ),
    }


def _of_columns() -> dict[str, Contender]:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.tree import DecisionTreeRegressor

    return {
        "ridge": lambda _: Ridge(1.0),
        "neighbours": lambda _: KNeighborsRegressor(5),
        "tree": lambda seed: DecisionTreeRegressor(max_depth=6, random_state=seed),
        "boosting": lambda seed: HistGradientBoostingRegressor(max_iter=60, random_state=seed),
    }


def _texts(file: Path) -> tuple[NDArray[Any], NDArray[np.int64]]:
    with file.open(newline="", encoding="utf-8") as lines:
        labels = {row["text"]: row["label"] for row in csv.DictReader(lines)}
    return np.array(list(labels), dtype=object), np.unique(list(labels.values()), return_inverse=True)[1]


def _mnist(folder: Path) -> tuple[NDArray[Any], NDArray[np.int64]]:
    pixels, labels = (
        np.frombuffer(gzip.decompress((folder / name).read_bytes()), np.uint8, offset=offset)
        for name, offset in (("train-images-idx3-ubyte.gz", 16), ("train-labels-idx1-ubyte.gz", 8))
    )
    small = pixels.reshape(-1, 14, 2, 14, 2)[:12_000].mean((2, 4)).reshape(-1, 196) / 255
    return small.astype(np.float32), labels[:12_000].astype(np.int64)


def _fashion(file: Path) -> tuple[NDArray[Any], NDArray[np.int64]]:
    found, names = [], []
    with zipfile.ZipFile(file) as archive:
        for name in (one for one in archive.namelist() if one.endswith(".png")):
            image = Image.open(io.BytesIO(archive.read(name))).convert("L").resize((14, 14))
            found.append(np.asarray(image, np.float32).ravel() / 255)
            names.append(name.split("/")[-2])
    return np.array(found), np.unique(names, return_inverse=True)[1]


def _made(noise: Callable[[np.random.Generator], NDArray[np.float64]]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return ten columns, half of them skewed, and prices that hang on six, two of them together; R2 0.75 at best."""
    chance = np.random.default_rng(4)
    columns = np.hstack([chance.normal(size=(MADE, 5)), chance.exponential(size=(MADE, 5)) - 1])
    price = columns[:, [0, 1, 5, 6]] @ [0.8, 0.5, 0.8, 0.5] + 0.6 * columns[:, 2] * columns[:, 7]
    return columns, price * np.sqrt(3 / price.var()) + noise(chance)


def _diamonds(file: Path) -> tuple[NDArray[Any], NDArray[np.float64]]:
    import pandas as pd

    table = pd.get_dummies(pd.read_csv(file))
    price = np.log(table.pop("price").to_numpy(dtype=np.float64))
    columns = table.to_numpy(dtype=np.float64)
    return (columns - columns.mean(0)) / columns.std(0).clip(1e-9), price
