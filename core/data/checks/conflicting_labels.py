"""The same example with different labels."""

from collections import Counter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckSpec, Examined
from core.data.checks.support.classes import CLASSIFICATION
from core.data.checks.support.group_ids import first_of_each, numbered, sizes_of
from core.data.checks.support.repeats import repeated_to_the_letter, sayings, side_by_side
from core.data.checks.support.selection import keep
from core.data.wording import SHOWN, examples_of, positions, shown, thing
from core.dataset_types import Finding

CODE = "conflicting-labels"
TOO_MANY = 0.05  # of all rows, above which no model can be right often enough to be judged


def look(examined: Examined) -> Finding | None:
    """Find the examples that stand there with more than one label."""
    rows = _contradictory(examined)
    if not len(rows):
        return None
    ballots = _ballots(examined, rows)
    clear = sum(_winner(ballot) is not None for ballot in ballots.values())
    return Finding(
        code=CODE,
        severity="error" if len(rows) > TOO_MANY * len(examined) else "warning",
        count=len(ballots),
        examples=_examples(examined, rows, ballots),
        message=_message(examined, rows, len(ballots)),
        why="Whatever a model answers to these, it is told that it is wrong; in the test it cannot be right on all of "
        "them.",
        fix="Keep the label of the majority, remove ties" if clear else "Remove the contradictory rows",
        rows=positions(rows),
        pairs=_pairs(examined, rows),
    )


def repair(examined: Examined) -> pa.Table:
    """Keep the rows with the label that more than half of the same examples have; where there is none, keep none."""
    rows = _contradictory(examined)
    winners = {group: _winner(ballot) for group, ballot in _ballots(examined, rows).items()}
    stays = np.ones(len(examined), dtype=np.bool_)
    stays[rows] = [winners[int(examined.same[row])] == int(examined.targets[row]) for row in rows]
    return keep(examined, stays)


def _contradictory(examined: Examined) -> NDArray[np.int64]:
    """Return the positions of the rows whose example has several labels, in order."""
    rows = np.flatnonzero(sizes_of(examined.same) > 1)
    if not len(rows):
        return rows
    groups, targets = numbered(examined.same[rows]), examined.targets[rows]
    differs = targets != targets[first_of_each(groups)]
    return rows[np.bincount(groups, differs)[groups] > 0]


def _ballots(examined: Examined, rows: NDArray[np.int64]) -> dict[int, Counter[int]]:
    """Return how often each label stands at each example, by the example's number."""
    ballots: dict[int, Counter[int]] = {}
    for group, target in zip(examined.same[rows].tolist(), examined.targets[rows].tolist(), strict=True):
        ballots.setdefault(group, Counter())[target] += 1
    return ballots


def _winner(ballot: Counter[int]) -> int | None:
    [(label, votes)] = ballot.most_common(1)
    return label if votes > ballot.total() / 2 else None


def _pairs(examined: Examined, rows: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """Return a few examples beside the first one that is the same and has another label."""
    first = first_of_each(examined.same)
    differs = rows[examined.targets[rows] != examined.targets[first[rows]]]
    _, each = np.unique(examined.same[differs], return_index=True)
    return side_by_side(differs[np.sort(each)], first)


def _message(examined: Examined, rows: NDArray[np.int64], count: int) -> str:
    noun = thing(examined.task, count)
    if examined.task == "image-classification":
        return f"{count:,} {noun} {'is' if count == 1 else 'are'} there more than once, with different labels."
    to_the_letter = repeated_to_the_letter(examined, rows)
    exact = to_the_letter[1] if to_the_letter else count
    same = f" ({exact:,} letter for letter, the others but for capitals, spaces and punctuation)"
    return (
        f"{count:,} {noun} {'stands' if count == 1 else 'stand'} there more than once with different labels"
        f"{same if exact < count else ''}: {len(rows):,} rows in all."
    )


def _examples(examined: Examined, rows: NDArray[np.int64], ballots: dict[int, Counter[int]]) -> tuple[str, ...]:
    groups, first = np.unique(examined.same[rows], return_index=True)
    order = np.argsort(first)[:SHOWN]
    texts = sayings(examined, rows[first[order]])
    described = []
    for text, group in zip(texts, groups[order].tolist(), strict=True):
        votes = [f"{_label(examined, label)} {votes}" for label, votes in ballots[group].most_common(3)]
        described.append(f"{shown(text, 48)}: {', '.join(votes)}")
    return examples_of(described)


def _label(examined: Examined, target: int) -> str:
    return shown(examined.labels[target], 16) if target >= 0 else "no label"


CHECK = CheckSpec(CODE, CLASSIFICATION, look, repair, order=12)
