"""A contender is one string everywhere."""

import pytest

from core.errors import UserError
from core.specs.contender import Contender


@pytest.mark.parametrize(
    "text", ["5dp7rxva", "ab12cd34@last", "ab12cd34~original", "ab12cd34+tfidf-logistic", "llm:Qwen 3 (local)"]
)
def test_a_reference_is_written_as_it_is_read(text: str) -> None:
    assert Contender.parse(text).format() == text


def test_parts_are_told_apart() -> None:
    assert Contender.parse("AB12cd34@last") == Contender("ab12cd34", "last")
    assert Contender.parse("ab12cd34+ngrams") == Contender("ab12cd34", baseline="ngrams")
    assert Contender.parse("llm:small") == Contender(language_model="small")


def test_a_plus_sign_that_an_address_made_a_space_is_read() -> None:
    assert Contender.parse("ab12cd34 ngrams").format() == "ab12cd34+ngrams"


@pytest.mark.parametrize("text", ["", "llm:", "ab12", "ab12cd34@first", "ab12cd34+", "../../etc", "ab12cd34+A/b"])
def test_what_names_nobody_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match="names nobody to ask"):
        Contender.parse(text)
