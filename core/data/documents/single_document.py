"""Readers of files that hold one document each, for a model that writes."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from core.data.documents.archived_documents import Document
from core.data.documents.corpus import Corpus
from core.data.documents.preview import lines_of, preview_of
from core.data.file_signatures import check_there
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.task_kinds import DOCUMENTS
from core.specs.dataset_types import ImportOptions, SourcePreview


def single_document(
    name: str,
    title: str,
    accepts: Callable[[Path], float],
    open_document: Callable[[Path, ImportOptions], Document],
    *,
    file_format: str = "",
    looked_at: int | None = None,
) -> ReaderSpec:
    """Return the reader of one kind of file.

    Args:
        name: Of the reader.
        title: For people.
        accepts: Returns how sure it is of a file, 0 to 1.
        open_document: Returns the text of a file.
        file_format: As the version's facts name it; the title where it is not given.
        looked_at: Pieces of the text that a preview reads; None reads all.
    """

    def preview(path: Path, options: ImportOptions) -> SourcePreview:
        check_there(path)
        sample = lines_of(islice(open_document(path, options).pieces(), looked_at))
        return preview_of(path, file_format or title, options, sample)

    def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
        check_there(path)
        progress.stage("Reading", path.stat().st_size, "bytes")
        corpus, document = Corpus(staged, path.name), open_document(path, options)
        corpus.add(path.name, document.pieces(progress.advance))
        progress.advance(path.stat().st_size)
        staged.facts.update(format=file_format or title)
        staged.findings += document.findings()
        corpus.finish()

    return ReaderSpec(name, title, accepts, preview, read, tasks=DOCUMENTS)
