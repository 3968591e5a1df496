import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.splits import equal_texts
from core.data.splits.duplicates import group_numbers
from core.data.splits.equal_texts import folded, labelled_text_keys


def column(*values: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.large_string())])


def groups(*labelled: tuple[str, str]) -> list[int]:
    texts, labels = zip(*labelled, strict=True)
    return [int(group) for group in group_numbers(labelled_text_keys(column(*texts), column(*labels)))[0]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It's  GREAT!!", "it s great"),
        ("很好，我喜欢！", "很好 我喜欢"),
        ("well-known", "Well known"),
        ("co\u00adoperate", "cooperate"),
        ("❤\ufe0f", "❤"),
        ("cafe\u0301", "café"),
        ("Fine :-)", "fine :)"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_case_spaces_and_quiet_punctuation_make_no_other_text(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("दिल", "दाल"),
        ("ดี", "ดา"),
        ("مُعلِّم", "معلم"),
        ("a C++ job", "a C job"),
        ("C#", "C"),
        ("grade A+", "grade A-"),
        ("grade A-", "grade A"),
        ("-5 degrees", "5 degrees"),
        ("well :)", "well :("),
        ("food 👍", "food 👎"),
        ("👍", "👎"),
        ("up 5 %", "up 5"),
        ("$5", "€5"),
        ("*****", "*"),
        ("a <3 b", "a 3 b"),
        ("naïve", "naive"),
    ],
)
def test_marks_symbols_and_emoji_are_content(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127)))
def test_plain_texts_are_folded_as_all_others_are(text: str) -> None:
    plain = equal_texts._EMOTICONS.sub(" ", text)
    words = plain.encode().translate(equal_texts._ASCII + bytes(128)).decode().split()
    assert words == equal_texts._QUIET.sub(" ", plain.casefold()).split()


def test_where_capitals_decide_texts_are_the_same_to_the_letter_only() -> None:
    pairs = [(f"{place} asked {word}", label) for place in "abcde" for word, label in (("US", "land"), ("us", "we"))]
    assert groups(*pairs, ("a asked  US", "land")) == [*range(10), 0]


def test_where_a_question_mark_decides_it_is_content() -> None:
    pairs = [(f"You {verb}{sign}", sign) for verb in ("go", "stay", "win") for sign in ".?"]
    assert groups(*pairs) == [0, 1, 2, 3, 4, 5]


def test_a_few_slips_among_many_repeats_decide_nothing() -> None:
    same = [(text, "good") for number in range(5) for text in (f"Thank you {number}", f"thank you {number}!")]
    slips = [(text, label) for name in "xyz" for text, label in ((f"Meh {name}", "good"), (f"meh {name}", "bad"))]
    assert groups(*same, *slips) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    assert groups(*slips[:4]) == [0, 0, 1, 1]  # two pairs may be slips


def test_repeats_with_several_labels_are_no_sign_that_capitals_decide() -> None:
    noisy = [(text, label) for n in "abcd" for text in (f"Ok {n}", f"ok {n}") for label in ("good", "bad")]
    assert groups(*noisy) == [number // 4 for number in range(16)]
