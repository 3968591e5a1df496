import pytest

from core.data.documents.cleaning import Cleaner


@pytest.mark.parametrize(
    ("pieces", "cleaned", "removed"),
    [
        (["one\r\ntwo\rthree\n"], "one\ntwo\nthree\n", 0),
        (["one\r", "\ntwo\r"], "one\ntwo\n", 0),  # a line end across two pieces, and one at the end of all
        (["page\fpage\u2028line\x85line"], "page\npage\nline\nline", 0),
        (["nul\0bell\x07\tkept"], "nulbell\tkept", 2),
        (["\ufeffmarked", "\ufeff"], "marked", 0),
        (["half \ud800 a pair"], "half  a pair", 1),
        (["日本語 émoji 🙂"], "日本語 émoji 🙂", 0),
    ],
)
def test_a_text_is_freed_of_what_nobody_sees(pieces: list[str], cleaned: str, removed: int) -> None:
    cleaner = Cleaner()
    assert "".join(cleaner.clean(pieces)) == cleaned
    assert cleaner.removed == removed
