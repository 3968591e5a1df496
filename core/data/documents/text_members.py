"""An archive's texts, with classes by location, as a table: text, label and split."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path

from core.data.archives import Archive, Entry
from core.data.documents.archived_documents import copy_out, open_document
from core.data.documents.cleaning import Cleaner
from core.data.documents.document_signatures import DOCUMENT_SUFFIXES, TEXT_SUFFIXES
from core.data.documents.text_places import TextPlaces
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import BATCH_CHARACTERS, LONGEST_CELL, Batch, Table
from core.data.wording import counted, listed
from core.errors import DataError
from core.specs.dataset_types import Finding

COLUMNS = ("text", "label", "split")
_PREVIEW_BYTES = 4_000_000  # of texts that a look reads; they come from all classes in turn
_TOGETHER = 500  # examples in a batch
_MOST_BYTES = 8 * LONGEST_CELL  # of one text; more is cut with the cell anyway


def member_table(archive: Archive, path: Path, found: TextPlaces, folder: Path, encoding: str) -> Table:
    """Return the texts as a table.

    Args:
        archive: That holds them; stays open while the table is read.
        path: Of the archive.
        found: Which files are examples of which class.
        folder: For copies of documents, empty.
        encoding: That the user chose; "" finds it out.
    """
    entries = _in_turn([entry for entry in archive.entries() if entry.name in found.places], found)
    size = sum(entry.size_bytes for entry in entries)
    container = "Folder" if path.is_dir() else "ZIP"
    kind = "texts, one a line, in files that are" if found.by_lines else "texts in folders that are"
    has_splits = any(place.split for place in found.places.values())
    columns = COLUMNS if has_splits else COLUMNS[:2]
    where = "file" if found.by_lines else "folder"
    notes = [f"The class of each text is the name of the {where} that it lies in: {listed(found.labels)}."]
    if has_splits:
        notes.append("Which part a text is for (training, validation, test) is what its folders or file say.")

    def batches(wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        done = number = waiting = 0
        lines: list[int] = []
        rows: list[tuple[str, ...]] = []
        for entry in entries:
            place = found.places[entry.name]
            done += entry.size_bytes
            for text in _texts(archive, entry, folder, encoding, found.by_lines, skipped):
                number += 1
                lines.append(number)
                rows.append((text, place.label, place.split))
                waiting += len(text)
                if len(rows) >= _TOGETHER or waiting > BATCH_CHARACTERS // 2:
                    yield _batch(lines, rows, wanted, done)
                    lines, rows, waiting = [], [], 0
        if rows:
            yield _batch(lines, rows, wanted, size)

    return Table(
        path=path,
        format=f"{container} of {kind} classes",
        names=columns,
        size_bytes=size,
        unit="text",
        batches=batches,
        settings={"delimiter": "", "encoding": encoding, "has_header": True, "sheet": ""},
        notes=(*notes, *_unlabelled(found), *_others(archive, found)),
        findings=tuple(_findings(archive, found)),
        facts={"classes_by": where},
        preview_bytes=_PREVIEW_BYTES,
        origins={"label": f"the name of the {where} that a text lies in", "text": f"what lies in the {where}s"},
    )


def _batch(lines: list[int], rows: list[tuple[str, ...]], wanted: Sequence[int], done: int) -> Batch:
    return Batch(lines, tuple([row[index] for row in rows] for index in wanted), done)


def _in_turn(entries: list[Entry], found: TextPlaces) -> list[Entry]:
    """Return files alternating over classes and splits, so that the first files cover all."""
    groups: dict[object, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[found.places[entry.name]].append(entry)
    return [entry for entry in chain.from_iterable(zip_longest(*groups.values())) if entry is not None]


def _texts(
    archive: Archive, entry: Entry, folder: Path, encoding: str, by_lines: bool, skipped: SkipReport
) -> Iterator[str]:
    """Yield a file's text or lines; count a file that cannot be read."""
    copied = folder / f"text{Path(entry.name).suffix.lower() or '.txt'}"
    if not copied.name.endswith(DOCUMENT_SUFFIXES):
        copied = folder / "text.txt"
    try:
        copy_out(archive, entry, copied, lambda done: None, _MOST_BYTES if not by_lines else 0)
        if copied.suffix in TEXT_SUFFIXES and not encoding and (plain := _plain(copied, by_lines)) is not None:
            pieces: Iterator[str] = iter((plain,))
        else:
            pieces = open_document(copied, entry.name, encoding).pieces()
        cleaned = Cleaner().clean(pieces)
        if by_lines:
            yield from (line for line in _lines(cleaned) if line.strip())
        else:
            yield "".join(cleaned)[:LONGEST_CELL]
    except DataError as error:
        skipped.add("unreadable-texts", entry.number + 1, str(error))


def _plain(file: Path, by_lines: bool) -> str | None:
    """Return a small file's UTF-8 text, without an encoding search; None otherwise."""
    if file.stat().st_size > (1 << 16) or by_lines:
        return None
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    waiting = ""
    for piece in pieces:
        *whole, waiting = (waiting + piece).split("\n")
        yield from whole
    yield waiting


def _unlabelled(found: TextPlaces) -> tuple[str, ...]:
    return tuple(
        f"{counted(count, 'text')} in '{name}' {'has' if count == 1 else 'have'} no class and will be left out."
        for name, count in found.unlabelled.items()
    )


def _others(archive: Archive, found: TextPlaces) -> tuple[str, ...]:
    count = len(archive.entries()) - len(found.places) - sum(found.unlabelled.values())
    return (f"{counted(count, 'other file')} will be left out.",) if count else ()


def _findings(archive: Archive, found: TextPlaces) -> Iterator[Finding]:
    for name, count in found.unlabelled.items():
        verbs = ("has", "was") if count == 1 else ("have", "were")
        what = f"{counted(count, 'text')} in the folder '{name}' {verbs[0]} no class and {verbs[1]} left out."
        why = (
            "Here is learnt from examples whose answer is known; for text generation they can be imported by "
            "themselves."
        )
        yield Finding("unlabelled-texts", "note", count, (name,), what, why)
    names = [e.name for e in archive.entries() if e.name not in found.places and not _is_unlabelled(e.name, found)]
    if names:
        verbs = ("lies", "was") if len(names) == 1 else ("lie", "were")
        what = f"{counted(len(names), 'file')} {verbs[0]} in no folder of a class and {verbs[1]} left out."
        yield Finding("skipped-files", "note", len(names), tuple(names[:5]), what, "Their class is not known.")


def _is_unlabelled(name: str, found: TextPlaces) -> bool:
    return Path(name).parent.name in found.unlabelled
