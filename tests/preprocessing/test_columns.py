import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from core.errors import DataError
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples

LAPTOPS = pd.DataFrame(
    {
        "inches": [13.0, 15.0, np.nan, 17.0],
        "maker": np.array(["Apple", "Dell", None, " Dell "], dtype=object),
        "always": [1.0, 1.0, 1.0, 1.0],
    }
)
PRICES = np.array([1000.0, 500.0, 700.0, 600.0])


def many(words: Sequence[str | None]) -> Examples:
    """Return a table of one column of words."""
    table = pd.DataFrame({"word": np.array(words, dtype=object)})
    return Examples(table, np.arange(len(words), dtype=np.float64))


def test_numbers_are_filled_with_the_median_marked_and_standardised() -> None:
    columns = ColumnPreprocessor.fit(Examples(LAPTOPS[["inches"]], PRICES))
    assert columns.features == ("inches", "inches is missing")
    filled = np.array([13, 15, 15, 17])
    expected = np.stack([(filled - 15) / filled.std(), [0, 0, 1, 0]], axis=1)
    np.testing.assert_allclose(columns.transform(LAPTOPS), expected, rtol=1e-6)


def test_each_common_word_gets_a_column_and_rare_ones_share_one() -> None:
    columns = ColumnPreprocessor.fit(many([*["blue"] * 5, *["red"] * 3, "mauve", "teal", None]))
    assert columns.features == ("word: blue", "word: red", "word: another", "word is missing")
    asked = pd.DataFrame({"word": np.array(["red", " blue ", "mauve", "never seen", None, ""], dtype=object)})
    assert columns.transform(asked).tolist() == [
        [0, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 1],
    ]


def test_a_word_that_was_never_seen_is_no_error_where_no_word_is_rare() -> None:
    columns = ColumnPreprocessor.fit(many(["yes"] * 3 + ["no"] * 3))
    assert columns.transform(many(["perhaps"]).inputs).tolist() == [[0, 0]]


def test_a_column_of_identifiers_does_not_become_thousands_of_columns() -> None:
    columns = ColumnPreprocessor.fit(many([f"customer {i}" for i in range(2_000)]))
    assert columns.features == ("word: another",)
    repeated = ColumnPreprocessor.fit(many([f"town {i % 300}" for i in range(3_000)]))
    assert len(repeated.features) <= 101


def test_it_computes_what_scikit_learn_computes() -> None:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    chance = np.random.default_rng(0)
    table = pd.DataFrame({"a": chance.normal(50, 9, 300), "b": chance.exponential(3, 300)})
    table.loc[::7, "b"] = np.nan
    table["word"] = chance.choice(np.array(["x", "y", "z", "w"], dtype=object), 300, p=[0.6, 0.3, 0.095, 0.005])
    train, test = Examples(table[:200], np.arange(200.0)), table[200:].reset_index(drop=True)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=3, sparse_output=False)
    theirs = ColumnTransformer([("numbers", numbers, ["a", "b"]), ("words", words, ["word"])]).fit(table[:200])
    ours = ColumnPreprocessor.fit(train)
    order = [ours.features.index(name) for name in ("a", "b", "word: x", "word: y", "word: z")]
    found = theirs.transform(test)
    np.testing.assert_allclose(ours.transform(test)[:, order], found[:, : len(order)], rtol=1e-5, atol=1e-6)


def test_saved_as_json_it_does_the_same_again() -> None:
    columns = ColumnPreprocessor.fit(Examples(LAPTOPS, PRICES))
    again = ColumnPreprocessor.from_state(json.loads(json.dumps(columns.state())))
    assert again.transform(LAPTOPS).tolist() == columns.transform(LAPTOPS).tolist()
    assert again.info(()) == columns.info(())


def test_the_model_is_told_where_the_numbers_to_predict_lie() -> None:
    info = ColumnPreprocessor.fit(Examples(LAPTOPS, PRICES)).info(())
    assert (info.target_mean, round(info.target_std, 3)) == (700.0, 187.083)


def test_columns_are_found_by_name_and_others_are_ignored() -> None:
    columns = ColumnPreprocessor.fit(Examples(LAPTOPS, PRICES))
    moved = LAPTOPS[["always", "maker", "inches"]].assign(new=1.0)
    assert columns.transform(moved).tolist() == columns.transform(LAPTOPS).tolist()


def test_a_missing_column_is_named_with_those_that_are_needed() -> None:
    columns = ColumnPreprocessor.fit(Examples(LAPTOPS, PRICES))
    with pytest.raises(DataError) as caught:
        columns.transform(LAPTOPS.rename(columns={"inches": "Inches"}))
    assert str(caught.value) == (
        "The column 'inches' is missing. Rename 'Inches' to 'inches'. The table has: 'Inches', 'maker', 'always'. "
        "Give it every column that the model has learnt from: 'inches', 'always', 'maker'."
    )


def test_misspelt_columns_are_recognised() -> None:
    columns = ColumnPreprocessor.fit(Examples(LAPTOPS, PRICES))
    with pytest.raises(DataError) as caught:
        columns.transform(LAPTOPS.rename(columns={"inches": "inchs", "maker": "Makers", "always": "colour"}))
    assert str(caught.value).startswith(
        "3 columns that the model has learnt from: 'inches', 'always', 'maker' are missing. "
        "Rename 'inchs' to 'inches', 'Makers' to 'maker'. The table has: 'inchs', 'Makers', 'colour'. "
    )


