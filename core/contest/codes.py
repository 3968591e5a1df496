"""Short codes of labels, and how an answer is read."""

import json
import re
from collections.abc import Sequence
from string import ascii_uppercase

from core.errors import UserError

NO_LABEL = -1
MOST_LABELS, LONGEST_LABEL = 1_000, 500  # characters
_AROUND = " \t\r\n\"'`*_.,;:!()[]{}<>"
_CODE_FIRST = re.compile(r"\W*(\w+)\s*(?:$|[=:).,\]\n-])")
_ANSWER = re.compile(r"(?:answer|label|code)\s*+(?:is\s*+)?[:=]\s*", re.IGNORECASE)


def codes_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Return each label's code: itself if one sign, else a letter or number.

    Raises:
        UserError: They are too many or too long to stand in every prompt.
    """
    if len(labels) > MOST_LABELS:
        raise UserError(
            f"There are {len(labels):,} labels, and each request would have to list them all; at most {MOST_LABELS:,} "
            "are. Join labels, or train a model, which needs no list."
        )
    if (longest := max(labels, key=len, default="")) and len(longest) > LONGEST_LABEL:
        raise UserError(
            f"The label '{longest[:40]}…' has {len(longest):,} characters, too many for a list that stands in every "
            f"request ({LONGEST_LABEL}). Give it a shorter name when you import the data."
        )
    known = {label.casefold() for label in labels}
    if all(len(label) == 1 and label.isalnum() for label in labels) and len(known) == len(labels):
        return tuple(labels)
    letters = ascii_uppercase[: len(labels)]
    if len(labels) <= len(ascii_uppercase) and not known & set(letters.lower()):
        return tuple(letters)
    return tuple(str(number) for number in range(1, len(labels) + 1))


def read_label(text: str, codes: Sequence[str], labels: Sequence[str]) -> int:
    """Return which label an answer names, `NO_LABEL` where it names none.

    >>> [read_label(said, ("A", "B"), ("good", "bad")) for said in ("B", '{"label": "A"}', "Bad.", "A good one")]
    [1, 0, 1, -1]
    """
    answer = _without_thoughts(text)
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if isinstance(found, dict):
        answer = str(found.get("label", ""))
    bare = _ANSWER.sub("", answer, count=1).strip(_AROUND).casefold()
    by_code = {code.casefold(): place for place, code in enumerate(codes)}
    if bare in by_code:
        return by_code[bare]
    by_name = {label.strip(_AROUND).casefold(): place for place, label in enumerate(labels)}
    if bare in by_name:
        return by_name[bare]
    first = _CODE_FIRST.match(answer)
    return by_code.get(first[1].casefold(), NO_LABEL) if first else NO_LABEL


def _without_thoughts(text: str) -> str:
    """Return an answer without what a model thought aloud, ended or not."""
    thoughts = ThoughtFilter()
    return (thoughts.add(text) + thoughts.rest()).strip()


class ThoughtFilter:
    """Leaves out of a text, as it comes, what a model thinks aloud."""

    def __init__(self) -> None:
        self._held, self._thinks = "", False

    def add(self, text: str) -> str:
        """Return what is said; hold back what may begin a mark."""
        self._held += text
        said: list[str] = []
        while True:
            mark = "</think>" if self._thinks else "<think>"
            before, found, after = self._held.partition(mark)
            keep = 0 if found else _beginning(before, mark)
            if not self._thinks:
                said.append(before[: len(before) - keep])
            if not found:
                self._held = before[len(before) - keep :]
                return "".join(said)
            self._held, self._thinks = after, not self._thinks

    def rest(self) -> str:
        """Return what was held back for nothing."""
        return "" if self._thinks else self._held


def _beginning(text: str, mark: str) -> int:
    """Return how many of the last characters may begin a mark."""
    return next((size for size in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:size])), 0)


def label_schema(codes: Sequence[str]) -> dict[str, object]:
    """Return the response format that allows nothing but one of the codes."""
    schema = {
        "type": "object",
        "properties": {"label": {"type": "string", "enum": list(codes)}},
        "required": ["label"],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": "label", "strict": True, "schema": schema}}
