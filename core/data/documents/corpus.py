"""Writes documents as rows, and knows whether they are enough and what was changed."""

from collections.abc import Iterable

from core.data.documents.cleaning import Cleaner
from core.data.documents.parts import Cutter
from core.data.rows import DOCUMENT_ROWS
from core.data.splits.first_document_rule import SHORTEST_TEXT
from core.data.staging import StagedDataset
from core.data.wording import counted
from core.errors import DataError
from core.specs.dataset_types import Finding

WRITTEN_TOGETHER = 8_000_000  # characters that wait in memory before they are written


class Corpus:
    """Documents on their way into a draft.

    Args:
        staged: Gets the rows, the findings and the facts.
        source_name: Of the file or folder, for messages.
    """

    def __init__(self, staged: StagedDataset, source_name: str) -> None:
        self._staged, self._name = staged, source_name
        self._rows = staged.rows(DOCUMENT_ROWS)
        self._cleaner, self._cutter = Cleaner(), Cutter()
        self._waiting = 0
        self.characters = 0  # but for white space at both ends of a part
        self.documents = 0

    def add(self, name: str, pieces: Iterable[str], *, given: str = "", source: int = 1) -> bool:
        """Write one document.

        Args:
            name: As the user knows it.
            pieces: Its text, as it comes; raising within them leaves out what was not yet written.
            given: The split that the source names, or "".
            source: Its number in the source, from 1.

        Returns:
            Whether it holds more than white space.
        """
        before = self.characters
        for part in self._cutter.cut(self._cleaner.clean(pieces)):
            seen = len(part.strip())
            if not seen:
                continue
            self._rows.add(text=part, name=name, given=given, source=source)
            self.characters += seen
            self._waiting += len(part)
            if self._waiting > WRITTEN_TOGETHER:
                self._rows.flush()
                self._waiting = 0
        has_text = self.characters > before
        self.documents += has_text
        return has_text

    def finish(self) -> None:
        """Say what was changed.

        Raises:
            DataError: There is too little text to learn from.
        """
        if self.characters < SHORTEST_TEXT:
            raise too_short(self._name, self.characters)
        if self._cleaner.removed:
            self._staged.findings.append(_cleaned(self._cleaner.removed))
        if self._cutter.forced:
            self._staged.findings.append(_divided(self._cutter.forced))


def too_short(name: str, characters: int) -> DataError:
    """Return what to say when there is next to no text."""
    if not characters:
        return DataError(
            f"{name} holds no text: there is nothing in it but white space. At least {SHORTEST_TEXT:,} characters are "
            "needed. Import a file with text in it."
        )
    return DataError(
        f"{name} holds only {counted(characters, 'character')} of text; at least {SHORTEST_TEXT:,} are needed, and a "
        "model learns better from a hundred times as many. Put more text into it, or import several files in a ZIP."
    )


def _cleaned(removed: int) -> Finding:
    return Finding(
        code="cleaned-text",
        severity="note",
        count=removed,
        examples=(),
        message=f"{counted(removed, 'control character')} that nobody can see (such as NUL) "
        f"{'was' if removed == 1 else 'were'} removed from the text.",
        why="A model would learn to write them.",
    )


def _divided(places: int) -> Finding:
    return Finding(
        code="divided-text",
        severity="note",
        count=places,
        examples=(),
        message=f"The text goes on for a million characters without a blank line. It was split at "
        f"{counted(places, 'place')}, where a blank line now stands.",
        why="Very long texts are kept in parts, and parts begin after a blank line.",
    )
