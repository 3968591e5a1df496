"""Dates, rare words and free texts as features: what each knows, and what no row may know of itself."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.preprocessing import TargetEncoder

from core.preprocessing.categorical_column import encode, fit_words
from core.preprocessing.columns import ColumnPreprocessor
from core.preprocessing.date_column import fit_dates
from core.preprocessing.text_column import cross_fitted_texts, fit_texts, terms_of
from core.specs import ORDERS, Examples

HOUR, DAY = 3_600, 86_400
CHANCE = np.random.default_rng(0)


def hours(count: int) -> NDArray[np.float64]:
    """Return so many hours from Friday, 1 March 2024, in seconds since 1970."""
    return np.arange(count) * HOUR + np.datetime64("2024-03-01", "s").astype(np.int64).astype(np.float64)


def test_hours_weekdays_and_weekends_get_features_where_rows_show_them() -> None:
    column = fit_dates("when", hours(1_000), is_clock=False)
    rows = np.zeros((2, len(column.features)), dtype=np.float32)
    column.write(rows, 0, hours(60)[[5, 53]])  # Friday at 5, Sunday at 5
    on = [{name for name, value in zip(column.features, row, strict=True) if value == 1} for row in rows]
    assert on == [{"when: 05 h", "when: Fridays"}, {"when: 05 h", "when: Sundays", "when: 05 h at weekends"}]
    assert "when: day of the year, sine" not in column.features  # not a year yet


def test_days_of_two_years_have_weekdays_and_a_season_and_no_hours() -> None:
    column = fit_dates("day", hours(24 * 730)[::24], is_clock=False)
    assert (column.hours, column.weekdays, column.season) == (False, True, True)
    rows = np.zeros((2, len(column.features)), dtype=np.float32)
    column.write(rows, 0, np.array([0.0, 365.25 * DAY]) + hours(1))
    np.testing.assert_allclose(rows[0, -2:], rows[1, -2:], atol=1e-4)  # a year later the season is the same
    assert rows[0, 0] < rows[1, 0]


def test_rows_that_stand_for_months_have_months_and_no_weekdays() -> None:
    months = np.arange("2015-01", "2023-01", dtype="datetime64[M]").astype("datetime64[s]").astype(np.int64)
    column = fit_dates("month", months.astype(np.float64), is_clock=False)
    assert (column.months, column.weekdays, column.season) == (True, False, True)
    rows = np.zeros((1, len(column.features)), dtype=np.float32)
    column.write(rows, 0, months[[14]].astype(np.float64))
    assert rows[0, column.features.index("month: March")] == 1


def test_few_rows_get_few_features() -> None:
    assert fit_dates("day", hours(20), is_clock=False).features == ("day: days since the first",)


def test_a_date_that_stands_for_nothing_and_a_missing_one_are_the_middle() -> None:
    never = float(np.datetime64("9999-12-31", "s").astype(np.int64))
    column = fit_dates("day", np.append(hours(500), [never, np.nan]), is_clock=False)
    assert column.marks_missing
    assert hours(500)[248] <= column.middle <= hours(500)[251]
    rows = np.zeros((3, len(column.features)), dtype=np.float32)
    column.write(rows, 0, np.array([never, np.nan, column.middle]))
    assert rows[0].tolist() == rows[1].tolist()
    assert rows[:, -1].tolist() == [1, 1, 0]


def test_rare_words_are_encoded_as_scikit_learn_does() -> None:
    words = CHANCE.integers(0, 40, 600)
    targets = (words % 7) / 3 + CHANCE.normal(0, 1, 600)
    targets = (targets - targets.mean()) / targets.std()
    named = pd.Series([f"town {word}" for word in words], dtype=object)
    theirs = TargetEncoder(target_type="continuous").fit(named.to_frame(), targets)
    expected = dict(zip(theirs.categories_[0], theirs.encodings_[0], strict=True))
    ours = encode(named, targets)
    assert np.corrcoef([ours[word] for word in expected], list(expected.values()))[0, 1] > 0.98


def test_what_says_nothing_of_the_target_is_pulled_to_nothing() -> None:
    words = pd.Series([f"town {n % 300}" for n in range(600)], dtype=object)
    codes = np.array(list(encode(words, CHANCE.normal(0, 1, 600)).values()))
    assert np.abs(codes).max() < 0.6


def test_no_training_row_sees_its_own_answer() -> None:
    words = np.array([f"customer {n // 2}" for n in range(400)], dtype=object)  # two rows each, answers by chance
    train = Examples(pd.DataFrame({"customer": words}), CHANCE.normal(0, 1, 400))
    columns = ColumnPreprocessor.fit(train)
    place = columns.features.index("customer: the target beside this word")
    own = np.corrcoef(columns.transform(train.inputs)[:, place], train.targets)[0, 1]
    fitted = np.corrcoef(columns.transform_training(train)[:, place], train.targets)[0, 1]
    assert own > 0.5
    assert fitted < 0.3


def test_words_of_many_kinds_are_used_and_new_ones_are_marked() -> None:
    towns = np.array([f"town {n % 150}" for n in range(1_500)], dtype=object)
    size = np.array([float(n % 150 % 9) for n in range(1_500)])
    columns = ColumnPreprocessor.fit(Examples(pd.DataFrame({"town": towns}), size + CHANCE.normal(0, 0.1, 1_500)))
    asked = pd.DataFrame({"town": np.array(["town 8", "town 149", "Atlantis", None], dtype=object)})
    assert columns.remarks(asked) == [(), (), ("town: 'Atlantis' was never seen in training.",), ()]
    codes = columns.transform(asked)[:, columns.features.index("town: the target beside this word")]
    assert codes[0] > 1 > codes[2] == 0


def test_a_word_seen_only_once_is_not_called_new() -> None:
    words = pd.Series(["a"] * 10 + ["b"] * 10 + ["c"], dtype=object)
    column = fit_words("word", words, np.zeros(21))
    assert (column.words, sorted(column.rare), dict(column.encoded)) == (("a", "b"), ["c"], {})
    assert column.is_unseen(pd.Series(["c", "d", None], dtype=object)).tolist() == [False, True, False]


def reviews(count: int) -> tuple[list[str | None], np.ndarray]:
    texts: list[str | None] = [f"the {'lovely' if n % 2 else 'dreadful'} hotel number {n % 5}" for n in range(count)]
    return texts, np.array([1.0 if n % 2 else -1.0 for n in range(count)])


def test_texts_give_one_number_that_is_what_their_words_say_of_the_target() -> None:
    column = fit_texts("review", *reviews(200))
    assert column.features == ("review: what its words say of the target",)
    weights = dict(zip(column.terms, column.weights, strict=True))
    assert {"lovely", "the lovely", "lovely hotel"} <= {term for term, weight in weights.items() if weight > 0.1}
    assert {"dreadful", "the dreadful", "dreadful hotel"} <= {t for t, weight in weights.items() if weight < -0.1}
    rows = np.zeros((4, 2), dtype=np.float32)
    assert column.write(rows, 1, ["Lovely, LOVELY!", "dreadful", None, "?"]) == 2
    said = rows[:, 1].tolist()
    assert said[0] > 0.5
    assert said[1] < -0.5
    assert said[2:] == pytest.approx([column.bias] * 2)


def test_texts_that_say_nothing_of_the_target_stay_nearly_silent_on_the_rows_they_were_learnt_from() -> None:
    """No row sees its own answer: thousands of words always fit some hundred numbers by chance."""
    chance = np.random.default_rng(0)
    texts: list[str | None] = [" ".join(f"w{n}" for n in chance.integers(0, 400, 20)) for _ in range(300)]
    targets = chance.normal(size=300)
    column = fit_texts("noise", texts, targets)
    seen = np.zeros((300, 1), dtype=np.float32)
    column.write(seen, 0, texts)
    own = np.corrcoef(seen[:, 0], targets)[0, 1]
    by_others = np.corrcoef(cross_fitted_texts(column, texts, targets), targets)[0, 1]
    assert own > 0.5
    assert by_others < 0.2


def test_what_was_saved_when_each_term_was_a_feature_does_as_it_did() -> None:
    state = {"numbers": [], "words": [], "texts": [{"name": "note", "terms": ["new", "used"]}]}
    columns = ColumnPreprocessor.from_state(state | {"target_mean": 0.0, "target_std": 1.0})
    assert columns.features == ("note: 'new'", "note: 'used'")
    table = pd.DataFrame({"note": pd.array(["used, used", "new"], dtype="string")})
    np.testing.assert_allclose(columns.transform(table), [[0, np.log(3)], [np.log(2), 0]], rtol=1e-6)


def test_terms_of_any_script_are_told_apart() -> None:
    assert list(terms_of("Good :) 👍")) == ["good", ":)", "good :)", "👍", ":) 👍"]
    assert list(terms_of("很好吃。"))[:3] == ["很", "好", "很 好"]
    assert list(terms_of("किताब की"))[:2] == ["किताब", "की"]


def test_all_kinds_are_saved_as_json_and_do_the_same_again() -> None:
    table = pd.DataFrame(
        {
            "when": hours(300).astype("datetime64[s]"),
            "opens": (np.arange(300) % 24 * HOUR).astype("timedelta64[s]"),
            "town": np.array([f"town {n % 120}" for n in range(300)], dtype=object),
            "note": pd.array([f"note {n % 9} of the day" for n in range(300)], dtype="string"),
            "size": np.arange(300.0),
        }
    )
    table.attrs[ORDERS] = {"when": "dmy"}
    columns = ColumnPreprocessor.fit(Examples(table, np.arange(300.0) % 17))
    again = ColumnPreprocessor.from_state(json.loads(json.dumps(columns.state())))
    assert again.transform(table).tolist() == columns.transform(table).tolist()
    assert (again.features, again.info(()), again.dates) == (columns.features, columns.info(()), columns.dates)
    assert [date.order for date in columns.dates] == ["dmy", ""]
