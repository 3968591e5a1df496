"""From rows to an immutable version: keys, splits, findings, fingerprint."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.runner import SEVERITIES, checks, examine
from core.data.images.loading import natural_size
from core.data.rows import FEATURE, UNUSED
from core.data.splits.document_splits import FACT, RULE, describe_division
from core.data.splits.duplicates import count_repeats, group_numbers, row_keys
from core.data.splits.equal_texts import labelled_text_keys
from core.data.splits.near_duplicates import near_images, near_texts
from core.data.splits.split_record import SplitRecord
from core.data.splits.time_split import moments_of
from core.data.staging import Progress
from core.data.store.load_examples import SPLIT_NUMBERS, text_division
from core.data.store.manifest import Manifest
from core.data.store.text_metadata import with_languages, with_words
from core.data.store.version_split import Divided, Past, divide_rows
from core.data.task_kinds import DOCUMENTS, IMAGES, LABELLED_TEXTS, TABLES
from core.errors import DataError
from core.specs.dataset_types import Finding, Guess, VersionInfo

SIZE = "Size of the images"
HASHED_ROWS = 65_536  # a fixed portion, so that the fingerprint does not depend on how rows were written
MOST_LABELS = 1_000
_NO_TIME = np.iinfo(np.int64).min
SPLIT_COLUMN = pa.field("split", pa.int8())  # below 0: set aside (`core.data.splits.split_record`)
CLUSTER_COLUMN = pa.field("cluster", pa.int64())  # rows with the same number are copies, or of one group
DIVIDED = (SPLIT_COLUMN.name, CLUSTER_COLUMN.name)


@dataclass(frozen=True, eq=False)
class VersionInput:
    """Rows on their way to a version, and what is known of them."""

    name: str
    task: str
    rows: pa.Table
    packs: Path
    change: str
    parent: str = ""
    labels: tuple[str, ...] = ()  # where the source fixes their order
    facts: Mapping[str, Any] | None = None
    findings: tuple[Finding, ...] = ()  # of the reader
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, eq=False)
class Finished:
    """A version, whole.

    Args:
        rows: With their splits.
        manifest: Of the version.
        findings: Of the reader and the data doctor.
        record: Where all rows of the data set stand, with these; None where rows are not divided.
    """

    rows: pa.Table
    manifest: Manifest
    findings: tuple[Finding, ...]
    record: SplitRecord | None


def finish(given: VersionInput, progress: Progress) -> Finished:
    """Return the rows with their splits, the manifest and every finding.

    Raises:
        DataError: There is too little to train, validate and test with.
    """
    rows, labels = without_split(given.rows), ordered_labels(given)
    if not rows.num_rows:
        raise DataError("Nothing is left to learn from: no row has all that is needed. Check the columns you chose.")
    keys, near = similar(given.task, rows, progress)
    progress.stage("Dividing", 0, "rows")
    facts = dict(with_languages(given.facts or {}, rows))
    by_time = moments_of(rows, facts) is not None
    mark = rows_fingerprint(given.task, rows, labels, str(facts["time_column"]) if by_time else "")
    parts = None if DOCUMENTS.fits(given.task) else _parts(given, labels, facts, near, mark, progress)
    sizes, divided, how = _divided(rows, parts) if parts else _text_divided(rows, facts)
    facts = {**with_words(facts, divided, labels), **how}
    found = _examine(CheckContext(given.task, rows, labels, keys, near, given.packs, facts), progress)
    said = [*given.findings, *(parts.findings if parts else ())]
    findings = tuple(sorted([*said, *found], key=lambda f: SEVERITIES.index(f.severity)))
    size, channels = natural_size(rows) if IMAGES.fits(given.task) else (0, 0)
    if size and "guesses" in facts:
        facts["guesses"] = [*_other_guesses(facts["guesses"]), asdict(_size_guess(rows, size, channels))]
    info = VersionInfo(
        name=given.name,
        fingerprint=mark,
        task=given.task,
        created_at=datetime.now(UTC),
        change=given.change,
        parent=given.parent,
        examples=rows.num_rows,
        labels=labels,
        class_counts=class_counts(rows, labels),
        split_sizes=sizes,
        size_bytes=_size_bytes(rows),
    )
    duplicates = count_repeats(keys)
    manifest = Manifest(info=info, duplicate_count=duplicates, picture_size=size, channels=channels, facts=facts)
    return Finished(divided, manifest, findings, parts.record if parts else None)


def _other_guesses(guesses: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [guess for guess in guesses if guess.get("about") != SIZE]


def _size_guess(rows: pa.Table, size: int, channels: int) -> Guess:
    """Return the line that says how large models see the pictures."""
    same = pc.all(pc.and_(pc.equal(rows["width"], size), pc.equal(rows["height"], size))).as_py()
    why = "as they come" if same else "they come in other sizes: the shorter side becomes so long, the middle is kept"
    return Guess(SIZE, f"{size} x {size} pixels, {'grey' if channels == 1 else 'in colour'}", why)


def _examine(context: CheckContext, progress: Progress) -> list[Finding]:
    waiting = iter(range(len(checks(context.task)) + 1))
    progress.stage("Examining", len(checks(context.task)), "checks")
    return list(examine(context, before=lambda _code: progress.advance(next(waiting))))


def similar(task: str, rows: pa.Table, progress: Progress) -> tuple[NDArray[np.bytes_], NDArray[np.int64]]:
    """Return a key for each row, shared by the same, and its near-duplicate group."""
    progress.stage("Looking for duplicates", rows.num_rows, "rows")
    if IMAGES.fits(task):
        keys = np.array(rows.column("pixels").to_pylist(), dtype="S16")
        return keys, near_images(rows.column("looks"), keys)
    if LABELLED_TEXTS.fits(task):
        keys = labelled_text_keys(rows.column("text"), rows.column("label"), progress)
        progress.stage("Looking for near duplicates", len(group_numbers(keys)[1]), "rows")
        return keys, near_texts(rows.column("text"), keys, progress)
    if TABLES.fits(task):
        keys = row_keys([rows.column(name) for name in rows.column_names if name.startswith(FEATURE)])
        return keys, group_numbers(keys)[0]
    return np.zeros(0, dtype="S16"), np.zeros(0, dtype=np.int64)


def ordered_labels(given: VersionInput) -> tuple[str, ...]:
    """Return the class names in the source's order, else naturally sorted.

    A natural order has "2" before "10".

    Raises:
        DataError: There is one class only, or more than can be told apart.
    """
    if "label" not in given.rows.column_names:
        return ()
    present = [label for label in pc.unique(given.rows.column("label")).to_pylist() if label]
    if len(present) == 1:
        raise DataError(
            f"All {given.rows.num_rows:,} examples have the same label, '{present[0]}'. A model learns by telling "
            "things apart: add examples of at least one other class, or choose another label column."
        )
    if len(present) > MOST_LABELS:
        raise DataError(
            f"There are {len(present):,} different labels; at most {MOST_LABELS:,} can be told apart. "
            "Choose another label column, or, where the labels are numbers, the task that predicts numbers."
        )
    natural = sorted(present, key=lambda label: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", label)])
    return (
        tuple(label for label in given.labels if label in present)
        if set(present) <= set(given.labels)
        else tuple(natural)
    )


def class_counts(rows: pa.Table, labels: tuple[str, ...]) -> dict[str, int]:
    """Return how many rows each class has."""
    if not labels:
        return {}
    counted = {c["values"]: c["counts"] for c in pc.value_counts(rows.column("label")).to_pylist()}
    return {label: int(counted.get(label, 0)) for label in labels}


def rows_fingerprint(task: str, rows: pa.Table, labels: tuple[str, ...], time_column: str = "") -> str:
    """Return the SHA-256 of all learnable content, as 64 hexadecimal digits.

    Args:
        task: What the rows are for.
        rows: Of the version.
        labels: In their order.
        time_column: By which they are divided; empty where chance divides them.
    """
    rule = (f"text split {RULE}",) if DOCUMENTS.fits(task) else ()
    digest = hashlib.sha256(repr((task, labels, *rule, *((time_column,) if time_column else ()))).encode())
    beside = ("source", UNUSED)  # of which nothing is learnt
    of_images = [name for name in ("pixels", "label", "group") if name in rows.column_names]
    columns = of_images if IMAGES.fits(task) else [n for n in rows.column_names if n not in beside]
    for name in [*columns, *(["given"] if "given" not in columns else [])]:
        digest.update(f"{name}\0".encode())
        for start in range(0, rows.num_rows, HASHED_ROWS):
            values = rows.column(name).slice(start, HASHED_ROWS)
            if pa.types.is_floating(values.type):
                digest.update(np.ascontiguousarray(values.to_numpy(), dtype="<f8").tobytes())
                continue
            if pa.types.is_temporal(values.type):
                wide = values if pa.types.is_timestamp(values.type) else values.cast(pa.int32())
                digest.update(np.asarray(pc.fill_null(wide.cast(pa.int64()), _NO_TIME), dtype="<i8").tobytes())
                continue
            digest.update(np.asarray(pc.fill_null(pc.binary_length(values), -1).to_numpy(), dtype="<i8").tobytes())
            for chunk in values.chunks:
                digest.update(_content(chunk))
    return digest.hexdigest()


def _content(values: pa.Array) -> bytes:
    present = values.drop_null().to_pylist()
    return b"".join(v if isinstance(v, bytes) else v.encode("utf-8", "surrogatepass") for v in present)


def without_clusters(rows: pa.Table) -> pa.Table:
    """Return the rows of a version as they are changed: each keeps its split."""
    return rows.drop_columns([CLUSTER_COLUMN.name] if CLUSTER_COLUMN.name in rows.column_names else [])


def without_split(rows: pa.Table) -> pa.Table:
    """Return the rows without their old version's splits and other derived columns."""
    return rows.drop_columns([name for name in DIVIDED if name in rows.column_names])


