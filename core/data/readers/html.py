"""One page in HTML, for a model that writes."""

from pathlib import Path

from core.data.documents.document_signatures import WEB_SUFFIXES
from core.data.documents.html_text import WebText
from core.data.documents.single_document import single_document


def accepts(path: Path) -> float:
    """Return how sure it is; less than a reader of the tables in pages."""
    return 0.5 if path.is_file() and path.suffix.lower() in WEB_SUFFIXES else 0.0


READER = single_document(
    "html", "Web page (HTML)", accepts, lambda path, options: WebText(path, path.name, options.encoding)
)
