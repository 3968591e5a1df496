"""One text file, for a model that writes."""

from pathlib import Path

from core.imports import ImportOptions, Look
from core.intake.corpora.corpus import Corpus
from core.intake.corpora.looking import TASK, lines_of, look_of
from core.intake.corpora.magic import TEXT_SUFFIXES
from core.intake.corpora.plain_text import open_text
from core.intake.draft import Draft, Progress, ReaderSpec
from core.intake.tables.disguise import check_there

LOOKED_AT = 8 << 20  # bytes that tell the encoding to a look


def accepts(path: Path) -> float:
    """Return how sure it is: a text that looks like a table is one, so a name alone is not everything."""
    if not path.is_file() or path.suffix.lower() not in TEXT_SUFFIXES:
        return 0.0
    return 0.6 if path.suffix.lower() == ".txt" else 0.8


def look(path: Path, options: ImportOptions) -> Look:
    """Return the encoding and the first lines."""
    check_there(path)
    text = open_text(path, chosen=options.encoding, most_bytes=LOOKED_AT)
    complete = options.model_copy(update={"encoding": text.encoding.name})
    return look_of(path, f"Text, {text.encoding.title}", complete, lines_of(text.pieces()))


def read(path: Path, options: ImportOptions, draft: Draft, progress: Progress) -> None:
    """Stream the text into the draft."""
    check_there(path)
    text = open_text(path, chosen=options.encoding)
    draft.facts.update(format=f"Text, {text.encoding.title}", encoding=text.encoding.name)
    progress.stage("Reading", path.stat().st_size, "bytes")
    corpus = Corpus(draft, path.name)
    corpus.add(path.name, text.pieces(progress.advance))
    draft.findings += text.findings()
    corpus.finish()


READER = ReaderSpec("text", "Text (TXT, Markdown)", accepts, look, read, tasks=(TASK,))
