"""JSON objects of annotation tools (Label Studio, doccano, Prodigy) as text and label rows."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.data.tables.json_objects import RowSource
from core.data.tables.skip_report import SkipReport

_MOSTLY = 0.9  # of the first objects must be of a tool
Row = dict[str, Any]


@dataclass(frozen=True)
class Tool:
    """A tool for annotation.

    Args:
        name: As people know it.
        fits: Whether an object is one of its own.
        row: The object as a row.
        said: What is done, in whole sentences.
    """

    name: str
    fits: Callable[[Mapping[str, Any]], bool]
    row: Callable[[Mapping[str, Any]], Row]
    said: str


def tool_of(objects: Sequence[Any]) -> Tool | None:
    """Return the tool that wrote these objects; None if it is unknown."""
    for tool in TOOLS:
        if objects and sum(isinstance(o, Mapping) and tool.fits(o) for o in objects) >= _MOSTLY * len(objects):
            return tool
    return None


def spans_in(objects: Sequence[Any]) -> str:
    """Return a sentence if objects mark parts of texts, "" if they do not."""
    marked = {key for o in objects if isinstance(o, Mapping) for key, value in o.items() if _are_spans(value)}
    if not marked:
        return ""
    names = ", ".join(f"'{name}'" for name in sorted(marked))
    return (
        f"{names} marks parts of the texts (spans). Learnt here is one label for each whole text, so the marks are not "
        "used."
    )


@dataclass(frozen=True)
class RowsOfTool:
    """The objects of a file as rows, without what marks parts of a text.

    Args:
        source: The objects as they are.
        tool: That wrote them; None for one that is not known.
    """

    source: RowSource
    tool: Tool | None

    def objects(self, skipped: SkipReport) -> Iterator[tuple[int, Any, int]]:
        """Yield the number, the row and the bytes read so far."""
        for number, value, done in self.source.objects(skipped):
            row = value
            if isinstance(value, dict):
                row = without_spans(self.tool.row(value) if self.tool and self.tool.fits(value) else value)
            yield number, row, done


def without_spans(row: Row) -> Row:
    """Return a row without what marks parts of its text."""
    return {key: value for key, value in row.items() if not _are_spans(value)}


def _are_spans(value: Any) -> bool:
    """Return whether a value lists [begin, end, label] items, or objects with both ends."""
    if not isinstance(value, list) or not value:
        return False
    return all(
        (isinstance(item, list) and len(item) >= 2 and _is_place(item[0]) and _is_place(item[1]))
        or (isinstance(item, Mapping) and _is_place(_first(item, _BEGINS)) and _is_place(_first(item, _ENDS)))
        for item in value
    )


_BEGINS, _ENDS = ("start", "start_offset", "begin"), ("end", "end_offset")


def _first(item: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((item[key] for key in keys if key in item), None)


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_label_studio(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("data"), Mapping) and isinstance(_annotations(item), list)


def _annotations(item: Mapping[str, Any]) -> Any:
    return item.get("annotations", item.get("completions"))


def _of_label_studio(item: Mapping[str, Any]) -> Row:
    """Return a task's data with the choices of its first annotation not cancelled."""
    row: Row = dict(item["data"])
    done = [a for a in _annotations(item) or [] if isinstance(a, Mapping) and not a.get("was_cancelled")]
    results = done[0].get("result") if done else None
    for result in results if isinstance(results, list) else []:
        value = result.get("value") if isinstance(result, Mapping) else None
        if not isinstance(value, Mapping):
            continue
        name = str(result.get("from_name") or "label")
        chosen = next((value[key] for key in ("choices", "taxonomy", "rating", "number", "text") if key in value), None)
        if chosen is not None and "start" not in value:
            row[name if name not in item["data"] else f"{name} (label)"] = _flat(chosen)
    return row


def _flat(chosen: Any) -> Any:
    """Return choices without nested lists, in which a taxonomy writes its paths."""
    if isinstance(chosen, list):
        return [" / ".join(map(str, part)) if isinstance(part, list) else part for part in chosen]
    return chosen


def _is_prodigy(item: Mapping[str, Any]) -> bool:
    return item.get("answer") in ("accept", "reject", "ignore") and isinstance(item.get("text"), str)


def _of_prodigy(item: Mapping[str, Any]) -> Row:
    """Return an answered question: its accepted label, or that it is not that one."""
    row = {key: value for key, value in item.items() if key in ("text", "meta")}
    label = item.get("accept") if isinstance(item.get("accept"), list) else item.get("label")
    if item["answer"] == "reject" and isinstance(label, str):
        label = f"not {label}"
    return {**row, "label": label if item["answer"] != "ignore" else None}


def _is_chat_export(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("mapping"), Mapping) and "current_node" in item


def _of_chat_export(item: Mapping[str, Any]) -> Row:
    """Return a chat with its tree of messages in one cell."""
    about = {key: item[key] for key in ("title", "create_time") if key in item}
    tree = {key: item[key] for key in ("mapping", "current_node")}
    return {**about, "conversation": json.dumps(tree, ensure_ascii=False)}


TOOLS = (
    Tool(
        "ChatGPT",
        _is_chat_export,
        _of_chat_export,
        "An export of ChatGPT: of each chat the branch that was shown last is read.",
    ),
    Tool(
        "Label Studio",
        _is_label_studio,
        _of_label_studio,
        "An export of Label Studio: each task is a row, with what was chosen in its first annotation that was not "
        "cancelled. Marked spans, boxes and rankings are not used: one label for each whole text is learnt here.",
    ),
    Tool(
        "Prodigy",
        _is_prodigy,
        _of_prodigy,
        "An export of Prodigy: a label that was rejected becomes 'not LABEL', and ignored examples have no label.",
    ),
)
