"""The language reference that every Python brings along."""

import numpy as np

from core.specs import DatasetSpec, Examples


def _load() -> Examples:
    from pydoc_data.topics import topics

    return Examples(tuple(topics[name] for name in sorted(topics)), np.zeros(0, dtype=np.int64))


DATASET = DatasetSpec(
    name="python-docs",
    title="Python language reference",
    task="text-generation",
    summary="About 465,000 characters of precise technical English. Small enough to learn from in minutes, rich enough "
    "to see a model pick up words, grammar and layout.",
    licence="Python Software Foundation License",
    source="pydoc_data.topics of the Python that runs this (the text differs a little between versions)",
    load=_load,
)
