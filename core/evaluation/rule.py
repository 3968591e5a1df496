"""Rules by priority: the first that fires gives the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Known = TypeVar("Known")
Said = TypeVar("Said")


@dataclass(frozen=True)
class Rule(Generic[Known, Said]):
    """When to say what.

    Args:
        code: Its name, in words joined by hyphens.
        when: What must be so, for the table in the README.
        check: Returns what is said where it is so.
    """

    code: str
    when: str
    check: Callable[[Known], Said | None]


def first_said(rules: Sequence[Rule[Known, Said]], known: Known) -> Said:
    """Return what the first rule that fires says; the last always does."""
    return next(said for rule in rules if (said := rule.check(known)) is not None)
