"""Preview of a dataset: what it holds in numbers, and some real training examples."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.specs import DatasetVersion, Examples

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


def spread(count: int, most: int) -> range:
    """Return at most so many positions, spread over all."""
    return range(0, count, -(-count // most) or 1)
