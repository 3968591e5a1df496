"""What the server must know of a run to answer with its model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class ServedRun:
    """A finished run that may be asked.

    Args:
        id: Its eight characters.
        name: What people call it.
        task: Its task's name.
        folder: Where its checkpoint is.
        created_at: When it was made, UTC.
        text_columns: The columns whose texts it read together, in their order; one or none where it read one text.
        is_chat: Whether it has learnt from conversations, so that it goes on as the next speaker.
    """

    id: str
    name: str
    task: str
    folder: Path
    created_at: datetime
    text_columns: tuple[str, ...] = ()
    is_chat: bool = False


class Registry(Protocol):
    """Where the server finds runs."""

    def find(self, name: str) -> ServedRun:
        """Return a run by its id or its name.

        Raises:
            RunNotFound: There is none, or it is not served.
            RunNotReady: It has no model yet.
        """

    def served(self) -> Sequence[ServedRun]:
        """Return all runs that may be asked, the newest first."""
