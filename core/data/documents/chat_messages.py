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
    written = [line[:_LONGEST_LINE] for line in lines if line.strip()]
    begins = [match.end() for line in written if (match := _STAMP.match(line))]
    if len(begins) < max(_FEWEST, _MOSTLY * len(written)) or not _STAMP.match(written[0]):
        return False
    spoken = sum(_spoken(line) is not None for line in written)
    return spoken >= max(_FEWEST, len(begins) / 2)


@dataclass
class ChatMessages:
    """What was said in a chat, and what of it is left out.

    Args:
        messages: So many with a speaker and a text.
        empty: So many held no text: an image, a sound, a sticker.
        notices: So many lines the app wrote itself ("Anna joined").
        before: So many lines stood before the first message.
    """

    messages: int = 0
    empty: int = 0
    notices: int = 0
    before: int = 0

    def said(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield "Anna: text" lines, without dates.

        Args:
            lines: Of the chat, with their ends.
        """
        is_open = None  # whether the lines that follow belong to a message that is kept; None before the first
        for line in lines:
            if _STAMP.match(line[:_LONGEST_LINE]) is None:
                if is_open:
                    yield line
                self.before += is_open is None and bool(line.strip())
                continue
            found = _spoken(line)
            is_open = found is not None and self._has_text(*found)
            if found is None:
                self.notices += 1
            elif is_open:
                self.messages += 1
                yield f"{found[0]}: {found[1]}"
            else:
                self.empty += 1

    @staticmethod
    def _has_text(speaker: str, text: str) -> bool:
        return bool(text.strip()) and text[:1] not in _MARKS and not _OMITTED.fullmatch(text.strip()[:_LONGEST_LINE])

    def findings(self) -> list[Finding]:
        """Return what was left out; known after all lines are read."""
        left = {
            "message without text (an image, a sound, a sticker)": self.empty,
            "line that the app wrote itself": self.notices,
            "line before the first message": self.before,
        }
        said = [counted(count, *_forms(what)) for what, count in left.items() if count]
        if not said:
            return []
        return [
            Finding(
                code="left-out-of-chat",
                severity="note",
                count=sum(left.values()),
                examples=(),
                message=f"Left out of the chat: {', '.join(said)}.",
                why="Nobody wrote them, and a model would learn to.",
            )
        ]


def _forms(what: str) -> tuple[str, str]:
    first, _, rest = what.partition(" ")
    return what, f"{first}s {rest}"


def _spoken(line: str) -> tuple[str, str] | None:
    """Return a message's speaker and text, None for any other line."""
    stamp = _STAMP.match(line[:_LONGEST_LINE])
    speaker = stamp and _SPEAKER.match(line, stamp.end(), stamp.end() + 62)
    return (speaker[1].strip(_MARKS + " "), line[speaker.end() :]) if speaker else None
