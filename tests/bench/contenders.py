"""Every rung of the ladder on the real sets, with seconds, beside the same recipe written in scikit-learn alone.

    python -m tests.bench contenders

`BENCH_DATA` names the folder of the real sets, `BENCH_CONTENDERS` data sets by parts of their names, `BENCH_ROWS` how
many training rows are taken at most. Each test split is looked at once a method. "holds" says whether a rung is no
worse than scikit-learn's figure, within one standard error of the test split.
"""

import csv
import io
import os
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from core import catalog
from core.data.images.resize import shape
from core.preprocessing.remembered import features_of
from core.specs import Examples, TaskSpec, texts_of

DATA = Path(os.environ.get("BENCH_DATA", "/work/shared/data"))
MOST_ROWS = int(os.environ.get("BENCH_ROWS", "20000"))
SIDE = 64  # pixels, as images are imported
STRENGTHS = (0.0003, 0.001, 0.01, 0.1, 1.0, 10.0)


def measure() -> Iterator[dict[str, object]]:
    """Yield a row for each rung on each data set."""
    wanted = [part for part in os.environ.get("BENCH_CONTENDERS", "").split(",") if part]
    for name, (task, load) in SETS.items():
        if wanted and not any(part in name for part in wanted):
            continue
        train, test = load()
        yield from _rungs(name, catalog.find_task(task), train.sample(MOST_ROWS, 0), test)


def _rungs(name: str, task: TaskSpec, train: Examples, test: Examples) -> Iterator[dict[str, object]]:
    metric = task.metric(task.primary_metric)
    for spec in catalog.baselines(task.name).values():
        if spec.missing is not None and (why := spec.missing(train)):
            yield {"data": name, "rung": spec.name, "left out": why}
            continue
        began = time.perf_counter()
        fitted = spec.fit(train, train, 0)
        fit_s, began = time.perf_counter() - began, time.perf_counter()
        score = metric.compute(task.predictions_from(fitted.predict(test.inputs), test))
        row: dict[str, object] = {
            "data": name, "rows": len(train), "rung": fitted.called, metric.name: round(score, 4),
            "fit_s": round(fit_s, 1), "test_s": round(time.perf_counter() - began, 1),
        }  # fmt: skip
        if recipe := RECIPES.get(spec.name):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                other = float(recipe(train, test, fitted))
            slack = np.sqrt(score * (1 - score) / len(test)) if metric.unit == "percent" else 0.02
            row |= {"scikit-learn": round(other, 4), "holds": bool(score >= other - slack)}
        yield row


# --- the same recipes in scikit-learn alone: (training split, test split, the rung) -> score ---


def _logistic(train_x: Any, train: Examples, test_x: Any, test: Examples) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    search = GridSearchCV(LogisticRegression(max_iter=1000), {"C": STRENGTHS}, cv=3)
    return float(search.fit(train_x, train.targets).score(test_x, test.targets))


