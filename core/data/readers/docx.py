"""One Word document, for a model that writes."""

import zipfile
from pathlib import Path

from core.data.documents.document_signatures import WORD_SUFFIXES
from core.data.documents.docx_text import WordText
from core.data.documents.single_document import single_document


def accepts(path: Path) -> float:
    """Return the confidence; older formats are accepted, then refused with a helpful message."""
    if not path.is_file():
        return 0.0
    if path.suffix.lower() in WORD_SUFFIXES:
        return 0.95
    try:
        with zipfile.ZipFile(path) as packed:
            return 0.95 if "word/document.xml" in packed.namelist() else 0.0
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return 0.0


READER = single_document(
    "docx", "Word document (DOCX)", accepts, lambda path, _: WordText(path, path.name), file_format="Word document"
)
