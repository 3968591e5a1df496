"""One e-book (EPUB), for a model that writes."""

from itertools import islice
from pathlib import Path

from core.data.archives import is_archive, peek
from core.data.documents.corpus import Corpus
from core.data.documents.epub_text import CONTAINER, BookText
from core.data.documents.preview import TASK, lines_of, preview_of
from core.data.file_signatures import check_there
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.dataset_types import ImportOptions, SourcePreview

FORMAT = "E-book (EPUB)"
_CHAPTERS_LOOKED_AT = 3


def accepts(path: Path) -> float:
    """Return how sure it is: by its ending, or by what every e-book holds."""
    if not path.is_file():
        return 0.0
    if path.suffix.lower() == ".epub":
        return 0.95
    return 0.95 if is_archive(path) and {CONTAINER, "mimetype"} <= set(peek(path)) else 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the first lines."""
    check_there(path)
    return preview_of(path, FORMAT, options, lines_of(islice(BookText(path, path.name).pieces(), _CHAPTERS_LOOKED_AT)))


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write its chapters, in their order, into the draft."""
    check_there(path)
    progress.stage("Reading", path.stat().st_size, "bytes")
    corpus, book = Corpus(staged, path.name), BookText(path, path.name)
    corpus.add(path.name, book.pieces(progress.advance))
    staged.facts.update(format=FORMAT)
    staged.findings += book.findings()
    corpus.finish()


READER = ReaderSpec("epub", FORMAT, accepts, preview, read, tasks=(TASK,))
