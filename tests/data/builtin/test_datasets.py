from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import samples
from core.data.builtin import (
    bike_rentals,
    breast_cancer,
    customer_feedback,
    diabetes,
    diamond_grades,
    digits,
    product_photos,
    python_docs,
    shakespeare,
)
from core.errors import DataError
from core.specs import DOCUMENT_BREAK, texts_of


def test_digits_are_1797_small_grey_pictures_of_bytes() -> None:
    examples = digits.DATASET.load()
    images = np.asarray(examples.inputs)
    assert images.shape == (1797, 8, 8, 1)
    assert images.dtype == np.uint8
    assert (images.min(), images.max()) == (0, 255)
    assert examples.labels == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


def test_customer_feedback_has_as_many_sentences_of_each_kind() -> None:
    examples = customer_feedback.DATASET.load()
    assert examples.labels == ("negative", "neutral", "positive")
    assert len(set(np.bincount(examples.targets).tolist())) == 1
    assert len(set(examples.inputs)) == len(examples) >= 1500


def test_customer_feedback_reads_quoted_commas_and_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text('text,label,topic\n"Fine, but\nslow",neutral,saas\nGood,positive,saas\n', encoding="utf-8")
    examples = customer_feedback.read(file)
    assert examples.inputs == ("Fine, but\nslow", "Good")
    assert examples.targets.tolist() == [1, 2]


@pytest.mark.parametrize("content", ["text,label\nhello,furious\n", "words\nhello\n"])
def test_an_altered_file_says_how_to_get_it_back(tmp_path: Path, content: str) -> None:
    file = tmp_path / "altered.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="git checkout"):
        customer_feedback.read(file)


def test_python_docs_are_one_document_a_topic_in_a_fixed_order() -> None:
    examples = python_docs.DATASET.load()
    assert len(examples) > 70
    assert len(DOCUMENT_BREAK.join(texts_of(examples.inputs))) > 400_000
    assert examples.inputs == python_docs.DATASET.load().inputs
    assert examples.labels == ()


def test_diabetes_is_a_table_of_442_patients_in_the_units_of_the_clinic() -> None:
    examples = diabetes.DATASET.load()
    table = examples.inputs
    assert isinstance(table, pd.DataFrame)
    assert table.shape == (442, 10)
    assert table.iloc[0].to_dict() == {
        "age": 59,
        "body mass index": 32.1,
        "blood pressure": 101,
        "total cholesterol": 157,
        "LDL cholesterol": 93.2,
        "HDL cholesterol": 38,
        "cholesterol ratio": 4,
        "log triglycerides": 4.8598,
        "blood sugar": 87,
        "sex": "2",
    }
    assert (examples.targets.min(), examples.targets.max(), examples.labels) == (25, 346, ())


def test_diabetes_is_what_scikit_learn_loads() -> None:
    from sklearn.datasets import load_diabetes

    theirs, ours = load_diabetes(scaled=False), diabetes.DATASET.load()
    assert isinstance(ours.inputs, pd.DataFrame)
    numbers = ours.inputs.assign(sex=ours.inputs["sex"].astype(float))
    order = ["age", "sex", *[name for name in numbers.columns if name not in ("age", "sex")]]
    np.testing.assert_array_equal(numbers[order].to_numpy(), theirs.data)
    np.testing.assert_array_equal(ours.targets, theirs.target)


def test_product_photos_are_as_many_of_each_kind_in_sixteen_greys() -> None:
    examples = product_photos.DATASET.load()
    images = np.asarray(examples.inputs)
    assert images.shape == (4000, 28, 28, 1)
    assert set(np.unique(images).tolist()) == {17 * level for level in range(16)}
    assert np.bincount(examples.targets).tolist() == [400] * len(examples.labels)
    assert len(np.unique(images.reshape(4000, -1), axis=0)) > 3990


def test_bike_rentals_are_hours_with_their_calendar_and_weather() -> None:
    examples = bike_rentals.DATASET.load()
    table = examples.inputs
    assert isinstance(table, pd.DataFrame)
    assert table.shape == (8645, 9)
    assert table.iloc[8].to_dict() == {
        "month": "January", "weekday": "Saturday", "hour": 8, "working day": "no", "weather": "clear",
        "temperature": 0.24, "felt temperature": 0.2879, "humidity": 0.75, "wind": 0,
    }  # fmt: skip
    assert (examples.targets[8], examples.targets.max()) == (8, 651)


def test_diamonds_have_five_grades_from_the_worst_to_the_best() -> None:
    examples = diamond_grades.DATASET.load()
    assert isinstance(examples.inputs, pd.DataFrame)
    assert examples.inputs.shape == (6000, 9)
    assert (examples.labels[0], examples.labels[-1]) == ("Fair", "Ideal")
    assert (np.diff(np.bincount(examples.targets)) > 0).all()  # most are well cut


def test_shakespeare_is_whole_speeches() -> None:
    (text,) = texts_of(shakespeare.DATASET.load().inputs)
    assert 400_000 < len(text) < 402_000
    assert text.startswith("First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.")


def test_a_lost_sample_says_how_to_get_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", tmp_path)
    with pytest.raises(DataError, match="git checkout"):
        bike_rentals.DATASET.load()


def test_breast_cancer_is_what_scikit_learn_has() -> None:
    from sklearn.datasets import load_breast_cancer

    examples, known = breast_cancer.DATASET.load(), load_breast_cancer()
    table = examples.inputs
    assert isinstance(table, pd.DataFrame)
    assert [str(name).replace("error of ", "") for name in table] == [
        n.replace(" error", "") for n in known.feature_names
    ]
    assert (table.to_numpy() == known.data).all()
    assert [examples.labels[k] for k in examples.targets] == [known.target_names[k] for k in known.target]
