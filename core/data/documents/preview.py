"""What is shown of documents before they are imported."""

from collections.abc import Iterable
from pathlib import Path

from core.data.documents.cleaning import Cleaner
from core.data.splits.first_document_rule import SHORTEST_TEXT
from core.data.task_kinds import DOCUMENTS
from core.data.wording import shown
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview

_LINES, _LONGEST_LINE = 8, 200
_ENOUGH = 20_000  # characters in which the first lines are looked for


def lines_of(pieces: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the first lines that hold something, each as a row of one cell."""
    beginning = ""
    for piece in Cleaner().clean(pieces):
        beginning += piece[:_ENOUGH]
        if len(beginning) >= _ENOUGH:
            break
    lines = [shown(line, _LONGEST_LINE) for line in beginning.splitlines() if line.strip()]
    return tuple((line,) for line in lines[:_LINES])


def preview_of(
    path: Path,
    kind: str,
    options: ImportOptions,
    sample: tuple[tuple[str, ...], ...],
    *,
    documents: int = 1,
    size_bytes: int = 0,
    notes: tuple[str, ...] = (),
    is_exact: bool = True,
    guesses: tuple[Guess, ...] = (),
) -> SourcePreview:
    """Return what documents seem to be.

    Args:
        path: The file or folder.
        kind: Its format, for people.
        options: As far as decided; the task is set here.
        sample: The first lines.
        documents: How many.
        size_bytes: Of all; 0 takes the file's.
        notes: Whole sentences.
        is_exact: Whether the number of documents is.
        guesses: What was guessed.
    """
    size = size_bytes or path.stat().st_size
    if not sample:
        notes = (*notes, "The beginning holds no text.")
    elif size < SHORTEST_TEXT:
        notes = (*notes, f"That is very little: at least {SHORTEST_TEXT:,} characters of text are needed.")
    return SourcePreview(
        kind="documents",
        format=kind,
        tasks=(DOCUMENTS.first,),
        options=options.model_copy(update={"task": DOCUMENTS.first}),
        size_bytes=size,
        sample=sample,
        notes=notes,
        rows=documents,
        rows_are_exact=is_exact,
        guesses=guesses,
    )
