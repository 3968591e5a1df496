import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.documents.parts import Cutter
from core.specs import DOCUMENT_BREAK


def cut(text: str, longest: int, piece: int = 7) -> tuple[list[str], int]:
    """Return the parts of a text that comes in pieces, and at how many places it had to be divided."""
    cutter = Cutter()
    pieces = (text[start : start + piece] for start in range(0, len(text), piece))
    return list(cutter.cut(pieces, longest)), cutter.forced


@pytest.mark.parametrize(
    ("text", "parts", "forced"),
    [
        ("short", ["short"], 0),
        ("", [], 0),
        ("one one\n\ntwo two\n\nthree", ["one one", "two two", "three"], 0),
        ("a line\nanother line\nmore", ["a line", "another", "line\nmore"], 2),  # at a line's end, at a space
        ("abcdefghijklmno", ["abcdefghij", "klmno"], 1),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, parts: list[str], forced: int) -> None:
    assert cut(text, 10) == (parts, forced)


@settings(derandomize=True, deadline=None)
@given(st.text("ab \n", max_size=120), st.integers(4, 40), st.integers(1, 50))
def test_parts_joined_are_the_text_again_unless_it_had_to_be_divided(text: str, longest: int, piece: int) -> None:
    parts, forced = cut(text, longest, piece)
    assert all(len(part) <= longest for part in parts)
    if not forced:
        assert DOCUMENT_BREAK.join(parts).rstrip("\n") == text.rstrip("\n")
