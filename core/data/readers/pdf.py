"""One PDF file, for a model that writes."""

from itertools import islice
from pathlib import Path

from core.data.documents.corpus import Corpus
from core.data.documents.document_signatures import PDF_SUFFIXES
from core.data.documents.pdf_text import PdfText
from core.data.documents.preview import lines_of, preview_of
from core.data.file_signatures import PDF, check_there, head
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.task_kinds import DOCUMENTS
from core.data.wording import counted
from core.specs.dataset_types import ImportOptions, SourcePreview

PAGES_LOOKED_AT = 3


def accepts(path: Path) -> float:
    """Return the confidence by the PDF signature, possibly after some kilobytes of other data."""
    if PDF in head(path, 1024):
        return 0.95
    return 0.7 if path.is_file() and path.suffix.lower() in PDF_SUFFIXES else 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the number of pages and the first lines."""
    check_there(path)
    pdf = PdfText(path, path.name)
    sample = lines_of(islice(pdf.pieces(), PAGES_LOOKED_AT))
    return preview_of(path, f"PDF, {counted(pdf.pages, 'page')}", options, sample)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write the text of each page into the draft."""
    check_there(path)
    pdf, size = PdfText(path, path.name), path.stat().st_size
    progress.stage("Reading", size, "bytes")
    corpus = Corpus(staged, path.name)
    corpus.add(path.name, pdf.pieces(lambda page: progress.advance(size * page // max(pdf.pages, 1))))
    staged.facts.update(format=f"PDF, {counted(pdf.pages, 'page')}")
    staged.findings += pdf.findings()
    corpus.finish()


READER = ReaderSpec("pdf", "PDF document", accepts, preview, read, tasks=DOCUMENTS)
