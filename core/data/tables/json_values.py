"""JSON values streamed one by one, without the whole file in memory."""

import json
from collections.abc import Iterator
from typing import Any

from core.errors import DataError

_DECODER = json.JSONDecoder()
_LONGEST_VALUE = 32 << 20  # characters
_NEAR_END = 32  # characters; an error farther from the end of what was read is no lack of text
_SPACE = " \t\r\n\ufeff"


def json_text(value: Any) -> str:
    """Return a value as cell text: "" for none, a one-item list's only item."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], (list, dict, tuple)):
        return json_text(value[0])  # ["sports"]: a label in brackets
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, dict)) else str(value)


class BrokenJson(DataError):
    """A file is no JSON, or was cut off."""


class JsonStream:
    """Reads values from text that comes in pieces."""

    def __init__(self, pieces: Iterator[str], file: str) -> None:
        self._pieces, self.file = pieces, file
        self._text, self._at, self.count = "", 0, 0

    def peek(self) -> str:
        """Return the next character that is no space; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Read over one character.

        Raises:
            BrokenJson: Another one stands there.
        """
        if self.peek() != expected:
            raise self.broken()
        self._at += 1

    def begins_list_of_objects(self) -> bool:
        """Return whether the next value is a list whose first item is an object."""
        if self.peek() != "[":
            return False
        ahead = self._at + 1
        while not self._text[ahead:].strip(_SPACE):
            piece = next(self._pieces, "")
            if not piece:
                return False
            self._text += piece
        return self._text[ahead:].lstrip(_SPACE).startswith("{")

    def value(self) -> Any:
        """Read the next value.

        Raises:
            BrokenJson: There is none, or it ends in the middle.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                wants_more = error.msg.startswith("Unterminated string") or error.pos > len(self._text) - _NEAR_END
                if not wants_more or len(self._text) - self._at > _LONGEST_VALUE or not self._more():
                    raise self.broken() from error
            except RecursionError as error:
                raise BrokenJson(
                    f"{self.file} is nested too deeply to be a table: brackets within brackets, hundreds of times. "
                    'Save it as a list of objects such as {"text": "...", "label": "..."}.'
                ) from error
            except ValueError as error:  # a number of thousands of digits
                raise self.broken() from error
            else:
                # A number may go on in the next piece.
                if end == len(self._text) and not isinstance(value, (dict, list, str)) and self._more():
                    continue
                self._at = end
                return value

    def items(self) -> Iterator[Any]:
        """Yield the values of the list that begins here."""
        self.take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            value = self.value()
            self.count += 1
            yield value
            if self.peek() == "]":
                self._at += 1
                return
            self.take(",")

    def broken(self) -> BrokenJson:
        """Return the error for text that does not go on as JSON does."""
        where = f"after object {self.count:,}" if self.count else "from its beginning on"
        return BrokenJson(
            f"{self.file} is not whole JSON: it cannot be read {where}. Perhaps the file was cut off, or it is not "
            "JSON at all. Export it again, as a list of objects or with one object a line."
        )

    def _more(self) -> bool:
        """Read on; return whether there was anything."""
        piece = next(self._pieces, "")
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)