def _parts(
    given: VersionInput,
    labels: tuple[str, ...],
    facts: Mapping[str, Any],
    near: NDArray[np.int64],
    mark: str,
    progress: Progress,
) -> Divided:
    def near_among(rows: pa.Table) -> NDArray[np.int64]:
        return similar(given.task, rows, progress)[1]

    return divide_rows(given.task, given.rows, labels, facts, near, near_among, given.past, mark)


def _text_divided(rows: pa.Table, facts: Mapping[str, Any]) -> tuple[dict[str, int], pa.Table, dict[str, Any]]:
    """Return each split's characters, the documents without split column, and facts to add."""
    division = text_division(rows, facts)
    sizes = {str(name): size for name, size in division.sizes.items()}
    unsplit = rows.append_column(SPLIT_COLUMN, pa.nulls(rows.num_rows, pa.int8()))
    return sizes, unsplit, {FACT: division.facts, "splits": describe_division(division.facts)}


def _divided(rows: pa.Table, parts: Divided) -> tuple[dict[str, int], pa.Table, Mapping[str, Any]]:
    """Return the split sizes, the rows with their splits, and the facts to add."""
    sizes = {str(name): int((parts.split == number).sum()) for name, number in SPLIT_NUMBERS.items()}
    divided = rows.append_column(SPLIT_COLUMN, pa.array(parts.split, pa.int8()))
    if np.bincount(parts.cluster).max() > 1:
        divided = divided.append_column(CLUSTER_COLUMN, pa.array(parts.cluster, pa.int64()))
    return sizes, divided, parts.facts


def _size_bytes(rows: pa.Table) -> int:
    images = int(pc.sum(rows.column("size_bytes")).as_py() or 0) if "size_bytes" in rows.column_names else 0
    return int(rows.nbytes) + images
