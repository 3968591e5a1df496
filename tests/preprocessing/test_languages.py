import pytest

from core.preprocessing.languages import Writing, describe, script_of, writings_of


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["朋友介绍的，价格太贵", "很好", "差评"], [("zh", "Han")]),
        (["とても良い", "最悪", "東京"], [("ja", "Japanese")]),  # Han beside kana is Japanese
        (["좋아요", "별로"], [("ko", "Hangul")]),
        (["อาหารอร่อยมาก"], [("th", "Thai")]),
        (["भोजन अच्छा है", "बहुत बुरा"], [("hi", "Devanagari")]),
        (["сервис ужасный, больше не приду", "хорошо"], [("ru", "Cyrillic")]),
        (["sehr gut", "nie wieder", "zu teuer", "toll", "langsam", "gerne wieder"], [("de", "Latin")]),
        (["I love it", "never again", "so so", "too expensive for me"], [("en", "Latin")]),
        (["THIS IS A VERY BAD PHONE"], [("en", "Latin")]),
        (["👍", "👎👎", "12"], [("", "")]),
        (["", "  "], []),
        ([], []),
    ],
)
def test_script_and_language_are_found(texts: list[str], found: list[tuple[str, str]]) -> None:
    assert [(one.language, one.script) for one in writings_of(texts)] == found


def test_texts_in_several_languages_are_said_to_be() -> None:
    english, german = "The food was very good and quite cheap", "Das Essen war leider kalt und viel zu teuer"
    found = writings_of([english] * 3 + [german])
    assert found == (Writing("en", "Latin", 0.75), Writing("de", "Latin", 0.25))
    assert describe(found) == "English (75 % of the texts), German (25 %)"


def test_a_stray_text_is_no_language_of_a_data_set() -> None:
    texts = ["The food was very good and quite cheap"] * 99 + ["很好吃"]
    assert [one.language for one in writings_of(texts)] == ["en"]


def test_the_script_of_most_letters_counts() -> None:
    assert (script_of("iPhone 很好用又很便宜"), script_of("ok 好"), script_of("42 :)")) == ("Han", "Latin", "")
