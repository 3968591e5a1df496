"""The language of filters: what is read, and what is said where nothing can be understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.services.run_search.query_parser import All, Any, Comparison, FilterError, Not, Word, read_filter


def test_an_empty_filter_asks_nothing() -> None:
    assert read_filter("   ") == All(())


def test_words_beside_each_other_must_both_fit() -> None:
    assert read_filter("digits first") == All((Word("digits", 0), Word("first", 7)))


def test_and_binds_closer_than_or() -> None:
    assert read_filter("a or b and c") == Any((Word("a", 0), All((Word("b", 5), Word("c", 11)))))


def test_parentheses_and_not() -> None:
    assert read_filter("not (a OR b)") == Not(Any((Word("a", 5), Word("b", 10))))
    assert read_filter("!a") == Not(Word("a", 1))


def test_a_comparison_keeps_its_value_as_it_was_written() -> None:
    assert read_filter("accuracy>0.9") == Comparison("accuracy", ">", "0.9", 0, 9)
    assert read_filter("learning_rate <= 1e-3") == Comparison("learning_rate", "<=", "1e-3", 0, 17)


def test_quotes_keep_words_together_also_the_curly_ones_of_a_phone() -> None:
    assert read_filter('name ~ "first try"') == Comparison("name", "~", "first try", 0, 7)
    assert read_filter("name ~ “first try”") == Comparison("name", "~", "first try", 0, 7)
    assert read_filter("'and'") == Word("and", 0, quoted=True)


def test_a_quote_that_is_still_being_written_goes_to_the_end() -> None:
    assert read_filter('name ~ "first t') == Comparison("name", "~", "first t", 0, 7)


def test_an_apostrophe_inside_a_word_is_no_quote() -> None:
    assert read_filter("don't stop") == All((Word("don't", 0), Word("stop", 6)))


def test_a_unit_may_stand_apart_from_its_number() -> None:
    assert read_filter("time > 5 min") == Comparison("time", ">", "5min", 0, 7)
    assert read_filter("accuracy > 90 %") == Comparison("accuracy", ">", "90%", 0, 11)
    assert read_filter("name = first min") == All((Comparison("name", "=", "first", 0, 7), Word("min", 13)))


def test_signs_of_other_languages_are_understood() -> None:
    assert read_filter("a == 1 && b ≤ 2") == All((Comparison("a", "=", "1", 0, 5), Comparison("b", "<=", "2", 10, 14)))


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("accuracy >", "After '>' comes a value, as in: accuracy > 0.9 (At character 11.)", 10),
        ("name ~ or", "After '~' comes a value, as in: name ~ text (At character 8.)", 7),
        ("> 3", "Before '>' comes the name of what is compared, as in: accuracy > 0.9 (At character 1.)", 0),
        ("(a or b", "This '(' is not closed. Write ')' where it ends. (At character 1.)", 0),
        ("a)", "This ')' closes nothing. Take it away, or write '(' before it. (At character 2.)", 1),
        ("()", "There is nothing between the parentheses before this ')'. (At character 2.)", 1),
        ("a and", "The filter ends too early: something must follow. (At character 6.)", 5),
        ("a and or b", "Something must stand before 'or'. To search for the word itself, write it in quotes. "
         "(At character 7.)", 6),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_words_with_its_place(text: str, message: str, place: int) -> None:
    with pytest.raises(FilterError) as error:
        read_filter(text)
    assert str(error.value) == message
    assert error.value.place == place


def test_a_filter_is_bounded() -> None:
    with pytest.raises(FilterError, match="501 characters; at most 500"):
        read_filter("a" * 501)
    with pytest.raises(FilterError, match="25 deep at most"):
        read_filter("(" * 200)
    with pytest.raises(FilterError, match="25 deep at most"):
        read_filter("not " * 100 + "a")


@given(st.text(alphabet=st.one_of(st.sampled_from(list("()!=<>~\"'“” andort%,.1e-")), st.characters()), max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        read_filter(text)
    except FilterError as error:
        assert str(error).endswith(f"(At character {error.place + 1}.)")  # noqa: PT017
