"""The recipes of the rungs in scikit-learn alone: (training split, test split, the rung) -> score.

Features, strengths and folds are those of the rungs; nothing of what fits, chooses or predicts is.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.baselines import frozen_features, logistic, pixels_logistic
from core.preprocessing.remembered import features_of
from core.preprocessing.segmentation import tokens_of
from core.specs import Examples, texts_of


def _logistic(
    train_x: Any, train: Examples, test_x: Any, test: Examples, strengths: tuple[float, ...] = logistic.STRENGTHS
) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    search = GridSearchCV(LogisticRegression(max_iter=1000), {"C": strengths}, cv=_folds())
    return float(search.fit(train_x, train.targets).score(test_x, test.targets))


def _folds() -> Any:
    from sklearn.model_selection import StratifiedKFold

    return StratifiedKFold(logistic.FOLDS, shuffle=True, random_state=0)


def _tf_idf(train: Examples, test: Examples, fitted: Any) -> float:
    """Words and pairs of words, or characters within words: the better one by cross-validation."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score

    usual = {"sublinear_tf": True, "lowercase": not fitted.reading.keeps_case}
    parts = {"analyzer": "char", "ngram_range": (1, 3)} if fitted.reading.is_spaceless else {
        "analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2,
    }  # fmt: skip
    kinds = (
        TfidfVectorizer(ngram_range=(1, 2), tokenizer=tokens_of, token_pattern=None, **usual),
        TfidfVectorizer(**parts, **usual),
    )
    rows = {kind: kind.fit_transform(texts_of(train.inputs)) for kind in kinds}
    judge = LogisticRegression(C=10, max_iter=1000)
    best = max(kinds, key=lambda kind: cross_val_score(judge, rows[kind], train.targets, cv=_folds()).mean())
    return _logistic(rows[best], train, best.transform(texts_of(test.inputs)), test)


def _features(train: Examples, test: Examples, fitted: Any) -> float:
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    rows = scaler.fit_transform(features_of(fitted.encoder, train.inputs))
    known = scaler.transform(features_of(fitted.encoder, test.inputs))
    return _logistic(rows, train, known, test, frozen_features.STRENGTHS)


def _pixels(train: Examples, test: Examples, _fitted: Any) -> float:
    flat = [np.asarray(one.inputs).reshape(len(one), -1) / 255 for one in (train, test)]
    return _logistic(flat[0], train, flat[1], test, pixels_logistic.STRENGTHS)


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
