"""fastText's text files: each line with its labels first, as "__label__happy what a day"."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.data.file_signatures import check_there, head, refuse_disguised
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.encoding import TextStream, find_encoding, known_encoding, refuse_binary
from core.data.tables.ingest import preview_source, take_in
from core.data.tables.json_values import json_text
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import BATCH_ROWS, Batch, Table, in_bounds
from core.data.task_kinds import TEXTS
from core.specs.dataset_types import ImportOptions, SourcePreview

PREFIX = "__label__"
_MOSTLY = 0.9  # of the first lines must begin so
_ENCODING_BYTES = 64 << 20


def accepts(path: Path) -> float:
    """Return how sure it is: nothing else begins its lines so."""
    if not path.is_file():
        return 0.0
    lines = [line for line in head(path).split(b"\n")[:200] if line.strip()]
    marked = sum(line.lstrip(b"\xef\xbb\xbf\"'").startswith(PREFIX.encode()) for line in lines)
    return 0.97 if lines and marked >= _MOSTLY * len(lines) else 0.0


def open_table(path: Path, options: ImportOptions) -> Table:
    """Open the file as a table of texts and labels.

    Raises:
        DataError: It is no text.
    """
    check_there(path)
    start = head(path)
    refuse_disguised(path, start)
    encoding = known_encoding(options.encoding) if options.encoding else find_encoding(path, _ENCODING_BYTES).name
    refuse_binary(path, start, encoding)

    def batches(wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        stream = TextStream(path, encoding, skipped)
        numbers: list[int] = []
        rows: list[tuple[str, str]] = []
        number = 0
        for piece in stream:
            for line in piece.splitlines():
                number += 1
                if line.strip():
                    numbers.append(number)
                    rows.append(_row(line))
            if len(rows) >= BATCH_ROWS:
                yield from _batch(numbers, rows, wanted, stream.done, skipped)
                numbers, rows = [], []
        if rows:
            yield from _batch(numbers, rows, wanted, stream.done, skipped)

    return Table(
        path=path,
        format="Text with fastText labels",
        names=("text", "label"),
        size_bytes=path.stat().st_size,
        unit="line",
        batches=batches,
        settings={"delimiter": "", "encoding": encoding, "has_header": True, "sheet": ""},
        notes=(f"Each line begins with its label as fastText writes it ({PREFIX}...), which is taken off the text.",),
        origins={"label": f"what stands behind {PREFIX}", "text": "what follows the label"},
    )


def _batch(
    numbers: list[int], rows: list[tuple[str, str]], wanted: Sequence[int], done: int, skipped: SkipReport
) -> Iterator[Batch]:
    columns = tuple([row[index] for row in rows] for index in wanted)
    return in_bounds(Batch(numbers, columns, done), skipped)


def _row(line: str) -> tuple[str, str]:
    """Return a line's text and labels, as a list if there are several."""
    labels, rest = [], line.strip().lstrip("\ufeff")
    while rest.startswith(PREFIX):
        label, _, rest = rest.removeprefix(PREFIX).partition(" ")
        name, tab, behind = label.partition("\t")
        labels.append(name.rstrip(","))
        rest = f"{behind} {rest}".lstrip() if tab else rest.lstrip(" ,")
    return rest, json_text(found) if (found := [label for label in labels if label]) else ""


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return its labels and first texts."""
    return preview_source(open_table(path, options), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read it into a draft."""
    take_in(open_table(path, options), options, staged, progress)


READER = ReaderSpec("fasttext", "Text with fastText labels", accepts, preview, read, tasks=TEXTS)
