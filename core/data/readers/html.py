"""One page in HTML, for a model that writes."""

from pathlib import Path

from core.data.documents.corpus import Corpus
from core.data.documents.document_signatures import WEB_SUFFIXES
from core.data.documents.html_text import WebText
from core.data.documents.preview import TASK, lines_of, preview_of
from core.data.file_signatures import check_there
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.dataset_types import ImportOptions, SourcePreview

FORMAT = "Web page (HTML)"


def accepts(path: Path) -> float:
    """Return how sure it is; less than a reader of the tables in pages."""
    return 0.5 if path.is_file() and path.suffix.lower() in WEB_SUFFIXES else 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the first lines."""
    check_there(path)
    return preview_of(path, FORMAT, options, lines_of(WebText(path, path.name, options.encoding).pieces()))


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write its text into the draft."""
    check_there(path)
    progress.stage("Reading", path.stat().st_size, "bytes")
    corpus, page = Corpus(staged, path.name), WebText(path, path.name, options.encoding)
    corpus.add(path.name, page.pieces(progress.advance))
    staged.facts.update(format=FORMAT)
    staged.findings += page.findings()
    corpus.finish()


READER = ReaderSpec("html", FORMAT, accepts, preview, read, tasks=(TASK,))
