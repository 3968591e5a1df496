"""A demo page: one model for people who know nothing of training."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST_TITLE, LONGEST_WORDS, LONGEST_COMMENT = 80, 400, 1_000  # characters
LONGEST_TEXT = 5_000  # characters of what a visitor asks
LARGEST_IMAGE = 8 * 2**20  # bytes
LARGEST_LOGO = 300_000  # bytes
EXAMPLES = 3
Words = Annotated[str, Field(max_length=LONGEST_WORDS)]
FieldKind = Literal["number", "choice", "words", "date", "time"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DemoField(_Frozen):
    """One column of a table, as a form asks for it."""

    name: str
    kind: FieldKind
    low: float | None = None  # the smallest number learnt from
    high: float | None = None
    options: tuple[str, ...] = ()  # the words learnt from, commonest first


class DemoExample(_Frozen):
    """Something to click: a text, an image (a data URL), or a row."""

    name: str  # what the button says
    text: str = ""
    image: str = ""
    row: dict[str, Any] = {}


class DemoWords(_Frozen):
    """What the owner may edit."""

    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
    intro: Words = ""
    limits: Words = ""
    logo: str = ""  # a data URL of a PNG, JPEG or WebP; empty where there is none


class DemoInput(_Frozen):
    """What is asked for and what comes back."""

    kind: Literal["text", "image", "table"]
    answer: Literal["label", "number", "text"]
    target: str = ""  # the column that is predicted
    unit: str = ""  # of the number that is answered
    noun: str = ""  # one example, in the data's own word
    fields: tuple[DemoField, ...] = ()
    examples: tuple[DemoExample, ...] = ()


class Demo(_Frozen):
    """A demo page and who may open it.

    Args:
        id: By which its owner names it.
        run: Whose model answers.
        token: The part of the address that nobody can guess; empty once it was withdrawn.
        words: Of the page.
        input: What the page asks for.
        created_at: In UTC.
        expires_at: From when on nobody can open it.
        room: Whether devices in the same network may open it, not this machine alone.
        keeps: Whether what visitors try is kept.
        withdrawn_at: When its owner ended it.
    """

    id: str
    run: str
    token: str
    words: DemoWords
    input: DemoInput
    created_at: datetime
    expires_at: datetime
    room: bool = False
    keeps: bool = False
    withdrawn_at: datetime | None = None

    def is_open(self, moment: datetime) -> bool:
        """Return whether visitors get in, at a moment in UTC."""
        return bool(self.token) and self.withdrawn_at is None and moment < self.expires_at


class DemoReply(_Frozen):
    """What a visitor said of an answer."""

    at: datetime
    thumb: Literal["up", "down", ""] = ""
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""
    tried: Annotated[str, Field(max_length=4 * LONGEST_TEXT)] = ""  # what was asked, where its owner keeps that
    answered: Annotated[str, Field(max_length=LONGEST_WORDS)] = ""
