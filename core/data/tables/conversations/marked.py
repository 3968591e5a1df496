"""Conversations in one text with turn markers: ChatML, Llama, Zephyr, "### Human:", "Human:"."""

import re
from collections.abc import Sequence

from core.data.tables.conversations.turns import ASSISTANT, SYSTEM, USER, Conversation, Turn, role_of

_WHO = "system|user|human|assistant|gpt|bot|tool|function|prompter|developer|ipython|model"
# Each finds where a turn begins, with who speaks; every one of them is linear in the length of the text.
_MARKS: Sequence[re.Pattern[str]] = (
    re.compile(rf"<\|im_start\|>[ \t]*({_WHO})\b[^\n]{{0,80}}\n", re.IGNORECASE),
    re.compile(rf"<\|start_header_id\|>({_WHO})<\|end_header_id\|>\s{{0,3}}", re.IGNORECASE),
    re.compile(rf"<start_of_turn>({_WHO})\n", re.IGNORECASE),
    re.compile(rf"^<\|({_WHO})\|>[ \t]*", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^###? ?(Human|User|Assistant|GPT|System|Instruction|Response|Input|Question|Answer) ?:", re.M | re.I),
    re.compile(r"^(Human|User|Assistant|AI|Bot|System) ?: ?", re.MULTILINE),
)
_ENDS = re.compile(
    r"<\|im_end\|>|<\|eot_id\|>|<\|end_of_text\|>|<\|begin_of_text\|>|<end_of_turn>|<bos>|<eos>|</s>|<s>|<\|endoftext\|>"
)
_INSTRUCTION = re.compile(r"\[INST\]|\[/INST\]|<<SYS>>|<</SYS>>")
_NAMED = {"input": USER, "ai": ASSISTANT}


def conversation_marked(text: str) -> Conversation | None:
    """Return a marked text's conversation; None if either side is missing."""
    if "[/INST]" in text:
        return _of_llama(text)
    for mark in _MARKS:
        begins = [*mark.finditer(text)]
        roles = [_NAMED.get(found[1].lower()) or role_of(found[1]) for found in begins]
        if len(begins) < 2 or ASSISTANT not in roles:
            continue
        ends = [found.start() for found in begins[1:]] + [len(text)]
        turns = [Turn(r, _bare(text[f.end() : end])) for r, f, end in zip(roles, begins, ends, strict=True)]
        before = _bare(text[: begins[0].start()])
        return Conversation(tuple(_joined([Turn(SYSTEM, before), *turns])))
    return None


def _bare(text: str) -> str:
    return _ENDS.sub("", text).strip()


def _of_llama(text: str) -> Conversation:
    """Return the turns of "[INST] <<SYS>> ... <</SYS>> question [/INST] answer"."""
    pieces, marks = _INSTRUCTION.split(text), _INSTRUCTION.findall(text)
    roles = {"[INST]": USER, "[/INST]": ASSISTANT, "<<SYS>>": SYSTEM, "<</SYS>>": USER}
    turns = [Turn(roles[mark], _bare(piece)) for mark, piece in zip(marks, pieces[1:], strict=True)]
    return Conversation(tuple(_joined([Turn(SYSTEM, _bare(pieces[0])), *turns])))


def _joined(turns: Sequence[Turn]) -> list[Turn]:
    """Return non-empty turns, merging consecutive turns of one side, such as instruction and input."""
    kept: list[Turn] = []
    for turn in turns:
        if not turn.text:
            continue
        if kept and kept[-1].role == turn.role:
            kept[-1] = Turn(turn.role, f"{kept[-1].text}\n{turn.text}")
        else:
            kept.append(turn)
    return kept
