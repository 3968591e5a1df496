from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.builtin import breast_cancer, customer_feedback, diabetes, digits, python_docs
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
