"""What a visitor asks, checked before any model sees it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import DataError
from core.specs.demo import LONGEST_TEXT, DemoInput

LONGEST_CELL = 2_000  # characters
_TEXT = "Write something first."
_ROW = "Fill in the form first."


@dataclass(frozen=True, eq=False)
class Question:
    """One question: a text, the bytes of an image, or a row by column."""

    text: str = ""
    image: bytes = b""
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        """What is kept of it where its owner keeps questions; no image."""
        return self.text or (json.dumps(dict(self.row), ensure_ascii=False) if self.row else "")


def read_question(asked: DemoInput, content_type: str, body: bytes) -> Question:
    """Return what a request asks.

    Raises:
        DataError: It is not what the page's model reads.
    """
    if asked.kind == "image":
        if "json" in content_type or not body:
            raise DataError("Choose an image first.")
        return Question(image=body)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DataError(_TEXT if asked.kind == "text" else _ROW) from error
    given = found.get("text" if asked.kind == "text" else "row") if isinstance(found, dict) else None
    if asked.kind == "text":
        return Question(text=_text(given))
    if not isinstance(given, dict):
        raise DataError(_ROW)
    return Question(row={one.name: _cell(one.name, given.get(one.name)) for one in asked.fields})


def _text(given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise DataError(_TEXT)
    if len(given) > LONGEST_TEXT:
        raise DataError(f"The text is longer than {LONGEST_TEXT:,} characters. Shorten it.")
    return given


def _cell(name: str, given: Any) -> str | float | None:
    if given is None or isinstance(given, int | float):
        return given
    if isinstance(given, str) and len(given) <= LONGEST_CELL:
        return given
    raise DataError(f"'{name}' is too long. Shorten it.")
