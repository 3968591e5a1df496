import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.preprocessing import segmentation
from core.preprocessing.segmentation import spaceless_share, tokens_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("It's C++, not C#.", ["It's", "C++", ",", "not", "C#", "."]),
        ("I’d say 1+1=2", ["I'd", "say", "1", "+", "1", "=", "2"]),
        ("दिल दाल", ["दिल", "दाल"]),  # vowel signs belong to their letters
        ("很好吃!", ["很", "好", "吃", "!"]),
        ("ของดี", ["ข", "อ", "ง", "ดี"]),
        ("コーヒー店", ["コ", "ー", "ヒ", "ー", "店"]),
        ("ຂອງ សៀវ", ["ຂ", "ອ", "ງ", "សៀ", "វ"]),
        ("한국어는 좋다", ["한국어는", "좋다"]),  # Korean has spaces
        ("👍🏽 👨‍👩‍👧 🇩🇪🇫🇷 ❤️", ["👍🏽", "👨‍👩‍👧", "🇩🇪", "🇫🇷", "❤️"]),
        ("great:) :-( <3 :D key:D 1:3", ["great", ":)", ":-(", "<3", ":D", "key", ":", "D", "1", ":", "3"]),
        (
            "see http://a.b (note:(this)",
            ["see", "http", ":", "/", "/", "a", ".", "b", "(", "note", ":", "(", "this", ")"],
        ),
        ("cafe\u0301", ["café"]),
        ("a\u200bb\u00ad", ["a", "b"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_words_and_signs(text: str, tokens: list[str]) -> None:
    assert tokens_of(text) == tokens


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127)))
def test_plain_texts_are_cut_as_all_others_are(text: str) -> None:
    assert tokens_of(text) == segmentation._TOKEN.findall(text)


@settings(deadline=None)
@given(st.text("aZ 9é好ดी👍:)('+#-_<3"))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    assert "".join(tokens_of(text)) == re.sub(r"\s", "", text)


def test_how_much_of_a_text_is_written_without_spaces_is_known() -> None:
    assert spaceless_share(["很好", "ok"]) == 0.5
    assert spaceless_share(["ดี", "ありがとう"]) == 1.0
    assert spaceless_share(["naïve", "दिल", "👍", ""]) == 0.0
    assert spaceless_share([]) == 0.0
