"""Names that are nearly right, and things that belong to another task."""

import pytest

from core import catalog
from core.errors import UnknownName, UserError


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    with pytest.raises(UnknownName, match=r"no model called 'smal-cnn'\. Did you mean 'small-cnn'"):
        catalog.find_model("smal-cnn")
    with pytest.raises(UnknownName, match="Did you mean 'digits'"):
        catalog.find_dataset("digit")
    with pytest.raises(UnknownName, match="Did you mean 'text-generation'"):
        catalog.find_task("text-generator")


def test_a_model_or_data_set_of_another_task_is_refused_with_those_that_fit() -> None:
    with pytest.raises(UserError, match=r"for text-generation, not for image-classification.*small-cnn"):
        catalog.find_model("mini-gpt", "image-classification")
    with pytest.raises(UserError, match=r"for image-classification, not for text-generation.*python-docs"):
        catalog.find_dataset("digits", "text-generation")
