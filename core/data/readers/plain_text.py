"""One text file, for a model that writes."""

from dataclasses import replace
from pathlib import Path

from core.data.documents.corpus import Corpus
from core.data.documents.document_ends import NONE, chosen_end, documents_of, end_guess
from core.data.documents.document_signatures import TEXT_SUFFIXES
from core.data.documents.plain_text import PlainText, open_text
from core.data.documents.preview import lines_of, preview_of
from core.data.file_signatures import check_there
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.task_kinds import DOCUMENTS
from core.specs.dataset_types import ImportOptions, SourcePreview

LOOKED_AT = 8 << 20  # bytes that tell the encoding to a look


def accepts(path: Path) -> float:
    """Return the confidence, low where a text looks like a table."""
    if not path.is_file() or path.suffix.lower() not in TEXT_SUFFIXES:
        return 0.0
    return 0.6 if path.suffix.lower() == ".txt" else 0.8


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the encoding and the first lines."""
    check_there(path)
    text = open_text(path, chosen=options.encoding, most_bytes=LOOKED_AT)
    beginning = _beginning(text)
    end = chosen_end(options, beginning, _is_prose(path))
    complete = options.model_copy(update={"encoding": text.encoding.name, "document_end": end})
    shown = list(documents_of([beginning], end))
    is_whole = path.stat().st_size <= LOOKED_AT and len(beginning) < LOOKED_AT
    count = sum(bool(document.strip()) for document in shown)
    return preview_of(
        path,
        f"Text, {text.encoding.title}",
        complete,
        lines_of(shown),
        documents=count if is_whole else max(1, count * path.stat().st_size // max(1, len(beginning.encode()))),
        is_exact=is_whole or end == NONE,
        guesses=end_guess(options, end),
    )


def _beginning(text: PlainText) -> str:
    pieces, size = [], 0
    for piece in replace(text, odd=0, example="").pieces():  # one that counts for itself
        pieces.append(piece)
        size += len(piece)
        if size >= LOOKED_AT:
            break
    return "".join(pieces)[:LOOKED_AT]


def _is_prose(path: Path) -> bool:
    """Return whether lines of signs only divide sections."""
    return path.suffix.lower() in (".md", ".markdown", ".rst")


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Stream the text into the draft."""
    check_there(path)
    text = open_text(path, chosen=options.encoding)
    staged.facts.update(format=f"Text, {text.encoding.title}", encoding=text.encoding.name)
    progress.stage("Reading", path.stat().st_size, "bytes")
    corpus = Corpus(staged, path.name)
    end = chosen_end(options, _beginning(text), _is_prose(path))
    if end == NONE:
        corpus.add(path.name, text.pieces(progress.advance))
    else:
        for number, document in enumerate(documents_of(text.pieces(progress.advance), end), 1):
            corpus.add(f"{path.name}, document {number:,}", [document], source=number)
        staged.facts["document_end"] = end
    staged.findings += text.findings()
    corpus.finish()


READER = ReaderSpec("text", "Text (TXT, Markdown)", accepts, preview, read, tasks=DOCUMENTS)
