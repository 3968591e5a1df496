"""Preview of a dataset: what it holds in numbers, and some real training examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from core import catalog
from core.data.inspection_client import load_images
from core.data.store.browse import LOOKED_AT, taken
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_examples import SPLIT_NUMBERS, table_of, targets_of
from core.data.store.load_version import load_version
from core.data.store.version import Version
from core.data.task_kinds import DOCUMENTS, IMAGES, LABELLED_TEXTS
from core.preprocessing.vocabulary import Vocabulary
from core.specs import DatasetVersion, Examples, texts_of

SAMPLES = 30
OF_EACH_CLASS = 3
PASSAGES = 40  # of documents, from all over them


@dataclass(frozen=True, eq=False)
class DatasetPreview:
    """A dataset preview: its version and some real training examples of every class."""

    version: DatasetVersion
    samples: Examples
    class_counts: Mapping[str, int]  # over all splits; empty where there are no classes
    characters: int  # over all splits; 0 where examples are no texts


@lru_cache(maxsize=32)
def preview_built_in(name: str) -> DatasetPreview:
    """Return a look at a built-in data set."""
    loaded = load_version(catalog.find_dataset(name))
    parts = loaded.examples.values()
    labels, training = loaded.version.labels, loaded.examples["train"]
    chosen = np.random.default_rng(0).permutation(len(training))
    if labels:  # a few of every class, side by side
        chosen = np.concatenate([chosen[training.targets[chosen] == k][:OF_EACH_CLASS] for k in range(len(labels))])
    counts = sum((np.bincount(p.targets, minlength=len(labels)) for p in parts if labels), np.zeros(len(labels)))
    characters = sum(len(text) for p in parts if isinstance(p.inputs, tuple) for text in p.inputs)
    class_counts = {label: int(n) for label, n in zip(labels, counts, strict=True)}
    return DatasetPreview(loaded.version, training.select(chosen[:SAMPLES]), class_counts, characters)


@lru_cache(maxsize=32)
def preview_imported(dataset_store: DatasetStore, name: str, fingerprint: str) -> DatasetPreview:
    """Return a preview of an imported version, which may be too large to load."""
    version, card = dataset_store.version(name, fingerprint), dataset_store.card(name)
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
    table, manifest = version.rows, version.manifest
    labels = manifest.info.labels
    looked_at = table.slice(0, LOOKED_AT)
    chosen = np.random.default_rng(0).permutation(looked_at.num_rows)
    split = np.asarray(looked_at.column("split").fill_null(0).to_numpy())
    chosen = chosen[split[chosen] == SPLIT_NUMBERS["train"]]
    if labels:
        targets = targets_of(looked_at, labels)
        each = max(1, min(OF_EACH_CLASS, SAMPLES // len(labels)))
        chosen = np.concatenate([chosen[targets[chosen] == k][:each] for k in range(len(labels))])
    rows = taken(table, chosen[:SAMPLES])
    targets = targets_of(rows, labels)
    if IMAGES.fits(manifest.info.task):
        images = load_images(rows, version.packs, manifest.picture_size, manifest.channels)
        return Examples(images, targets, labels)
    if "text" in rows.column_names:
        return Examples(tuple(rows.column("text").to_pylist()), targets, labels)
    return Examples(table_of(rows), targets, labels)


def text_sample(dataset_store: DatasetStore, name: str, fingerprint: str, most: int = 400) -> tuple[str, ...]:
    """Return texts from all over a data set, of which only these are read.

    Args:
        dataset_store: Where brought data sets are.
        name: A data set of texts with labels.
        fingerprint: Its version; not used for a built-in one.
        most: How many, at most.
    """
    if not dataset_store.has(name):
        inputs = load_version(catalog.find_dataset(name)).examples["train"].inputs
        return tuple(inputs[i] for i in _spread(len(inputs), most)) if isinstance(inputs, tuple) else ()
    column = dataset_store.version(name, fingerprint).rows.column("text")
    return tuple(text or "" for text in column.take(np.array(_spread(len(column), most))).to_pylist())


def rows_sample(dataset_store: DatasetStore, name: str, fingerprint: str, most: int) -> Examples:
    """Return training rows from all over a table, with what they answer.

    Args:
        dataset_store: Where brought data sets are.
        name: A data set of rows.
        fingerprint: Its version; not used for a built-in one.
        most: How many, at most.
    """
    if not dataset_store.has(name):
        train = load_version(catalog.find_dataset(name)).examples["train"]
        return train.select(np.array(_spread(len(train), most), dtype=np.int64))
    version = dataset_store.version(name, fingerprint)
    places = np.flatnonzero(np.asarray(version.rows.column("split").to_numpy()) == SPLIT_NUMBERS["train"])
    rows = version.rows.take(pa.array(places[list(_spread(len(places), most))]))
    labels = version.manifest.info.labels
    return Examples(table_of(rows), targets_of(rows, labels), labels)


def writing_sample(dataset_store: DatasetStore, name: str, fingerprint: str, most: int = 40_000) -> str:
    """Return passages from all over documents, of which only these are read.

    Args:
        dataset_store: Where brought data sets are.
        name: A data set of documents.
        fingerprint: Its version; not used for a built-in one.
        most: How many bytes, at most.
    """
    if not dataset_store.has(name):
        documents = load_version(catalog.find_dataset(name)).examples["train"].inputs
        return "".join(texts_of(documents))[:most]
    column = dataset_store.version(name, fingerprint).rows.column("text")
    chosen = _spread(len(column), PASSAGES)
    of_each = max(most // max(len(chosen), 1), 1)
    return "".join(_passages(column[place], of_each, -(-PASSAGES // len(chosen))) for place in chosen)


def _passages(document: pa.LargeStringScalar, most: int, count: int) -> str:
    """Return passages of a document, which may have hundreds of megabytes."""
    if (buffer := document.as_buffer()) is None:
        return ""
    step, length = max(len(buffer) // count, 1), max(most // count, 1)
    return "".join(bytes(buffer[at : at + length]).decode("utf-8", "ignore") for at in range(0, len(buffer), step))


def text_words(dataset_store: DatasetStore, name: str, fingerprint: str) -> Mapping[str, Any]:
    """Return facts about a dataset's words: its import's findings, else only the vocabulary.

    Args:
        dataset_store: Where brought data sets are.
        name: A data set of texts with labels.
        fingerprint: Its version; not used for a built-in one.
    """
    if dataset_store.has(name):
        return dataset_store.version(name, fingerprint).manifest.facts
    examples = load_version(catalog.find_dataset(name)).examples
    return {"vocabulary": Vocabulary.of(*(texts_of(examples[s].inputs) for s in ("train", "validation"))).to_json()}


def _spread(count: int, most: int) -> range:
    return range(0, count, -(-count // most) or 1)
