"""One Word document, for a model that writes."""

import zipfile
from pathlib import Path

from core.data.documents.corpus import Corpus
from core.data.documents.document_signatures import WORD_SUFFIXES
from core.data.documents.docx_text import WordText
from core.data.documents.preview import TASK, lines_of, preview_of
from core.data.file_signatures import check_there
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.dataset_types import ImportOptions, SourcePreview

FORMAT = "Word document"


def accepts(path: Path) -> float:
    """Return how sure it is; older kinds are accepted too, so that they are refused with the sentence that helps."""
    if not path.is_file():
        return 0.0
    if path.suffix.lower() in WORD_SUFFIXES:
        return 0.95
    try:
        with zipfile.ZipFile(path) as packed:
            return 0.95 if "word/document.xml" in packed.namelist() else 0.0
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the first lines."""
    check_there(path)
    return preview_of(path, FORMAT, options, lines_of(WordText(path, path.name).pieces()))


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write the document's text into the draft."""
    check_there(path)
    progress.stage("Reading", path.stat().st_size, "bytes")
    corpus = Corpus(staged, path.name)
    corpus.add(path.name, WordText(path, path.name).pieces(progress.advance))
    progress.advance(path.stat().st_size)
    staged.facts.update(format=FORMAT)
    corpus.finish()


READER = ReaderSpec("docx", "Word document (DOCX)", accepts, preview, read, tasks=(TASK,))
