"""Training, validation and test examples, fixed by the data's own fingerprint: no seed to try twice."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.intake.documents import divide_documents
from core.intake.duplicates import count_repeats, keys_of
from core.specs import SPLITS, Examples, SplitName

HELD_OUT_SHARE = 0.15  # of the examples of each label, for validation and again for test
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Division:
    """A data set in its three parts."""

    examples: dict[SplitName, Examples]
    sizes: dict[SplitName, int]  # examples; characters for text generation
    duplicate_count: int  # repeated examples (kept, all on one side); repeated paragraphs (dropped) of documents


def divide(examples: Examples, fingerprint: str) -> Division:
    """Return the three parts of a data set.

    Raises:
        DataError: There is too little data for three parts.
    """
    if not examples.labels:
        texts, dropped = divide_documents(tuple(map(str, examples.inputs)), fingerprint)
        parts = {name: Examples(texts[name], examples.targets) for name in SPLITS}
        return Division(parts, {name: sum(map(len, texts[name])) for name in SPLITS}, dropped)
    indices = split(examples, fingerprint)
    if not all(len(indices[name]) for name in SPLITS):
        raise DataError(
            "There are too few different examples to train, validate and test with. "
            "Add examples until at least one label has three different ones."
        )
    parts = {name: examples.select(indices[name]) for name in SPLITS}
    return Division(parts, {name: len(parts[name]) for name in SPLITS}, count_repeats(keys_of(examples)))


def split(examples: Examples, fingerprint: str) -> dict[SplitName, Indices]:
    """Return which examples are for training, validation and test: 70, 15 and 15 of 100 of each label.

    Examples that are the same (`core.intake.duplicates`) stay together. The order in which groups are drawn is a
    hash of the fingerprint and the group's content, so that it depends on no library's random numbers.

    Args:
        examples: With labels.
        fingerprint: Of these examples.

    Returns:
        Sorted indexes by split; every index in exactly one.
    """
    groups: dict[bytes, list[int]] = defaultdict(list)
    for index, key in enumerate(keys_of(examples)):
        groups[key].append(index)
    by_label: dict[int, list[bytes]] = defaultdict(list)
    for key, members in groups.items():
        by_label[int(examples.targets[members[0]])].append(key)
    chosen: dict[SplitName, list[int]] = {name: [] for name in SPLITS}
    for label in sorted(by_label):
        drawn = sorted(by_label[label], key=lambda key: hashlib.sha256(fingerprint.encode() + key).digest())
        for name, members in _deal([groups[key] for key in drawn]):
            chosen[name].extend(members)
    return {name: np.array(sorted(chosen[name]), dtype=np.int64) for name in SPLITS}


def _deal(groups: list[list[int]]) -> list[tuple[SplitName, list[int]]]:
    """Give each group of one label to a split: test and validation up to their share, the rest to training."""
    total = sum(map(len, groups))
    quota = max(1, round(HELD_OUT_SHARE * total)) if len(groups) >= len(SPLITS) else 0
    filled: dict[SplitName, int] = {"test": 0, "validation": 0}
    dealt: dict[int, SplitName] = {}
    for name in filled:
        for position, group in enumerate(groups):
            if position not in dealt and filled[name] + len(group) <= quota:
                dealt[position] = name
                filled[name] += len(group)
        if quota and not filled[name]:  # every group is larger than the share: take the smallest
            dealt[min((p for p in range(len(groups)) if p not in dealt), key=lambda p: len(groups[p]))] = name
    return [(dealt.get(position, "train"), group) for position, group in enumerate(groups)]