def _tf_idf(train: Examples, test: Examples, _fitted: Any) -> float:
    """Words and pairs of words, or characters within words: the better one by cross-validation."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score

    kinds = (
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)),
    )
    rows = {kind: kind.fit_transform(texts_of(train.inputs)) for kind in kinds}
    best = max(
        kinds, key=lambda kind: cross_val_score(LogisticRegression(C=10), rows[kind], train.targets, cv=3).mean()
    )
    return _logistic(rows[best], train, best.transform(texts_of(test.inputs)), test)


def _features(train: Examples, test: Examples, fitted: Any) -> float:
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    rows = scaler.fit_transform(features_of(fitted.encoder, train.inputs))
    return _logistic(rows, train, scaler.transform(features_of(fitted.encoder, test.inputs)), test)


def _pixels(train: Examples, test: Examples, _fitted: Any) -> float:
    flat = [np.asarray(one.inputs).reshape(len(one), -1) / 255 for one in (train, test)]
    return _logistic(flat[0], train, flat[1], test)


def _columns(train: Examples) -> Any:
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore", min_frequency=5)
    made = ColumnTransformer(
        [
            ("n", numbers, make_column_selector(dtype_include="number")),
            ("w", words, make_column_selector(dtype_exclude="number")),
        ],
        sparse_threshold=0.0,
    )
    return made.fit(train.inputs)


def _ridge(train: Examples, test: Examples, _fitted: Any) -> float:
    from sklearn.linear_model import RidgeCV

    columns = _columns(train)
    ridge = RidgeCV(np.logspace(-3, 4, 15)).fit(columns.transform(train.inputs), train.targets)
    return float(ridge.score(columns.transform(test.inputs), test.targets))


def _columns_logistic(train: Examples, test: Examples, _fitted: Any) -> float:
    columns = _columns(train)
    return _logistic(columns.transform(train.inputs), train, columns.transform(test.inputs), test)


def _boosted(train: Examples, test: Examples, _fitted: Any) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    tables = []
    for one in (train, test):
        table = pd.DataFrame(one.inputs).copy()
        for column in table.select_dtypes(exclude="number"):
            known = pd.DataFrame(train.inputs)[column].value_counts().index[:250]
            table[column] = pd.Categorical(table[column], categories=sorted(known))
        tables.append(table)
    kind = HistGradientBoostingClassifier if train.labels else HistGradientBoostingRegressor
    model = kind(max_iter=300, early_stopping=True, categorical_features="from_dtype", random_state=0)
    return float(model.fit(tables[0], train.targets).score(tables[1], test.targets))


RECIPES: dict[str, Callable[[Examples, Examples, Any], float]] = {
    "tfidf-logistic": _tf_idf, "encoder-logistic": _features, "backbone-logistic": _features,
    "pixels-logistic": _pixels, "ridge": _ridge, "columns-logistic": _columns_logistic, "boosted-trees": _boosted,
}  # fmt: skip


# --- the sets ---


def _texts(train: str, test: str = "") -> tuple[Examples, Examples]:
    def read(name: str) -> list[tuple[str, str]]:
        with (DATA / "sentiment" / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        label = "label" if "label" in rows[0] else "airline_sentiment"
        return [(row["text"], row[label]) for row in rows]

    pairs, others = read(train), read(test) if test else []
    labels = tuple(sorted({label for _, label in pairs}))
    made = [_of_pairs(some, labels) for some in (pairs, others)]
    return (made[0], made[1]) if others else _divided(made[0])


def _of_pairs(pairs: list[tuple[str, str]], labels: tuple[str, ...]) -> Examples:
    return Examples(
        tuple(text for text, _ in pairs), np.array([labels.index(label) for _, label in pairs], int), labels
    )


def _divided(examples: Examples) -> tuple[Examples, Examples]:
    order = np.random.default_rng(0).permutation(len(examples))
    cut = int(0.85 * len(examples))
    return examples.select(np.sort(order[:cut])), examples.select(np.sort(order[cut:]))


def _photographs() -> tuple[Examples, Examples]:
    found: dict[str, tuple[list[Any], list[int]]] = {"train": ([], []), "val": ([], [])}
    with zipfile.ZipFile(DATA / "natural" / "hymenoptera_128.zip") as archive:
        for name in archive.namelist():
            part, _, rest = name.partition("/")
            if part in found and name.lower().endswith((".jpg", ".jpeg", ".png")):
                image = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
                found[part][0].append(shape(image, SIDE, SIDE, 3))
                found[part][1].append(int(rest.startswith("bees")))
    made = [Examples(np.stack(images), np.array(kinds), ("ants", "bees")) for images, kinds in found.values()]
    return made[0], made[1]


def _table(name: str, target: str, leave_out: tuple[str, ...] = ()) -> tuple[Examples, Examples]:
    table = pd.read_csv(DATA / "tabular" / name, encoding="latin-1").drop(columns=list(leave_out))
    targets = table.pop(target)
    if targets.dtype.kind in "if":
        return _divided(Examples(table, targets.to_numpy(float)))
    labels = tuple(sorted(targets.unique()))
    return _divided(Examples(table, np.array([labels.index(one) for one in targets]), labels))


TEXTS, IMAGES = "text-classification", "image-classification"
SETS: dict[str, tuple[str, Callable[[], tuple[Examples, Examples]]]] = {
    "laptop prices": ("tabular-regression", lambda: _table("laptop_price.csv", "Price_euros", ("laptop_ID",))),
    "diamonds": ("tabular-regression", lambda: _table("diamonds_1k.csv", "price")),
    "diamond cuts": ("tabular-classification", lambda: _table("diamonds_1k.csv", "cut")),
    "hymenoptera": (IMAGES, _photographs),
    "sst2": (TEXTS, lambda: _texts("sst2_train.csv", "sst2_dev.csv")),
    "airline tweets": (TEXTS, lambda: _texts("airline_tweets.csv")),
}
