"""Objects of a JSON file in any arrangement: list, JSON Lines, nested, or columns."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

from core.data.tables.encoding import JSON_ENDS, LINE_ENDS, TextStream
from core.data.tables.json_orientations import by_row, named
from core.data.tables.json_values import BrokenJson, JsonStream
from core.data.tables.skip_report import SkipReport
from core.errors import DataError
from core.formatting import listed

_MOST_SIDE_BY_SIDE = 256 << 20  # bytes of a file that has to be read at once
_ONE_OBJECT_BYTES = 4 << 20  # of a file that may hold a single object
_DEEPEST_LIST = 5  # objects around a list of objects
_MANY_ROWS = 2_000  # a list of so many is the one that is meant: those after it are not counted
_ABOUT_COLUMNS = ("schema", "columns", "fields")  # their names and types, beside the rows
_EXAMPLE = '{"text": "...", "label": "..."}'
Shape = Literal["lines", "list", "wrapped", "columns"]


def parsed(line: str) -> Any:
    """Return the value that a line is, None if it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


class RowSource(Protocol):
    """Where the rows of a file come from."""

    def objects(self, skipped: SkipReport) -> Iterator[tuple[int, Any, int]]:
        """Yield the number, the value and the bytes read so far."""


@dataclass(frozen=True)
class JsonObjects:
    """Where the objects of a JSON file are.

    Args:
        path: The file.
        encoding: Python's name.
        shape: How they are arranged.
        keys: That lead to their list, if it is within an object.
    """

    path: Path
    encoding: str
    shape: Shape
    keys: tuple[str, ...] = ()

    def objects(self, skipped: SkipReport) -> Iterator[tuple[int, Any, int]]:
        """Yield each object's number, value and bytes read; invalid JSON is counted or refused.

        Raises:
            BrokenJson: It cannot be read on.
        """
        if self.shape == "lines":
            yield from named(self._lines(skipped), skipped)
        elif self.shape == "columns":
            size = self.path.stat().st_size
            if (rows := by_row(self._whole(skipped))) is None:
                raise BrokenJson(
                    f"{self.path.name} is JSON, but no table: neither a list of objects nor columns of one length. "
                    f"Save it with one object a line, such as {_EXAMPLE}."
                )
            for number, row in enumerate(rows, 1):
                yield number, row, size
        else:
            yield from named(self._list(skipped), skipped)

    def _list(self, skipped: SkipReport) -> Iterator[tuple[int, Any, int]]:
        text = TextStream(self.path, self.encoding, skipped, JSON_ENDS)
        stream = JsonStream(iter(text), self.path.name)
        for key in self.keys:
            _go_to(stream, key)
        for value in stream.items():
            yield stream.count, value, text.done

    def _lines(self, skipped: SkipReport) -> Iterator[tuple[int, Any, int]]:
        text = TextStream(self.path, self.encoding, skipped, LINE_ENDS)
        number = 0
        for piece in text:
            for line in piece.split("\n"):
                number += 1
                if not line or line.isspace():
                    continue
                value = parsed(line)
                if isinstance(value, (dict, str, list)):
                    yield number, value, text.done
                else:
                    skipped.add("bad-lines", number, line)
            number -= piece.endswith("\n")

    def _whole(self, skipped: SkipReport) -> Any:
        if self.path.stat().st_size > _MOST_SIDE_BY_SIDE:
            raise DataError(
                f"{self.path.name} holds its columns side by side, which can only be read up to "
                f"{_MOST_SIDE_BY_SIDE >> 20} MB. Save it with one object a line (JSON Lines) instead."
            )
        text = "".join(TextStream(self.path, self.encoding, skipped, JSON_ENDS))
        return JsonStream(iter([text]), self.path.name).value()


def _go_to(stream: JsonStream, key: str) -> None:
    """Read an object up to the list of this key."""
    stream.take("{")
    while True:
        name = stream.value()
        stream.take(":")
        if name == key:
            return
        stream.value()
        stream.take(",")


def find_shape(path: Path, encoding: str) -> tuple[Shape, dict[tuple[str, ...], int]]:
    """Return the layout of a file's objects, and their lists' lengths by keys.

    Raises:
        BrokenJson: It is no JSON.
    """
    text = TextStream(path, encoding, SkipReport(), JSON_ENDS)
    pieces = iter(text)
    start = next(pieces, "")
    lines = [line for line in start.split("\n", 3) if line.strip()]
    stream = JsonStream(iter([start, *islice(pieces, 40)]) if len(lines) < 2 else iter([start]), path.name)
    first = stream.peek()
    if first == "[":
        are_lines = len(lines) > 1 and all(isinstance(parsed(line), list) for line in lines[:2])
        return "lines" if are_lines else "list", {}
    if first == '"' or (len(lines) > 1 and isinstance(parsed(lines[0]), (dict, str))):
        return "lines", {}
    if first != "{":
        if len(lines) > 2 and isinstance(parsed(lines[1]), dict):
            return "lines", {}  # the first line is broken, the others are not
        raise stream.broken()
    if _is_one_object(path, encoding):
        return "lines", {}
    lists: dict[tuple[str, ...], int] = {}
    for keys, count in _lists_within(JsonStream(iter(TextStream(path, encoding, SkipReport(), JSON_ENDS)), path.name)):
        lists[keys] = count
        if count >= _MANY_ROWS:
            break
    return ("wrapped", lists) if lists else ("columns", {})


def _is_one_object(path: Path, encoding: str) -> bool:
    """Return whether a file is a single row: an object of plain values."""
    if path.stat().st_size > _ONE_OBJECT_BYTES:
        return False
    only = parsed("".join(TextStream(path, encoding, SkipReport(), JSON_ENDS)))
    return isinstance(only, dict) and not any(isinstance(value, (list, dict)) for value in only.values())


def choose_list(lists: Mapping[tuple[str, ...], int], wanted: str, file: str) -> tuple[str, ...]:
    """Return the keys to the list of rows: the requested one, else the longest.

    Args:
        lists: How many objects each has, by its keys.
        wanted: Its name, as in "board.cards"; empty where nobody has said.
        file: Whose it is.

    Raises:
        DataError: There is none of this name.
    """
    named_lists = {".".join(keys): keys for keys in lists}
    if wanted and wanted not in named_lists:
        raise DataError(f"{file} has no list '{wanted}' of objects. Its lists: {listed(list(named_lists), 6)}.")
    return named_lists[wanted] if wanted else max(lists, key=lambda keys: lists[keys])


def _lists_within(stream: JsonStream, depth: int = 1) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the keys and length of each list of objects within an object.

    The last one is counted up to `_MANY_ROWS` only: whatever comes after so many is not looked at.
    """
    stream.take("{")
    while stream.peek() == '"':
        key = str(stream.value())
        stream.take(":")
        if key in _ABOUT_COLUMNS:
            stream.value()
        elif stream.begins_list_of_objects():
            yield (key,), sum(1 for _ in islice(stream.items(), _MANY_ROWS))
        elif stream.peek() == "{" and depth < _DEEPEST_LIST:
            yield from (((key, *further), count) for further, count in _lists_within(stream, depth + 1))
        else:
            stream.value()
        if stream.peek() != ",":
            break
        stream.take(",")
    if depth > 1:
        stream.take("}")
