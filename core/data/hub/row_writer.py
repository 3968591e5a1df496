"""The rows of a hub set written into a draft."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from core.data.documents.corpus import Corpus
from core.data.hub.columns import Chosen
from core.data.hub.download_record import FetchedSet
from core.data.hub.opening import Part
from core.data.rows import TEXT_ROWS
from core.data.staging import Progress, StagedDataset
from core.data.tables.cleaning import clean_texts, without_surrogates
from core.data.tables.skip_report import SkipReport
from core.data.task_kinds import DOCUMENTS, IMAGES, TABLES
from core.specs.dataset_types import ImportOptions

SPLIT_COLUMN = "split"


def write(
    found: FetchedSet,
    parts: list[Part],
    chosen: Chosen,
    options: ImportOptions,
    staged: StagedDataset,
    progress: Progress,
) -> None:
    """Write all parts into the draft, as rows of the task.

    Raises:
        DataError: They cannot be used for it.
        ImportCancelled: The user cancelled.
    """
    if IMAGES.fits(chosen.task):
        _write_images(found, parts, chosen, staged, progress)
    elif DOCUMENTS.fits(chosen.task):
        _write_documents(found, parts, chosen, staged, progress)
    elif TABLES.fits(chosen.task):
        _write_table(found, parts, options, staged, progress)
    else:
        _write_texts(found, parts, chosen, options, staged, progress)


def _write_texts(
    found: FetchedSet,
    parts: list[Part],
    chosen: Chosen,
    options: ImportOptions,
    staged: StagedDataset,
    progress: Progress,
) -> None:
    rows, left_out, number = staged.rows(TEXT_ROWS), SkipReport(), 0
    for part in parts:
        for batch in part.batches(chosen.input_column, chosen.label_column):
            texts = without_surrogates([str(text or "") for text in batch[chosen.input_column]])
            if options.clean_text:
                texts, changed = clean_texts(texts)
                for position in changed:
                    left_out.add("cleaned-text", number + position + 1, texts[position])
            for text, answer in zip(texts, batch[chosen.label_column], strict=True):
                number += 1
                label = _label(answer, chosen.labels)
                if not text.strip():
                    left_out.add("empty-rows", number)
                elif not label:
                    left_out.add("missing-labels", number, text)
                else:
                    rows.add(text=text, label=label, given=part.split, source=number)
            progress.advance(number)
    staged.findings += left_out.findings(found.id, "row")


def _write_documents(
    found: FetchedSet, parts: list[Part], chosen: Chosen, staged: StagedDataset, progress: Progress
) -> None:
    corpus, left_out, number = Corpus(staged, found.id), SkipReport(), 0
    for part in parts:
        for batch in part.batches(chosen.input_column):
            for text in batch[chosen.input_column]:
                number += 1
                if not corpus.add(f"{part.name} {number}", [str(text or "")], given=part.split, source=number):
                    left_out.add("empty-rows", number)
            progress.advance(number)
    staged.findings += left_out.findings(found.id, "row")
    corpus.finish()


def _write_images(
    found: FetchedSet, parts: list[Part], chosen: Chosen, staged: StagedDataset, progress: Progress
) -> None:
    from core.data.images import ingest
    from core.data.images.background import LARGEST, LOOKED_AT, find_ground
    from core.data.images.pixel_budget import PixelBudget
    from core.data.images.skip_report import SkipReport as SkippedImages
    from core.data.images.thread_pool import in_order

    contents = (content for *_, content in islice(_image_files(parts, chosen), LOOKED_AT))
    under = find_ground(content for content in contents if 0 < len(content) <= LARGEST)
    if under.name:
        staged.facts["ground"] = under.name

    budget = PixelBudget()

    def context(given: tuple[Part, str, str, bytes]) -> tuple[Part, str, str, ingest.IngestedImage | ingest.Unusable]:
        part, name, label, content = given
        if not label:
            return part, name, label, ingest.Unusable("missing-labels")
        return part, name, label, ingest.examine_or_say(content, under.level, budget)

    left_out = SkippedImages()
    files = in_order(context, _image_files(parts, chosen), lambda given: len(given[3]))
    for number, (part, name, label, image) in enumerate(files, 1):
        progress.advance(number)
        ingest.note(image, name, left_out)
        if isinstance(image, ingest.IngestedImage):
            ingest.write(image, name, label, part.split, number, staged)
    staged.findings += left_out.findings()


def _image_files(parts: list[Part], chosen: Chosen) -> Iterator[tuple[Part, str, str, bytes]]:
    """Yield each image's part, name, label and bytes; no bytes for a missing image."""
    for part in parts:
        number = 0
        for batch in part.batches(chosen.input_column, chosen.label_column):
            for file, answer in zip(batch[chosen.input_column], batch[chosen.label_column], strict=True):
                number += 1
                path, content = (file.get("path"), file.get("bytes")) if file else (None, None)
                if content is None and path and Path(path).is_file():
                    content = Path(path).read_bytes()
                name = Path(path).name if path else str(number)
                yield part, f"{part.name}/{name}", _label(answer, chosen.labels), content or b""


def _write_table(
    found: FetchedSet, parts: list[Part], options: ImportOptions, staged: StagedDataset, progress: Progress
) -> None:
    """Write the parts as one Parquet file, which the table reader then reads."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from core.data.readers.registry import find_reader  # it finds readers by walking, and so imports nearly everything

    file = staged.folder / f"{found.id.split('/')[1]}.parquet"
    has_splits = any(part.split for part in parts)
    number = 0
    schema: pa.Schema | None = None
    writer: pq.ParquetWriter | None = None
    try:
        for part in parts:
            for batch in part.batches():
                columns = (
                    {**batch, SPLIT_COLUMN: [part.split] * len(next(iter(batch.values())))} if has_splits else batch
                )
                table = pa.table(columns, schema=schema)
                schema = schema or table.schema
                writer = writer or pq.ParquetWriter(file, schema)
                writer.write_table(table)
                number += table.num_rows
                progress.advance(number)
        if writer is not None:
            writer.close()
        reader = find_reader(file)
        complete = reader.preview(file, options.model_copy(update={"split_column": SPLIT_COLUMN if has_splits else ""}))
        reader.read(file, complete.options, staged, progress)
    finally:
        if writer is not None and writer.is_open:
            writer.close()
        file.unlink(missing_ok=True)


def _label(answer: Any, labels: tuple[str, ...]) -> str:
    """Return a label's name; "" where there is none."""
    if labels:
        return labels[answer] if isinstance(answer, int) and 0 <= answer < len(labels) else ""
    return "" if answer is None else str(answer).strip()
