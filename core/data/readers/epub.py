"""One e-book (EPUB), for a model that writes."""

from pathlib import Path

from core.data.archives import is_archive, peek
from core.data.documents.epub_text import CONTAINER, BookText
from core.data.documents.single_document import single_document

_CHAPTERS_LOOKED_AT = 3


def accepts(path: Path) -> float:
    """Return how sure it is: by its ending, or by what every e-book holds."""
    if not path.is_file():
        return 0.0
    if path.suffix.lower() == ".epub":
        return 0.95
    return 0.95 if is_archive(path) and {CONTAINER, "mimetype"} <= set(peek(path)) else 0.0


READER = single_document(
    "epub", "E-book (EPUB)", accepts, lambda path, _: BookText(path, path.name), looked_at=_CHAPTERS_LOOKED_AT
)