def test_a_number_far_outside_of_what_was_learnt_from_counts_as_missing() -> None:
    sizes = pd.DataFrame({"size": [10.0, 20.0, 30.0]})
    columns = ColumnPreprocessor.fit(Examples(sizes, PRICES[:3]))

    def seen_as(size: float) -> float:
        ((value,),) = columns.transform(pd.DataFrame({"size": [size]})).tolist()
        return round(20 + float(value) * float(np.std([10, 20, 30])), 3)

    assert (seen_as(40), seen_as(230), seen_as(231), seen_as(-1e29)) == (40, 230, 20, 20)


def test_one_absurd_cell_does_not_bend_a_column() -> None:
    sizes = np.append(np.arange(20.0, 219.0), 145_000_000.0)
    columns = ColumnPreprocessor.fit(Examples(pd.DataFrame({"size": sizes}), np.arange(200.0)))
    (size,) = columns.columns.numbers
    assert (size.median, size.known_low, size.known_high, size.marks_missing) == (119, 20, 218, True)
    rows = columns.transform(pd.DataFrame({"size": [20.0, 119.0, 145_000_000.0]}))
    np.testing.assert_allclose(rows, np.array([[-1.728, 0], [0, 0], [0, 1]]), atol=0.01)


@pytest.mark.parametrize(
    ("sizes", "is_missing"), [((1950, 2020), True), ((2.4, 5.4), True), ((20, 200), False), ((1, 3), False)]
)
def test_a_nought_far_from_all_other_numbers_stands_for_nothing(sizes: tuple[float, float], is_missing: bool) -> None:
    known = np.append(np.linspace(*sizes, 199), 0.0)
    columns = ColumnPreprocessor.fit(Examples(pd.DataFrame({"size": known}), np.arange(200.0)))
    (size,) = columns.columns.numbers
    assert (size.zero_is_missing, size.marks_missing) == (is_missing, is_missing)
    assert len(columns.remarks(pd.DataFrame({"size": [0.0]}))[0]) == is_missing


@pytest.mark.parametrize("tail", ["exponential", "lognormal", "pareto", "counts"])
def test_a_long_tail_is_nothing_absurd(tail: str) -> None:
    chance = np.random.default_rng(3)
    sizes = {
        "exponential": chance.exponential(5, 2_000),
        "lognormal": chance.lognormal(0, 2, 2_000),
        "pareto": chance.pareto(1.5, 2_000),
        "counts": np.where(chance.random(2_000) < 0.97, 0.0, chance.integers(1, 50, 2_000)),
    }[tail]
    (size,) = ColumnPreprocessor.fit(Examples(pd.DataFrame({"size": sizes}), np.arange(2_000.0))).columns.numbers
    assert (size.known_high, size.marks_missing) == (sizes.max(), False)


def test_what_was_saved_before_absurd_numbers_were_missing_does_as_it_did() -> None:
    number = {"name": "size", "median": 20.0, "mean": 20.0, "std": 10.0, "marks_missing": False, "low": 0, "high": 50.0}
    word = {"name": "maker", "words": ["Apple"], "has_rare": True, "has_missing": False}
    old = ColumnPreprocessor.from_state({"numbers": [number], "words": [word], "target_mean": 5.0, "target_std": 2.0})
    table = pd.DataFrame({"size": [30.0, 900.0], "maker": ["Apple", "Dell"]})
    assert old.transform(table).tolist() == [[1, 1, 0], [3, 0, 1]]
    assert old.remarks(table) == [(), ()]
    assert (old.info(()).target_low, old.info(()).target_high) == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("table", "targets", "sentence"),
    [
        (LAPTOPS[:1], PRICES[:1], "hardly a row to learn from"),
        (LAPTOPS, 1.6e9 + np.arange(4.0), "lie between 1600000000 and 1600000003: too close together"),
        (LAPTOPS, np.arange(4.0) * 1e-40, "lie between 0 and 3e-40: too close together"),
        (LAPTOPS, np.full(4, 5.0), "is 5 in every row that the model would learn from"),
        (LAPTOPS, np.array([1, 2, np.nan, 3]), "missing or too large to compute with"),
        (LAPTOPS[[]], PRICES, "no column to predict from"),
    ],
)
def test_what_cannot_be_learnt_is_refused(table: pd.DataFrame, targets: np.ndarray, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        ColumnPreprocessor.fit(Examples(table, targets))


def test_odd_columns_stay_finite() -> None:
    table = pd.DataFrame({"constant": [7.0] * 4, "empty": [np.nan] * 4, "endless": [1.0, 2.0, np.inf, -np.inf]})
    rows = ColumnPreprocessor.fit(Examples(table, PRICES)).transform(table)
    assert np.isfinite(rows).all()
    assert rows[:, :2].tolist() == [[0, 0]] * 4


def test_numbers_of_any_size_come_out_alike() -> None:
    tens = np.array([1.0, 2.0, 3.0, 4.0])
    table = pd.DataFrame({"huge": tens * 1e29, "tiny": tens * 1e-140, "plain": tens})
    rows = ColumnPreprocessor.fit(Examples(table, PRICES)).transform(table)
    np.testing.assert_allclose(rows, rows[:, [2, 2, 2]], rtol=1e-6)


def test_names_of_columns_may_be_anything() -> None:
    names = ["=SUM(A1)", 'Größe (m²), "net"', "a\nb", "<b>x</b>", "missing"]
    table = pd.DataFrame({name: np.arange(4.0) for name in names} | {"'": np.array(["=1+1"] * 4, dtype=object)})
    columns = ColumnPreprocessor.fit(Examples(table, PRICES))
    assert columns.number_names == tuple(names)
    assert columns.transform(table).shape == (4, 6)
