"""A chat exported by WhatsApp or Signal: who says what, without dates."""

from itertools import islice
from pathlib import Path

from core.data.documents.chat_messages import ChatMessages, is_chat
from core.data.documents.corpus import Corpus
from core.data.documents.document_ends import lines_in
from core.data.documents.document_signatures import TEXT_SUFFIXES
from core.data.documents.plain_text import PlainText, open_text
from core.data.documents.preview import lines_of, preview_of
from core.data.file_signatures import check_there, head
from core.data.readers import plain_text
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.task_kinds import DOCUMENTS
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview

_FORMAT = "Chat export (WhatsApp, Signal)"
_SHOWN = 200  # lines
_GUESS = Guess(
    "Chat",
    'each message as "Name: text", dates and times taken off',
    "its lines begin with a date, a time and a name",
    "--document-end none: a plain text, with dates",
)


def accepts(path: Path) -> float:
    """Return the confidence: hardly anything else begins its lines so."""
    if not path.is_file() or path.suffix.lower() not in TEXT_SUFFIXES:
        return 0.0
    return 0.9 if is_chat(head(path).decode("utf-8", "replace").splitlines()[:_SHOWN]) else 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the encoding and the first messages."""
    if options.document_end:  # chosen by somebody who wants the text as it is
        return plain_text.preview(path, options)
    check_there(path)
    text = open_text(path, chosen=options.encoding, most_bytes=plain_text.LOOKED_AT)
    lines = islice(ChatMessages().said(lines_in(text.pieces())), _SHOWN)
    complete = options.model_copy(update={"encoding": text.encoding.name})
    return preview_of(path, _format(text), complete, lines_of(lines), guesses=(_GUESS,))


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Stream the messages into the draft."""
    if options.document_end:
        return plain_text.read(path, options, staged, progress)
    check_there(path)
    text = open_text(path, chosen=options.encoding)
    staged.facts.update(format=_format(text), encoding=text.encoding.name)
    progress.stage("Reading", path.stat().st_size, "bytes")
    corpus, chat = Corpus(staged, path.name), ChatMessages()
    corpus.add(path.name, chat.said(lines_in(text.pieces(progress.advance))))
    staged.findings += [*text.findings(), *chat.findings()]
    corpus.finish()


def _format(text: PlainText) -> str:
    return f"{_FORMAT}, {text.encoding.title}"


READER = ReaderSpec("chat-export", _FORMAT, accepts, preview, read, tasks=DOCUMENTS)
