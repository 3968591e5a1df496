"""Objects with rows in lists within lists, such as SQuAD's questions in paragraphs.

The paragraphs are in articles.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import DataError

LEAST_SHARE = 0.5  # of the objects, for a key to hold such lists
_SPEAKERS = frozenset({"role", "from", "author", "speaker"})  # of a conversation, whose turns may have parts
_LEAST_PLAIN = 2  # columns beside, for a table that can be used without what lies deeper
_SHOWN = 4


def refuse_nested(objects: Sequence[Any], name: str) -> None:
    """Refuse objects whose content is mostly in nested lists, whose items should be rows.

    Raises:
        DataError: They are so; the message names the way down, and what to write instead.
    """
    rows = [value for value in objects if isinstance(value, Mapping)]
    deep: Counter[tuple[str, str]] = Counter()
    plain: set[str] = set()
    for row in rows:
        for key, value in row.items():
            inner = _list_within(value)
            if inner:
                deep[(str(key), inner)] += 1
            elif not isinstance(value, Mapping | list):
                plain.add(str(key))
    if not deep or len(plain) >= _LEAST_PLAIN:
        return
    (outer, inner), count = deep.most_common(1)[0]
    if count < LEAST_SHARE * len(rows):
        return
    fields = _fields(rows, outer, inner)
    raise DataError(
        f"{name} is nested: each of its objects holds a list '{outer}', and each item of that a list '{inner}' "
        f"({', '.join(fields)}), as SQuAD keeps questions within passages within articles. Touchstone reads one object "
        f"a row. Write one object for each item of '{inner}', with what stands above it beside it, such as "
        '{"question": "...", "context": "...", "answer": "..."}, and import that file.'
    )


def _list_within(value: Any) -> str:
    """Return the name of an object list nested in an object list, else ""."""
    if not _is_objects(value):
        return ""
    for item in value:
        if _SPEAKERS & set(item):
            return ""
        for key, inner in item.items():
            if _is_objects(inner):
                return str(key)
    return ""


def _fields(rows: Sequence[Mapping[str, Any]], outer: str, inner: str) -> list[str]:
    for row in rows:
        for item in row.get(outer) or ():
            for found in item.get(inner) or () if isinstance(item, Mapping) else ():
                return [str(key) for key in found][:_SHOWN]
    return []


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)
