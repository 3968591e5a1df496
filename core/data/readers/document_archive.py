"""Documents in a folder or ZIP, for text generation; a single table is unpacked.

A ZIP of one table goes to the table's reader.
"""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from core.data.archives import Archive, Entry, archive_kind, is_archive, open_archive, peek
from core.data.documents.archived_documents import (
    OFFICE_CONTENTS,
    copy_out,
    in_reading_order,
    is_document,
    is_table,
    open_document,
    split_of,
    told_together,
)
from core.data.documents.corpus import Corpus, too_short
from core.data.documents.preview import lines_of, preview_of
from core.data.images.sources import refuse_without_images
from core.data.splits.first_document_rule import SHORTEST_TEXT
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.task_kinds import IN_TABLES
from core.data.wording import counted, listed
from core.errors import DataError
from core.specs.dataset_types import Finding, ImportOptions, Severity, SourcePreview

LOOKED_AT = 3  # documents whose first lines are shown
MOST_COPIED = 64 << 20  # bytes of a document or table that a look takes out of an archive
WHOLE = (".xlsx", ".xls", ".ods", ".parquet")  # kinds of table whose beginning alone says nothing
SHOWN = 5
_TABLES = (".csv", ".tsv", *WHOLE)


def accepts(path: Path) -> float:
    """Return the confidence, by the share of document names or a single table."""
    if not is_archive(path):
        return 0.0
    names = peek(path)
    if not names or OFFICE_CONTENTS in names:
        return 0.0
    documents, tables = sum(map(is_document, names)), sum(map(is_table, names))
    if tables == 1 and documents <= 1 and len(names) - documents == 1:
        return 0.75
    return 0.8 * documents / len(names)


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the document count and some beginnings, or the single table's preview."""
    with open_archive(path) as archive, TemporaryDirectory(prefix="touchstone-") as folder:
        if table := _only_table(archive):
            return _look_at_table(archive, table, Path(folder), path, options)
        documents = _documents(archive)
        sample = [line for entry in documents[:LOOKED_AT] for line in _first_lines(archive, entry, Path(folder))]
        others = len(archive.entries()) - len(documents)
        notes = (f"{counted(others, 'other file')} will be left out.",) if others else ()
        return preview_of(
            path,
            f"{_container(path)} of {counted(len(documents), 'document')}",
            options,
            tuple(sample),
            documents=len(documents),
            size_bytes=sum(entry.size_bytes for entry in documents),
            notes=notes,
        )


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write each document into the draft; unreadable ones are left out and reported."""
    copy_folder = staged.folder / "copied"
    copy_folder.mkdir()
    try:
        with open_archive(path) as archive:
            if table := _only_table(archive):
                copied = copy_folder / Path(table.name).name
                progress.stage("Unpacking", table.size_bytes, "bytes")
                copy_out(archive, table, copied, progress.advance)
                _reader_of(copied).read(copied, options, staged, progress)
                staged.facts["format"] = f"{_container(path)} with {table.name}: {staged.facts.get('format', 'table')}"
            else:
                _read_documents(archive, path, options, staged, progress, copy_folder)
            staged.findings += archive.findings()
    finally:
        shutil.rmtree(copy_folder, ignore_errors=True)


def _read_documents(
    archive: Archive, path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress, folder: Path
) -> None:
    documents = _documents(archive)
    progress.stage("Reading", sum(entry.size_bytes for entry in documents), "bytes")
    corpus = Corpus(staged, path.name)
    unreadable: list[tuple[str, str]] = []
    empty: list[str] = []
    told: list[Finding] = []
    done = 0
    for number, entry in enumerate(documents, 1):
        copied = folder / f"document{Path(entry.name).suffix.lower()}"

        def advance(half: int, start: int = done, half_done: int = 0) -> None:  # copying is half of the work
            progress.advance(start + half_done + half // 2)

        try:
            copy_out(archive, entry, copied, advance)
            document = open_document(copied, entry.name, options.encoding)
            pieces = document.pieces(partial(advance, half_done=entry.size_bytes // 2))
            if not corpus.add(entry.name, pieces, given=split_of(entry.name), source=number):
                empty.append(entry.name)
            told += document.findings()
        except DataError as error:
            unreadable.append((entry.name, str(error)))
        done += entry.size_bytes
    if len(unreadable) == len(documents):
        raise DataError(_nothing_readable(path.name, unreadable))
    staged.facts.update(format=f"{_container(path)} of {counted(corpus.documents, 'document')}")
    staged.findings += told_together(told)
    staged.findings += _skipped(archive, documents, unreadable, empty)
    if unreadable and corpus.characters < SHORTEST_TEXT:
        short = too_short(path.name, corpus.characters)
        raise DataError(f"{short} {_unreadable_of(documents, unreadable)}")
    corpus.finish()


def _documents(archive: Archive) -> list[Entry]:
    found = in_reading_order([entry for entry in archive.entries() if is_document(entry.name)])
    if not found:
        names = [entry.name for entry in archive.entries()]
        inside = f"It holds {listed(names)}." if names else "It holds no files."
        raise DataError(
            f"{archive.name} holds no documents. {inside} Put texts in it as TXT, Markdown, PDF or Word files (.docx)."
        )
    return found


def _only_table(archive: Archive) -> Entry | None:
    entries = archive.entries()
    tables = [entry for entry in entries if is_table(entry.name)]
    documents = sum(is_document(entry.name) for entry in entries)
    return tables[0] if len(tables) == 1 and documents <= 1 and len(entries) - documents == 1 else None


def _reader_of(table: Path) -> ReaderSpec:
    from core.data.readers.registry import find_reader  # it finds readers, this one too, by walking

    return find_reader(table)


def _look_at_table(archive: Archive, table: Entry, folder: Path, path: Path, options: ImportOptions) -> SourcePreview:
    copied = folder / Path(table.name).name
    is_whole = copied.suffix.lower() in WHOLE or table.size_bytes <= MOST_COPIED
    copy_out(archive, table, copied, lambda done: None, 0 if is_whole else MOST_COPIED)
    found = _reader_of(copied).preview(copied, options)
    refuse_without_images(found, table.name)
    rows = found.rows if is_whole else found.rows * table.size_bytes // MOST_COPIED
    return replace(
        found,
        format=f"{_container(path)} with {table.name}: {found.format}",
        size_bytes=table.size_bytes,
        rows=rows,
        rows_are_exact=found.rows_are_exact and is_whole,
    )


def _first_lines(archive: Archive, entry: Entry, folder: Path) -> list[tuple[str, ...]]:
    """Return a document's first lines; the import reports unreadable documents."""
    copied = folder / f"document{Path(entry.name).suffix.lower()}"
    if entry.size_bytes > MOST_COPIED:
        return [(entry.name,)]
    try:
        copy_out(archive, entry, copied, lambda done: None)
        return list(lines_of(open_document(copied, entry.name).pieces()))[:2]
    except DataError:
        return []


