"""A table's conversation columns, or its columns of questions and answers."""

import re
from collections.abc import Callable, Sequence

from core.data.tables.columns import ColumnProfile
from core.data.tables.conversations.marked import conversation_marked
from core.data.tables.conversations.template import written
from core.data.tables.conversations.turns import ASSISTANT, SYSTEM, USER, Conversation, Turn, conversation_in
from core.data.tables.derived import Cells, Derived
from core.data.tables.skip_report import SkipReport
from core.data.tables.table_profile import TableProfile

_SYSTEMS = ("system", "system_prompt", "system_message")
_HISTORIES = ("history", "chat_history")
_PROMPTS = ("instruction", "prompt", "question", "query", "user", "human", "request", "problem", "input")
_CONTEXTS = ("input", "context", "passage", "contexts")
_ANSWERS = (
    "output", "chosen", "response", "answer", "completion", "assistant", "reply", "solution", "gpt", "bot", "answers",
    "best_answer", "model_response", "assistant_response", "ai_response", "bot_response",
)  # fmt: skip
_REJECTED = ("rejected", "rejected_response", "rejected_output")
_NOTHING = ("", "[]", "{}", "null", "None", "nan", "<nooutput>", "<noinput>")  # in a cell that says nothing
_MOSTLY = 0.9  # of the cells must be conversations
_LOOKED_AT = 200  # cells


def find_conversations(seen: TableProfile) -> Derived | None:
    """Return a table's conversation column as text; None if it has none."""
    by_name = {_plain(profile.name): profile for profile in reversed(seen.profiles) if profile.kind != "empty"}
    if found := _asked_and_answered(by_name):
        return found
    for profile in seen.profiles:
        if read := _reader_of(profile):
            shape = "JSON, each turn with its role" if read is conversation_in else "one text with marks between turns"
            said = f"'{profile.name}' holds conversations ({shape}). {_written()}"
            return _derived(profile.name, (profile.name,), [read], said)
    return None


def _written() -> str:
    return 'They are read as text, turn after turn, with who speaks in front: "User: ...", "Assistant: ...".'


def _plain(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().lower()).rpartition(".")[2]


def _reader_of(profile: ColumnProfile) -> Callable[[str], Conversation | None] | None:
    """Return what reads a column's cells as conversations, None if they are none."""
    cells = list(profile.counts)[:_LOOKED_AT]
    if not cells or profile.style is not None or profile.average_length < 8:
        return None
    for read in (conversation_in, conversation_marked):
        if sum(read(cell) is not None for cell in cells) >= _MOSTLY * len(cells):
            return read
    return None


def _asked_and_answered(by_name: dict[str, ColumnProfile]) -> Derived | None:
    """Return an instruction dataset's columns: instruction, input and answer."""

    def first(names: Sequence[str], *taken: ColumnProfile | None) -> ColumnProfile | None:
        return next((by_name[name] for name in names if name in by_name and by_name[name] not in taken), None)

    prompt = first(_PROMPTS)
    answer = first(_ANSWERS, prompt)
    if answer is None or not _is_answer(answer):
        return None
    if prompt is None and not (first(_REJECTED) and _reader_of(answer)):
        return None
    if prompt is not None and not _is_question(prompt):
        return None
    context, system, history = first(_CONTEXTS, prompt, answer), first(_SYSTEMS), first(_HISTORIES)
    parts = [(system, SYSTEM), (history, USER), (prompt, USER), (context, USER), (answer, ASSISTANT)]
    used = [(profile, role) for profile, role in parts if profile is not None]
    read = tuple(profile.name for profile, _ in used)
    name = " + ".join(read)
    columns = ", ".join(f"'{column}'" for column in read)
    said = f"Questions with their answers, read together as turns: {columns}. {_written()}"
    if rejected := first(_REJECTED):
        said += f" '{rejected.name}' holds answers that were not preferred: they are not used."
    others = [profile.name for name, profile in by_name.items() if name in _RANKINGS]
    if others:
        said += f" {', '.join(repr(other) for other in others)}: how good an answer is judged to be is not used."
    return _derived(name, read, [_part(role) for _, role in used], said)


_RANKINGS = ("rank", "ranking", "score_chosen", "score_rejected", "helpfulness", "preference")


def _is_question(profile: ColumnProfile) -> bool:
    return profile.kind == "text" or (profile.style is None and profile.average_words >= 2)


def _is_answer(profile: ColumnProfile) -> bool:
    """Return whether a column holds answers, not a few categories, which would be labels."""
    variety = profile.distinct / max(1, profile.counts.total())
    return profile.kind == "text" or (profile.style is None and profile.distinct > 2 and variety > 0.5)


def _part(role: str) -> Callable[[str], Conversation | None]:
    """Return the parser of a question or answer column; usually it is one turn."""

    def read(cell: str) -> Conversation | None:
        if cell.strip() in _NOTHING:
            return None
        found = conversation_in(cell) or (conversation_marked(cell) if "ssistant" in cell else None)
        return found or Conversation((Turn(role, cell.strip()),))

    return read


def _derived(
    name: str, sources: tuple[str, ...], readers: Sequence[Callable[[str], Conversation | None]], said: str
) -> Derived:
    def make(cells: Cells, lines: Sequence[int], skipped: SkipReport) -> list[str]:
        made = []
        for line, row in zip(lines, zip(*cells, strict=True), strict=True):
            found = _together([read(cell) for read, cell in zip(readers, row, strict=True)])
            if found.tool_calls:
                skipped.add("tool-calls", line)
            if found.attachments:
                skipped.add("attachments", line)
            made.append(written(found.turns))
        return made

    return Derived(name, sources, make, "text", said)


def _together(parts: Sequence[Conversation | None]) -> Conversation:
    """Return one conversation from its parts, without repeating a common beginning."""
    turns: list[Turn] = []
    for part in parts:
        if part is None:
            continue
        new = part.turns[len(turns) :] if part.turns[: len(turns)] == tuple(turns) else part.turns
        for turn in new:
            if turns and turns[-1].role == turn.role == USER:
                turns[-1] = Turn(USER, f"{turns[-1].text}\n{turn.text}")
            else:
                turns.append(turn)
    there = [part for part in parts if part is not None]
    return Conversation(tuple(turns), sum(p.tool_calls for p in there), sum(p.attachments for p in there))
