"""The same example with different labels."""

from collections import Counter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.group_ids import first_of_each, numbered, sizes_of
from core.data.checks.support.repeats import repeated_to_the_letter, sayings, side_by_side
from core.data.checks.support.selection import keep
from core.data.task_kinds import IMAGES, PERCEIVED
from core.data.wording import SHOWN, examples_of, positions, shown, thing
from core.specs.dataset_types import Finding

CODE = "conflicting-labels"
TOO_MANY = 0.05  # of all rows, above which no model can be right often enough to be judged


def run(context: CheckContext) -> Finding | None:
    """Find the examples that stand there with more than one label."""
    rows = _contradictory(context)
    if not len(rows):
        return None
    ballots = _ballots(context, rows)
    clear = sum(_winner(ballot) is not None for ballot in ballots.values())
    return Finding(
        code=CODE,
        severity="error" if len(rows) > TOO_MANY * len(context) else "warning",
        count=len(ballots),
        examples=_examples(context, rows, ballots),
        message=_message(context, rows, len(ballots)),
        why="Whatever a model answers to these, it is told that it is wrong; in the test it cannot be right on all of "
        "them.",
        fix="Keep the commonest label, remove ties" if clear else "Remove the contradictory rows",
        rows=positions(rows),
        pairs=_pairs(context, rows),
    )


def fix(context: CheckContext) -> pa.Table:
    """Keep rows with the label of more than half of their duplicates, or none."""
    rows = _contradictory(context)
    winners = {group: _winner(ballot) for group, ballot in _ballots(context, rows).items()}
    stays = np.ones(len(context), dtype=np.bool_)
    stays[rows] = [winners[int(context.same[row])] == int(context.targets[row]) for row in rows]
    return keep(context, stays)


def _contradictory(context: CheckContext) -> NDArray[np.int64]:
    """Return the positions of the rows whose example has several labels, in order."""
    rows = np.flatnonzero(sizes_of(context.same) > 1)
    if not len(rows):
        return rows
    groups, targets = numbered(context.same[rows]), context.targets[rows]
    differs = targets != targets[first_of_each(groups)]
    return rows[np.bincount(groups, differs)[groups] > 0]


def _ballots(context: CheckContext, rows: NDArray[np.int64]) -> dict[int, Counter[int]]:
    """Return how often each label stands at each example, by the example's number."""
    ballots: dict[int, Counter[int]] = {}
    for group, target in zip(context.same[rows].tolist(), context.targets[rows].tolist(), strict=True):
        ballots.setdefault(group, Counter())[target] += 1
    return ballots


def _winner(ballot: Counter[int]) -> int | None:
    [(label, votes)] = ballot.most_common(1)
    return label if votes > ballot.total() / 2 else None


def _pairs(context: CheckContext, rows: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """Return a few examples, each beside its first duplicate that has another label."""
    first = first_of_each(context.same)
    differs = rows[context.targets[rows] != context.targets[first[rows]]]
    _, each = np.unique(context.same[differs], return_index=True)
    return side_by_side(differs[np.sort(each)], first)


def _message(context: CheckContext, rows: NDArray[np.int64], count: int) -> str:
    noun = thing(context.task, count)
    if IMAGES.fits(context.task):
        return f"{count:,} {noun} {'appears' if count == 1 else 'appear'} more than once, with different labels."
    to_the_letter = repeated_to_the_letter(context, rows)
    exact = to_the_letter[1] if to_the_letter else count
    same = f" ({exact:,} letter for letter, the others but for capitals, spaces and punctuation)"
    return (
        f"{count:,} {noun} {'appears' if count == 1 else 'appear'} more than once with different labels"
        f"{same if exact < count else ''}: {len(rows):,} rows in all."
    )


def _examples(context: CheckContext, rows: NDArray[np.int64], ballots: dict[int, Counter[int]]) -> tuple[str, ...]:
    groups, first = np.unique(context.same[rows], return_index=True)
    order = np.argsort(first)[:SHOWN]
    texts = sayings(context, rows[first[order]])
    described = []
    for text, group in zip(texts, groups[order].tolist(), strict=True):
        votes = [f"{_label(context, label)} {votes}" for label, votes in ballots[group].most_common(3)]
        described.append(f"{shown(text, 48)}: {', '.join(votes)}")
    return examples_of(described)


def _label(context: CheckContext, target: int) -> str:
    return shown(context.labels[target], 16) if target >= 0 else "no label"


CHECK = CheckSpec(CODE, PERCEIVED, run, fix, order=12)