def _skipped(
    archive: Archive, documents: list[Entry], unreadable: list[tuple[str, str]], empty: list[str]
) -> list[Finding]:
    found = []
    if unreadable:
        found.append(
            Finding(
                code="unreadable-files",
                severity="warning",
                count=len(unreadable),
                examples=tuple(name for name, _ in unreadable[:SHOWN]),
                message=_unreadable_of(documents, unreadable),
                why="What stands in them cannot be learnt.",
            )
        )
    if empty:
        verbs = ("holds", "was") if len(empty) == 1 else ("hold", "were")
        what = f"{counted(len(empty), 'document')} {verbs[0]} no text and {verbs[1]} left out."
        why = "There is nothing in them to learn."
        found.append(Finding("empty-rows", "note", len(empty), tuple(empty[:SHOWN]), what, why))
    read = {entry.number for entry in documents}
    others = [entry.name for entry in archive.entries() if entry.number not in read]
    if others:
        verbs = ("is no document", "was") if len(others) == 1 else ("are no documents", "were")
        what = f"{counted(len(others), 'file')} in {archive.name} {verbs[0]} and {verbs[1]} left out."
        why = "A model that writes learns from texts: TXT, Markdown, PDF and Word files (.docx)."
        tables = [name for name in others if name.lower().endswith(_TABLES)]
        if tables:  # a Notion export: the pages, and the table that they are the rows of
            why = f"{why} To learn from a table instead, import it alone: '{tables[0].rpartition('/')[2]}'."
        level: Severity = "warning" if tables else "note"
        found.append(Finding("skipped-files", level, len(others), tuple(others[:SHOWN]), what, why))
    return found


def _unreadable_of(documents: list[Entry], unreadable: list[tuple[str, str]]) -> str:
    """Return how many documents are left out, and why the first is."""
    what = f"{len(unreadable):,} of {counted(len(documents), 'document')}"
    verb = "was" if len(unreadable) == 1 else "were"
    return f"{what} could not be read and {verb} left out. The first: {unreadable[0][1]}"


def _nothing_readable(name: str, unreadable: list[tuple[str, str]]) -> str:
    if len(unreadable) == 1:
        return unreadable[0][1]
    return f"None of the {len(unreadable):,} documents in {name} can be read. The first: {unreadable[0][1]}"


def _container(path: Path) -> str:
    return archive_kind(path)


READER = ReaderSpec("documents", "Documents in a folder or ZIP", accepts, preview, read, tasks=IN_TABLES)
