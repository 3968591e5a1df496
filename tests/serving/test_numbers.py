"""A finished regression run at work: rows in, numbers out."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from core import catalog
from core.errors import DataError, UserError
from core.models import linear
from core.preprocessing.columns import ColumnPreprocessor
from core.serving.evaluate import evaluate_on
from core.serving.predictor import BATCH, BEST, NumberPrediction, load_predictor
from core.serving.rows import table_of
from core.specs import ORDERS, DatasetSpec, Examples
from core.training.checkpoint import ModelCard, save_model

COLOURS = np.array(["red", "blue"] * 20, dtype=object)
SIZES = np.arange(40.0)


def houses() -> Examples:
    """Return rows that cost 10 for each square metre, and 100 more where they are red."""
    table = pd.DataFrame({"square metres": SIZES, "colour": COLOURS})
    return Examples(table, 10 * SIZES + 100 * (COLOURS == "red"))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run of a linear model that knows what houses cost."""
    columns = ColumnPreprocessor.fit(houses())
    info, params = columns.info(()), linear.LinearParams()
    module = linear.build(params, info)
    rows = torch.from_numpy(columns.transform(houses().inputs))
    right = torch.from_numpy((houses().targets - info.target_mean) / info.target_std).float()
    weights = torch.linalg.lstsq(torch.cat([rows, torch.ones(40, 1)], dim=1), right[:, None], driver="gelsd").solution
    first: Any = next(module.children())
    first.weight.data, first.bias.data = weights[:-1].T, weights[-1]
    card = ModelCard(
        task="tabular-regression",
        dataset="houses",
        dataset_fingerprint="0",
        model="linear",
        params=params.model_dump(),
        preprocessor={"kind": columns.kind, "state": columns.state()},
        labels=(),
        info=asdict(info),
    )
    save_model(tmp_path / "run" / BEST, module, card)
    return tmp_path / "run"


def values(run: Path, *rows: dict[str, Any]) -> list[float]:
    return [round(p.value, 1) for p in load_predictor(run).predict_numbers(rows)]


def test_rows_get_numbers_in_the_units_that_were_learnt(run: Path) -> None:
    assert values(run, {"square metres": 12, "colour": "red"}, {"square metres": 12, "colour": "blue"}) == [220, 120]


def test_numbers_are_read_as_they_were_imported(run: Path) -> None:
    texts = ["12", "12.0 m", " 12 ", "1.2e1"]
    assert values(run, *({"square metres": text, "colour": "blue"} for text in texts)) == [120] * 4
    assert values(run, {"square metres": "12,5", "colour": "blue"}) == [125]


def test_points_group_thousands_where_the_other_columns_write_commas() -> None:
    class Reader:
        number_names, word_names, dates = ("stock", "weight"), (), ()

    rows = [{"stock": "3.440", "weight": "1,25"}, {"stock": "646", "weight": "2,5"}]
    assert table_of(rows, Reader()).stock.tolist() == [3440, 646]  # type: ignore[arg-type]
    assert table_of([row | {"weight": "1.25"} for row in rows], Reader()).stock.tolist() == [3.44, 646]  # type: ignore[arg-type]


def test_what_is_unknown_may_be_empty_and_other_columns_are_ignored(run: Path) -> None:
    assert values(run, {"square metres": "", "colour": "blue", "garden": "large"}) == [195]  # the median is 19.5


def test_more_rows_than_a_batch_come_back_in_order(run: Path) -> None:
    rows = [{"square metres": 1 + i / 10, "colour": "blue"} for i in range(2 * BATCH + 3)]
    assert values(run, *rows) == [min(10.0 + i, 597.5) for i in range(2 * BATCH + 3)]


def test_numbers_that_are_numbers_already_are_not_read_as_texts(run: Path) -> None:
    mixed: list[dict[str, Any]] = [
        {"square metres": "1.234,5", "colour": "blue"},
        {"square metres": 12.25, "colour": "blue"},
    ]
    assert values(run, *mixed)[1] == 122.5
    nothing = ({"square metres": unknown, "colour": "blue"} for unknown in (float("nan"), float("inf"), 10**400, None))
    assert values(run, *nothing) == [195] * 4  # as for the median


def test_what_lies_far_outside_of_what_was_learnt_counts_as_unknown_and_is_marked(run: Path) -> None:
    far = [{"square metres": size, "colour": "blue"} for size in (50, 57, 430, 1e9, -1e9)]
    found = load_predictor(run).predict_numbers(far)
    assert [round(p.value, 1) for p in found] == [500, 570, 195, 195, 195]
    assert [len(p.remarks) for p in found] == [0, 0, 1, 1, 1]
    assert found[3].remarks == (
        "square metres: 1e+09 lies far outside of what was learnt from (0 to 39), so it counts as unknown.",
    )


