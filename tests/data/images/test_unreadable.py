from collections import Counter

import pytest

from core.data.images.unreadable import Cause, cause_of, in_words
from tests.data.images.drawing import png


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "empty"),
        (png()[:99], "cut"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "cut"),
        (b"\n <!DOCTYPE html><title>404</title>", "page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "pointer"),
        (b"a cat on a mat", "text"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text"),
        (b"%PDF-1.4\n\x00", "other"),
        (b"\x00\x01\x02\x03", "unknown"),
    ],
)
def test_what_a_file_is_that_is_no_picture(content: bytes, cause: Cause) -> None:
    assert cause_of(content) == cause


@pytest.mark.parametrize(
    ("causes", "sentence"),
    [
        ({"cut": 1}, "1 file could not be read as an image: it is damaged or was cut off."),
        ({"empty": 1200}, "1,200 files could not be read as images: they are empty (0 bytes)."),
        (
            {"text": 1, "cut": 2},
            "3 files could not be read as images: 2 are damaged or were cut off; 1 is a text.",
        ),
    ],
)
def test_causes_are_told_in_one_sentence(causes: dict[Cause, int], sentence: str) -> None:
    assert in_words(Counter(causes)) == sentence
