"""A data set that comes with Touchstone, behind the interface of all: see `core.data.store.open_dataset`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core import catalog
from core.data.store.load_version import load_version
from core.data.store.previews import OF_EACH_CLASS, SAMPLES, DatasetPreview, spread
from core.errors import DataError
from core.preprocessing.vocabulary import Vocabulary
from core.specs import DatasetSpec, Examples, LoadedDataset, SplitName, texts_of
from core.specs.dataset_types import DatasetEntry, Finding, VersionInfo


class BuiltInDataset:
    """A data set of one version, without findings, facts or corrections."""

    is_built_in, head = True, ""

    def __init__(self, spec: DatasetSpec) -> None:
        self._spec = spec

    def entry(self) -> DatasetEntry:
        """Return what a list says of it."""
        spec = self._spec
        return DatasetEntry(spec.name, spec.title, spec.task, spec.summary, spec.licence, spec.source, built_in=True)

    def versions(self) -> list[VersionInfo]:
        """Return none: it never changes."""
        return []

    def findings(self, fingerprint: str = "") -> list[Finding]:
        """Return none: nobody could put them right."""
        return []

    def facts(self, fingerprint: str = "") -> dict[str, object]:
        """Return none: nothing was guessed when it was read."""
        return {}

    def preview(self, fingerprint: str = "") -> DatasetPreview:
        """Return what it holds in numbers, with some training examples."""
        return _preview(self._spec.name)

    def text_sample(self, most: int, fingerprint: str = "") -> tuple[str, ...]:
        """Return at most so many texts from all over the training split."""
        inputs = _loaded(self._spec.name).examples["train"].inputs
        return tuple(inputs[i] for i in spread(len(inputs), most)) if isinstance(inputs, tuple) else ()

    def rows_sample(self, most: int, fingerprint: str = "") -> Examples:
        """Return at most `most` training rows, spread over a table, with their targets."""
        train = _loaded(self._spec.name).examples["train"]
        return train.select(np.array(spread(len(train), most), dtype=np.int64))

    def writing_sample(self, most: int, fingerprint: str = "") -> str:
        """Return the beginning of the training documents, at most so many characters."""
        return "".join(texts_of(_loaded(self._spec.name).examples["train"].inputs))[:most]

    def text_words(self, fingerprint: str = "") -> Mapping[str, Any]:
        """Return the vocabulary of its texts."""
        texts = (texts_of(_loaded(self._spec.name).examples[name].inputs) for name in ("train", "validation"))
        return {"vocabulary": Vocabulary.of(*texts).to_json()}

    def examples(self, fingerprint: str, split: SplitName, places: Sequence[int]) -> Examples:
        """Return examples of a split by their place in it.

        Raises:
            DataError: The data set is not the one that it was.
        """
        loaded = _loaded(self._spec.name)
        if loaded.version.fingerprint != fingerprint:
            name = self._spec.name
            raise DataError(f"The data set '{name}' has changed since: its examples of then are not here any more.")
        return loaded.examples[split].select(np.asarray(places, dtype=np.int64))


@lru_cache(maxsize=4)
def _loaded(name: str) -> LoadedDataset:
    return load_version(catalog.find_dataset(name))


@lru_cache(maxsize=32)
def _preview(name: str) -> DatasetPreview:
    loaded = _loaded(name)
    parts = loaded.examples.values()
    labels, training = loaded.version.labels, loaded.examples["train"]
    chosen = np.random.default_rng(0).permutation(len(training))
    if labels:  # a few of every class, side by side
        chosen = np.concatenate([chosen[training.targets[chosen] == k][:OF_EACH_CLASS] for k in range(len(labels))])
    counts = sum((np.bincount(p.targets, minlength=len(labels)) for p in parts if labels), np.zeros(len(labels)))
    characters = sum(len(text) for p in parts if isinstance(p.inputs, tuple) for text in p.inputs)
    class_counts = {label: int(n) for label, n in zip(labels, counts, strict=True)}
    return DatasetPreview(loaded.version, training.select(chosen[:SAMPLES]), class_counts, characters)