def test_answers_stay_near_the_numbers_that_were_learnt_and_say_so(run: Path) -> None:
    far = load_predictor(run).predict_numbers([{"square metres": s, "colour": "blue"} for s in (57, 90, -300)])
    assert [round(p.value, 1) for p in far] == [570, 597.5, 5]
    assert [len(p.remarks) for p in far] == [0, 1, 1]
    assert far[1].remarks == (
        "The answer would lie far outside of the numbers it was trained on, so it stops at 597.5.",
    )


def test_a_word_that_was_never_seen_is_neither_of_those_that_were(run: Path) -> None:
    between = values(run, {"square metres": 12, "colour": "mauve"}, {"square metres": 12})
    (marked,) = load_predictor(run).predict_numbers([{"square metres": 12, "colour": "mauve"}])
    assert marked.remarks == ("colour: 'mauve' was never seen in training.",)
    assert between[0] == between[1]
    assert 120 - 100 < between[0] < 220 + 100


def test_a_cell_that_is_no_number_is_named_by_row_and_column(run: Path) -> None:
    with pytest.raises(DataError, match=r"Row 2: 'large' in the column 'square metres' is not a number, but the model"):
        values(run, {"square metres": 3, "colour": "red"}, {"square metres": "large", "colour": "red"})


def test_a_missing_column_is_named(run: Path) -> None:
    with pytest.raises(
        DataError,
        match=r"column 'colour' is missing\. Rename 'Colour' to 'colour'\. The table has: 'square metres', 'Colour'",
    ):
        values(run, {"square metres": 3, "Colour": "red"})


def test_texts_and_labels_are_not_what_it_does(run: Path) -> None:
    predictor = load_predictor(run)
    with pytest.raises(DataError, match="reads rows of a table"):
        predictor.predict_numbers(["a text"])
    with pytest.raises(UserError, match="answers with numbers"):
        predictor.predict([{"square metres": 3}])
    with pytest.raises(UserError, match="answers with numbers"):
        predictor.generate("a")


def test_no_rows_get_no_numbers(run: Path) -> None:
    assert load_predictor(run).predict_numbers([]) == []
    assert NumberPrediction(1.5).value == 1.5


def test_whole_numbers_may_stand_for_words(run: Path) -> None:
    columns = ColumnPreprocessor.fit(Examples(pd.DataFrame({"code": np.array(["1", "2"] * 3, object)}), np.arange(6.0)))
    table = table_of([{"code": 1.0}, {"code": 2}, {"code": None}, {"code": float("nan")}], columns)
    assert table["code"].tolist()[:2] == ["1", "2"]
    assert table["code"].isna().tolist() == [False, False, True, True]


def test_a_run_is_judged_on_other_data_with_the_same_columns(run: Path) -> None:
    data = DatasetSpec("more houses", "", "tabular-regression", "", "", "", houses)
    found = evaluate_on(run, data)
    assert found.scores["r2"].value == pytest.approx(1)
    assert found.scores["mae"].value == pytest.approx(0, abs=0.01)
    other = replace(data, load=lambda: catalog.find_dataset("diabetes").load())
    with pytest.raises(DataError, match=r"'square metres', 'colour' are missing"):
        evaluate_on(run, other)


def test_dates_times_and_durations_are_read_as_they_were_imported() -> None:
    table = pd.DataFrame(
        {
            "day": (np.arange(60) * 86_400 + 1_704_067_200.0).astype("datetime64[s]"),
            "opens": (np.arange(60) % 24 * 3_600).astype("timedelta64[s]"),
            "took": np.arange(60.0),
        }
    )
    table.attrs[ORDERS] = {"day": "dmy"}
    reader = ColumnPreprocessor.fit(Examples(table, np.arange(60.0)))
    rows = [{"day": "03/04/2024", "opens": "17:42", "took": "1:23:45"}, {"day": "", "opens": None, "took": "0:00:07"}]
    read = table_of(rows, reader)
    assert str(read["day"][0])[:10] == "2024-04-03"
    assert read["day"].isna().tolist() == [False, True]
    assert read["opens"].dt.total_seconds().tolist()[:1] == [63_720]
    assert read["took"].tolist() == [5_025, 7]
    with pytest.raises(DataError, match=r"Row 2: 'soon' in the column 'day' is no date, but the model has learnt"):
        table_of([{"day": "2024-01-31"}, {"day": "soon"}], reader)
    with pytest.raises(DataError, match=r"Row 1: '2024-01-31' in the column 'opens' is no time of the day"):
        table_of([{"opens": "2024-01-31"}], reader)
