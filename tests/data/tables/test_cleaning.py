"""Texts lose what web pages and faulty exports left in them, and nothing else."""

from pathlib import Path

import pytest

from core.data.tables.cleaning import clean_text, looks_like_formula
from tests.data.tables.taken import take, write_csv


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Great film.<br /><br />See it.", "Great film.\n\nSee it."),
        ("<p>One</p><p>two</p>", "\nOne\n\ntwo\n"),
        ("Tom &amp; Jerry &lt;3 &#39;ok&#39; &nbsp;", "Tom & Jerry <3 'ok' \u00a0"),
        ("<b>bold</b> and <a href='x'>a link</a>", "bold and a link"),
        ("<script>alert(1)</script>fine", "fine"),
        ("one<!-- hidden -->two", "onetwo"),
        ("cafÃ© dÃ©jÃ  vu", "café déjà vu"),
        ("itâ€™s fine", "it’s fine"),
        ("bell\x07 and zero\u200bwidth", "bell and zerowidth"),
        ("windows\r\nline", "windows\nline"),
        ("a < b and b > c", "a < b and b > c"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("if x<y then", "if x<y then"),
        ("I <3 you <always>", "I <3 you <always>"),
        ("family 👨‍👩‍👧 and naïve São", "family 👨‍👩‍👧 and naïve São"),
        ("こんにちは、世界", "こんにちは、世界"),
    ],
)
def test_remains_are_taken_out_and_texts_are_left_alone(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_what_was_cleaned_is_counted_and_can_be_switched_off(tmp_path: Path) -> None:
    rows = [("fine<br />really", "good"), ("  awful  ", "bad"), ("so &amp; so", "bad")]
    file = write_csv(tmp_path / "reviews.csv", ("text", "label"), *rows)
    taken = take(file)
    assert taken.texts == ["fine\nreally", "awful", "so & so"]
    assert taken.findings["cleaned-text"].message == (
        "2 texts of reviews.csv were cleaned: HTML such as <br /> or &amp;, broken accents or control characters."
    )
    again = write_csv(tmp_path / "again.csv", ("text", "label"), *rows)
    assert take(again, clean_text=False).texts == [text for text, _ in rows]


def test_a_text_of_nothing_but_tags_is_an_empty_one(tmp_path: Path) -> None:
    rows = [("<br />", "good"), ("fine", "good"), ("awful", "bad")]
    taken = take(write_csv(tmp_path / "reviews.csv", ("text", "label"), *rows))
    assert taken.texts == ["fine", "awful"]
    assert taken.findings["empty-rows"].count == 1


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ('=HYPERLINK("http://x")', True),
        ("=cmd|' /C calc'!A0", True),
        ("@SUM(1,2)", True),
        ("+A1+B2", True),
        ("-5 degrees", False),
        ("@maria thanks!", False),
        ("=) so happy", False),
        ("+1 for this", False),
    ],
)
def test_formulas_are_told_from_smileys_and_handles(text: str, is_one: bool) -> None:
    assert looks_like_formula(text) is is_one


def test_formulas_are_kept_as_text_and_counted(tmp_path: Path) -> None:
    rows = [('=HYPERLINK("http://x")', "good"), ("fine", "good"), ("awful", "bad")]
    taken = take(write_csv(tmp_path / "reviews.csv", ("text", "label"), *rows))
    assert taken.texts[0] == '=HYPERLINK("http://x")'
    assert taken.findings["formulas"].message == (
        "One cell of reviews.csv looks like a spreadsheet formula; it is kept as plain text (line 2)."
    )
