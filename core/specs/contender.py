"""References to what can be asked: a run's checkpoint, its baseline, a language model."""

import re
from dataclasses import dataclass
from typing import Literal

from core.errors import UserError

Checkpoint = Literal["best", "last", "original"]
LANGUAGE_MODEL = "llm:"
NO_ORIGINAL = (
    "This model had nothing to answer with before it was trained: what it answers with was made for its data. Only a "
    "pretrained language model can be asked as it was before."
)
_SIGNS: dict[str, Checkpoint] = {"@last": "last", "~original": "original"}
_RUN = re.compile(r"(?P<run>[0-9a-z]{8})(?:(?P<sign>@last|~original)|\+(?P<baseline>[a-z0-9][a-z0-9-]*))?")


@dataclass(frozen=True)
class Contender:
    """One who answers; written as one string in addresses, commands and files.

    Args:
        run: The run's id; empty of a language model.
        checkpoint: Which weights of the run: the kept ones, the newest, or the pretrained ones before training.
        baseline: The name of a baseline that the run kept; empty for its model.
        language_model: The name of a language model of the System page.

    Example:
        >>> Contender.parse("ab12cd34+tfidf-logistic").baseline
        'tfidf-logistic'
    """

    run: str = ""
    checkpoint: Checkpoint = "best"
    baseline: str = ""
    language_model: str = ""

    @classmethod
    def parse(cls, text: str) -> "Contender":
        """Read a reference.

        Raises:
            UserError: It is none.
        """
        given = text.strip()
        name = given.removeprefix(LANGUAGE_MODEL)
        if name != given and name:
            return cls(language_model=name)
        # A plus sign that somebody typed into an address arrives as a space.
        found = _RUN.fullmatch(given.lower().replace(" ", "+"))
        if found is None:
            raise UserError(
                f"'{given[:40]}' names nobody to ask. Write a run's id such as ab12cd34, ab12cd34@last for its newest "
                "checkpoint, ab12cd34+NAME for a baseline that it kept, or llm:NAME for a language model."
            )
        checkpoint = _SIGNS.get(found["sign"] or "", "best")
        return cls(found["run"], checkpoint, found["baseline"] or "")

    def format(self) -> str:
        """Return the reference as `parse` reads it."""
        if self.language_model:
            return LANGUAGE_MODEL + self.language_model
        sign = next((sign for sign, name in _SIGNS.items() if name == self.checkpoint), "")
        return self.run + (f"+{self.baseline}" if self.baseline else sign)
