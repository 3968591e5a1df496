from pathlib import Path

import numpy as np
import pandas as pd

from core.specs import Examples
from core.tasks.classification import predictions_of_probabilities
from core.tasks.tabular_regression import predictions_of_numbers
from core.worker.mistakes import describe_mistakes


def test_a_wrong_number_comes_with_its_row_and_how_far_off_it_was(tmp_path: Path) -> None:
    table = pd.DataFrame({"size": [1.0, np.nan], "maker": np.array(["Apple", None], dtype=object)})
    examples = Examples(table, np.array([10.1, 20.0]))
    predictions = predictions_of_numbers(np.array([10.0, 26.0]), examples.targets.astype(np.float32), 1.0)
    assert describe_mistakes((1, 0), predictions, examples, tmp_path) == [
        {"target": 20.0, "predicted": 26.0, "error": 6.0, "row": {"size": None, "maker": None}},
        {"target": 10.1, "predicted": 10.0, "error": 10.0 - 10.1, "row": {"size": 1.0, "maker": "Apple"}},
    ]


def test_a_wrong_label_comes_with_its_text_and_how_sure_it_was(tmp_path: Path) -> None:
    examples = Examples(("great",), np.array([1]), ("bad", "good"))
    predictions = predictions_of_probabilities(np.array([[0.8, 0.2]]), examples.targets)
    expected = {"target": "good", "predicted": "bad", "confidence": 0.8, "text": "great"}
    assert describe_mistakes((0,), predictions, examples, tmp_path) == [expected]


def test_a_wrongly_named_picture_is_written_beside(tmp_path: Path) -> None:
    examples = Examples(np.zeros((1, 2, 2, 1), np.uint8), np.array([1]), ("bad", "good"))
    predictions = predictions_of_probabilities(np.array([[0.8, 0.2]]), examples.targets)
    (mistake,) = describe_mistakes((0,), predictions, examples, tmp_path / "run" / "mistakes")
    assert (tmp_path / "run" / mistake["image"]).is_file()


def test_dates_and_times_of_the_day_are_shown_as_people_write_them(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "day": np.array(["2024-03-01", "NaT"], dtype="datetime64[s]"),
            "when": np.array(["2024-03-01T17:05:00", "NaT"], dtype="datetime64[s]"),
            "opens": np.array([63_720, "NaT"], dtype="timedelta64[s]"),
        }
    )
    predictions = predictions_of_numbers(np.array([1.0, 2.0]), np.array([3.0, 4.0]), 1.0)
    first, second = describe_mistakes((0, 1), predictions, Examples(table, np.array([3.0, 4.0])), tmp_path)
    assert first["row"] == {"day": "2024-03-01", "when": "2024-03-01 17:05:00", "opens": "17:42:00"}
    assert second["row"] == {"day": None, "when": None, "opens": None}
