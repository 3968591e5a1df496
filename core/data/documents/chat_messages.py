"""Messages of an exported chat (WhatsApp, Signal): "[31.12.20, 23:59:01] Anna: Happy new year"."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.data.wording import counted
from core.specs.dataset_types import Finding

_LONGEST_LINE = 4_000  # characters that an expression sees: what tells a message stands at its beginning
_MARKS = "\u200e\u200f\ufeff"  # that apps put before what they write themselves
# "12/31/20, 11:59 PM - ", "[2020-12-31, 23:59:01] ", "31.12.20, 23:59 - ", "2020/12/31 23:59 - "
_STAMP = re.compile(
    rf"[{_MARKS}]{{0,2}}\[?\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}\.?,?[ \u202f\xa0]"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u202f\xa0]?[AaPp]\.?[ \xa0]?[Mm]\.?)?(?:\] |,? [-–] )"
)
_SPEAKER = re.compile(r"([^:\n]{1,60}): ?")
_OMITTED = re.compile(r"<[^<>\n]{3,80}>")  # "<Media omitted>", in any language
_MOSTLY, _FEWEST = 0.3, 5  # of the lines must begin a message: long ones have many lines


def is_chat(lines: list[str]) -> bool:
    """Return whether lines are an exported chat's."""
    begun = [_begun(line) for line in lines if line.strip()]
    messages = [one for one in begun if one is not None]
    if len(messages) < max(_FEWEST, _MOSTLY * len(begun)) or begun[0] is None:
        return False
    spoken = sum(bool(speaker) for speaker, _ in messages)
    return spoken >= max(_FEWEST, len(messages) / 2)


@dataclass
class ChatMessages:
    """What was said in a chat, and what of it is left out.

    Args:
        empty: So many held no text: an image, a sound, a sticker.
        notices: So many lines the app wrote itself ("Anna joined").
        below: So many lines went on below one of these.
        before: So many lines stood before the first message.
    """

    empty: int = 0
    notices: int = 0
    below: int = 0
    before: int = 0

    def said(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield "Anna: text" lines, without dates.

        Args:
            lines: Of the chat, with their ends.
        """
        is_open = None  # whether the lines that follow belong to a message that is kept; None before the first
        for line in lines:
            begun = _begun(line)
            if begun is None:
                if is_open:
                    yield line
                self.before += is_open is None and bool(line.strip())
                self.below += is_open is False and bool(line.strip())
                continue
            speaker, text = begun
            is_open = bool(speaker) and _has_text(text)
            if is_open:
                yield f"{speaker}: {text}"
            else:
                self.empty += bool(speaker)
                self.notices += not speaker

    def findings(self) -> list[Finding]:
        """Return what was left out; known after all lines are read."""
        medium = "without text (an image, a sound, a sticker)"
        left = (
            (self.empty, f"message {medium}", f"messages {medium}"),
            (self.notices, "line that the app wrote itself", "lines that the app wrote itself"),
            (self.below, "line below these", "lines below these"),
            (self.before, "line before the first message", "lines before the first message"),
        )
        said = [counted(count, one, many) for count, one, many in left if count]
        if not said:
            return []
        return [
            Finding(
                code="left-out-of-chat",
                severity="note",
                count=sum(count for count, _, _ in left),
                examples=(),
                message=f"Left out of the chat: {', '.join(said)}.",
                why="Nobody wrote them, and a model would learn to.",
            )
        ]


def _has_text(text: str) -> bool:
    return bool(text.strip()) and text[:1] not in _MARKS and not _OMITTED.fullmatch(text.strip()[:_LONGEST_LINE])


def _begun(line: str) -> tuple[str, str] | None:
    """Return speaker, "" of a notice, and text of a beginning message, else None."""
    stamp = _STAMP.match(line[:_LONGEST_LINE])
    if stamp is None:
        return None
    speaker = _SPEAKER.match(line, stamp.end(), stamp.end() + 62)
    return (speaker[1].strip(_MARKS + " "), line[speaker.end() :]) if speaker else ("", line[stamp.end() :])
