"""What the server must know of a run to answer with its model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.specs.contender import Contender


@dataclass(frozen=True)
class ServedRun:
    """A run that may be asked, by one of its checkpoints or baselines.

    Args:
        id: The reference by which it is asked: the eight characters of the run, with what stands after them.
        name: What people call it.
        task: Its task's name.
        folder: Where its checkpoint is.
        created_at: When it was made, UTC.
        text_columns: The columns whose texts it read together, in their order; one or none where it read one text.
        is_chat: Whether it has learnt from conversations, so that it goes on as the next speaker.
        contender: Who of the run answers.
        stamp: Of its files; another one is another model.
    """

    id: str
    name: str
    task: str
    folder: Path
    created_at: datetime
    text_columns: tuple[str, ...] = ()
    is_chat: bool = False
    contender: Contender = field(default_factory=Contender)
    stamp: int = 0


class Registry(Protocol):
    """Where the server finds runs."""

    def find(self, name: str) -> ServedRun:
        """Return a run by its reference or its name.

        Raises:
            RunNotFound: There is none, or it is not served.
            RunNotReady: It has no model yet.
        """

    def served(self) -> Sequence[ServedRun]:
        """Return all runs that may be asked, the newest first."""
