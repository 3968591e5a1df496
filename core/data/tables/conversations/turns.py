"""Turns of conversations, out of the many shapes in which tools write them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from core.formatting import sentence_case

ROLES = ("role", "from", "speaker", "author", "sender", "user_type")  # keys that say who speaks
CONTENTS = ("content", "value", "text", "message", "utterance", "body", "parts")  # keys that hold what is said
WRAPPERS = ("messages", "conversations", "conversation", "turns", "dialog", "dialogue", "chat", "mapping")
SYSTEM, USER, ASSISTANT, TOOL = "System", "User", "Assistant", "Tool"
_CALLED = {
    **dict.fromkeys(("system", "developer", "context"), SYSTEM),
    **dict.fromkeys(("user", "human", "prompter", "customer", "client", "question", "instruction", "usr"), USER),
    **dict.fromkeys(("assistant", "gpt", "bot", "chatbot", "model", "ai", "agent", "chatgpt"), ASSISTANT),
    **dict.fromkeys(("answer", "response", "claude", "bing", "bard"), ASSISTANT),
    **dict.fromkeys(("tool", "function", "observation", "function_response", "tool_response", "ipython"), TOOL),
}
_LONGEST_ROLE = 40  # characters; what is longer names no speaker
_MOST_LINKS = 10_000  # messages of one exported chat


@dataclass(frozen=True)
class Turn:
    """What one side says."""

    role: str  # "System", "User", "Assistant", "Tool", or a speaker's own name
    text: str


@dataclass(frozen=True)
class Conversation:
    """What was said, in order, and what of it is no text."""

    turns: tuple[Turn, ...]
    tool_calls: int = 0
    attachments: int = 0  # images, sounds, files


def role_of(written: str) -> str:
    """Return who speaks, by one name whatever tool wrote it."""
    plain = " ".join(written.replace("_", " ").split())
    return _CALLED.get(plain.lower().replace(" ", "_"), sentence_case(plain))


def conversation_in(cell: str) -> Conversation | None:
    """Return the conversation that a cell holds as JSON, None if it holds none."""
    if cell[:1] not in "[{" and cell.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        return conversation_of(json.loads(cell))
    except (ValueError, RecursionError):
        return None


def conversation_of(value: Any) -> Conversation | None:
    """Return the conversation that a value of JSON is, None if it is none.

    Known are lists of objects with a role and a content under any of their usual names, lists of pairs of question and
    answer, any of these under "messages" and the like, and the tree of messages that ChatGPT exports.
    """
    if isinstance(value, Mapping):
        return _wrapped(value)
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(item, Mapping) for item in value):
        return _of_objects(value)
    if all(_is_pair(item) for item in value):
        said = ((USER, pair[0]) if n == 0 else (ASSISTANT, pair[1]) for pair in value for n in (0, 1))
        return Conversation(tuple(Turn(role, part.strip()) for role, part in said if part))
    return None


def _is_pair(item: Any) -> bool:
    """Return whether an item is a question and answer, either possibly missing."""
    return isinstance(item, list) and len(item) == 2 and all(part is None or isinstance(part, str) for part in item)


def _wrapped(value: Mapping[str, Any]) -> Conversation | None:
    mapping = value.get("mapping")
    if isinstance(mapping, Mapping):
        return _of_objects([*_along(mapping, value.get("current_node"))])
    inner = next((value[key] for key in WRAPPERS if isinstance(value.get(key), list)), None)
    found = conversation_of(inner) if inner is not None else None
    system = value.get("system") or value.get("system_prompt")
    if found is None or not isinstance(system, str) or any(turn.role == SYSTEM for turn in found.turns):
        return found
    return Conversation((Turn(SYSTEM, system.strip()), *found.turns), found.tool_calls, found.attachments)


def _along(mapping: Mapping[str, Any], last: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a tree's messages, from its root to the shown branch's last message."""
    if last not in mapping:
        last = next((key for key in reversed([*mapping]) if not (mapping[key] or {}).get("children")), None)
    found: list[Mapping[str, Any]] = []
    while isinstance(last, str) and isinstance(mapping.get(last), Mapping) and len(found) < _MOST_LINKS:
        message = mapping[last].get("message")
        author = message.get("author") if isinstance(message, Mapping) else None
        if isinstance(message, Mapping) and isinstance(author, Mapping):
            content = message.get("content")
            parts = content.get("parts") if isinstance(content, Mapping) else content
            found.append({"role": author.get("role"), "content": parts})
        last = mapping[last].get("parent")
    yield from reversed(found)


def _of_objects(items: Sequence[Mapping[str, Any]]) -> Conversation | None:
    turns, calls, attachments = [], 0, 0
    for item in items:
        role = next((item[key] for key in ROLES if isinstance(item.get(key), str)), None)
        held = next((key for key in CONTENTS if key in item), None)
        if role is None or not role.strip() or len(role) > _LONGEST_ROLE or (held is None and not _calls(item)):
            return None
        text, others = _content(item.get(held) if held else None)
        called = _calls(item)
        attachments, calls = attachments + others, calls + len(called)
        said = "\n".join(filter(None, (text, *called)))
        if said:
            turns.append(Turn(role_of(role), said))
    return Conversation(tuple(turns), calls, attachments) if turns else None


def _content(value: Any) -> tuple[str, int]:
    """Return a turn's text, and how many parts are none, such as images."""
    if isinstance(value, str):
        return value.strip(), 0
    if isinstance(value, Mapping):
        return _content(next((value[key] for key in ("text", "content", "value", "parts") if key in value), None))
    if not isinstance(value, list):
        return ("" if value is None else str(value)), 0
    texts, others = [], 0
    for part in value:
        is_text = isinstance(part, str) or (isinstance(part, Mapping) and part.get("type", "text") in _TEXT_TYPES)
        text = _content(part)[0] if is_text else ""
        if text:
            texts.append(text)
        elif not is_text:
            others += 1
            kind = part.get("type", "file") if isinstance(part, Mapping) else "file"
            texts.append(f"[{str(kind).removesuffix('_url').replace('_', ' ')[:_LONGEST_ROLE]}]")
    return "\n".join(texts), others


_TEXT_TYPES = ("text", "input_text", "output_text")


def _calls(item: Mapping[str, Any]) -> list[str]:
    """Return the calls of tools within a turn, in words: [get_weather: city = Paris]."""
    calls = item.get("tool_calls") or ([item["function_call"]] if item.get("function_call") else [])
    return [_call(call) for call in calls if isinstance(call, Mapping)] if isinstance(calls, list) else []


def _call(call: Mapping[str, Any]) -> str:
    inner = call.get("function")
    function = inner if isinstance(inner, Mapping) else call
    given = function.get("arguments") or function.get("parameters") or ""
    if isinstance(given, str):
        with suppress(ValueError, RecursionError):
            given = json.loads(given)
    said = ", ".join(f"{key} = {value}" for key, value in given.items()) if isinstance(given, Mapping) else str(given)
    name = str(function.get("name") or "a tool")
    return f"[{name}: {said}]" if said else f"[{name}]"
