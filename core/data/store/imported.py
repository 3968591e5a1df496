"""An imported data set behind the common interface; reads only the requested rows."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from core.data.inspection_client import load_images
from core.data.store.browse import LOOKED_AT, taken
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_examples import SPLIT_NUMBERS, table_of, targets_of
from core.data.store.previews import OF_EACH_CLASS, PASSAGES, SAMPLES, DatasetPreview, spread
from core.data.store.version import Version
from core.data.task_kinds import DOCUMENTS, IMAGES, LABELLED_TEXTS
from core.specs import DatasetVersion, Examples, SplitName
from core.specs.dataset_types import DatasetEntry, Finding, VersionInfo


class ImportedDataset:
    """A data set of versions; without a fingerprint the one in use is meant."""

    is_built_in = False

    def __init__(self, store: DatasetStore, name: str) -> None:
        self._store, self._name = store, name

    @property
    def head(self) -> str:
        """The fingerprint of the version in use."""
        return self._store.card(self._name).head

    def entry(self) -> DatasetEntry:
        """Return what a list says of it."""
        card, versions = self._store.card(self._name), self._store.versions(self._name)
        used = next((v for v in versions if v.fingerprint == card.head), versions[0])
        return DatasetEntry(
            name=card.name, title=card.title, task=card.task, summary=used.change, licence=card.licence,
            source=card.source, built_in=False, fingerprint=used.fingerprint, examples=used.examples,
            version_count=len(versions), created_at=card.created_at, deleted_at=card.deleted_at,
        )  # fmt: skip

    def versions(self) -> list[VersionInfo]:
        """Return every version, the newest first."""
        return self._store.versions(self._name)

    def findings(self, fingerprint: str = "") -> list[Finding]:
        """Return what the data doctor found: errors, warnings, notes."""
        return list(self._version(fingerprint).findings)

    def facts(self, fingerprint: str = "") -> dict[str, object]:
        """Return the facts found at import: format, encoding, columns, label mapping."""
        return dict(self._version(fingerprint).manifest.facts)

    def preview(self, fingerprint: str = "") -> DatasetPreview:
        """Return what a version holds in numbers, with some training examples."""
        return _preview(self._store, self._name, self._version(fingerprint).manifest.info.fingerprint)

    def text_sample(self, most: int, fingerprint: str = "") -> tuple[str, ...]:
        """Return at most so many texts from all over a version."""
        column = self._version(fingerprint).rows.column("text")
        return tuple(text or "" for text in column.take(np.array(spread(len(column), most))).to_pylist())

    def rows_sample(self, most: int, fingerprint: str = "") -> Examples:
        """Return at most `most` training rows, spread over a table, with their targets."""
        version = self._version(fingerprint)
        places = np.flatnonzero(np.asarray(version.rows.column("split").to_numpy()) == SPLIT_NUMBERS["train"])
        return _examples(version, version.rows.take(pa.array(places[list(spread(len(places), most))])))

    def writing_sample(self, most: int, fingerprint: str = "") -> str:
        """Return passages from all over documents, at most `most` bytes; reads no others."""
        column = self._version(fingerprint).rows.column("text")
        chosen = spread(len(column), PASSAGES)
        of_each = max(most // max(len(chosen), 1), 1)
        return "".join(_passages(column[place], of_each, -(-PASSAGES // len(chosen))) for place in chosen)

    def text_words(self, fingerprint: str = "") -> Mapping[str, Any]:
        """Return the facts of its import, the words of its texts among them."""
        return self._version(fingerprint).manifest.facts

    def examples(self, fingerprint: str, split: SplitName, places: Sequence[int]) -> Examples:
        """Return examples of a split by their place in it."""
        version = self._version(fingerprint)
        of_split = np.flatnonzero(version.rows.column("split").to_numpy() == SPLIT_NUMBERS[split])
        return _examples(version, version.rows.take(pa.array(of_split[np.asarray(places, dtype=np.int64)])))

    def _version(self, fingerprint: str) -> Version:
        return self._store.version(self._name, fingerprint)


@lru_cache(maxsize=32)
def _preview(store: DatasetStore, name: str, fingerprint: str) -> DatasetPreview:
    version, card = store.version(name, fingerprint), store.card(name)
    info = version.manifest.info
    known = DatasetVersion(
        name, info.fingerprint, info.task, info.labels, info.split_sizes, version.manifest.duplicate_count,
        card.licence, card.source,
    )  # fmt: skip
    characters = sum(info.split_sizes.values()) if DOCUMENTS.fits(info.task) else 0
    if LABELLED_TEXTS.fits(info.task):
        characters = info.size_bytes
    return DatasetPreview(known, _sample(version), info.class_counts, characters)


def _sample(version: Version) -> Examples:
    labels, looked_at = version.manifest.info.labels, version.rows.slice(0, LOOKED_AT)
    chosen = np.random.default_rng(0).permutation(looked_at.num_rows)
    split = np.asarray(looked_at.column("split").fill_null(0).to_numpy())
    chosen = chosen[split[chosen] == SPLIT_NUMBERS["train"]]
    if labels:
        targets = targets_of(looked_at, labels)
        each = max(1, min(OF_EACH_CLASS, SAMPLES // len(labels)))
        chosen = np.concatenate([chosen[targets[chosen] == k][:each] for k in range(len(labels))])
    return _examples(version, taken(version.rows, chosen[:SAMPLES]))


def _passages(document: pa.LargeStringScalar, most: int, count: int) -> str:
    """Return passages of a document, which may have hundreds of megabytes."""
    if (buffer := document.as_buffer()) is None:
        return ""
    step, length = max(len(buffer) // count, 1), max(most // count, 1)
    return "".join(bytes(buffer[at : at + length]).decode("utf-8", "ignore") for at in range(0, len(buffer), step))


def _examples(version: Version, rows: pa.Table) -> Examples:
    manifest, labels = version.manifest, version.manifest.info.labels
    targets = targets_of(rows, labels)
    if IMAGES.fits(manifest.info.task):
        return Examples(load_images(rows, version.packs, manifest.picture_size, manifest.channels), targets, labels)
    if "text" in rows.column_names:
        return Examples(tuple(rows.column("text").to_pylist()), targets, labels)
    return Examples(table_of(rows), targets, labels)
