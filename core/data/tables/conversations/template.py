"""The plain template for conversations, written for a model and parsed for display."""

import re
from collections.abc import Iterable

from core.data.tables.conversations.turns import ASSISTANT, SYSTEM, TOOL, USER, Turn

TEMPLATE = 'Each turn begins on a line of its own with who speaks: "User: ...", "Assistant: ..."'
_KNOWN = (SYSTEM, USER, ASSISTANT, TOOL)
_TURN = re.compile(rf"^({'|'.join(_KNOWN)}): ?", re.MULTILINE)


def written(turns: Iterable[Turn]) -> str:
    r"""Return a conversation as text.

    >>> written([Turn("User", "Is it open?"), Turn("Assistant", "Yes.")])
    'User: Is it open?\nAssistant: Yes.'
    """
    # A line within a turn that reads as the beginning of another one is moved by one space: turns stay what they were.
    return "\n".join(f"{turn.role}: {_TURN.sub(_moved, turn.text)}" for turn in turns)


def _moved(found: re.Match[str]) -> str:
    return f" {found[0]}"


def turns_in(text: str) -> tuple[Turn, ...]:
    """Return a written conversation's turns; text before the first has no speaker."""
    begins = [*_TURN.finditer(text)]
    if not begins:
        return ()
    ends = [found.start() for found in begins[1:]] + [len(text)]
    before = text[: begins[0].start()].strip()
    turns = [Turn(found[1], text[found.end() : end].strip()) for found, end in zip(begins, ends, strict=True)]
    return (Turn("", before), *turns) if before else tuple(turns)


def is_answered(text: str) -> bool:
    """Return whether a written conversation has assistant text.

    Conversations between named speakers always count.
    """
    turns = turns_in(text)
    return not turns or any(turn.role == ASSISTANT and turn.text for turn in turns)
