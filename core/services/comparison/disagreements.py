"""Test examples on which runs disagree, most confident on both sides first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.runs import Run
from core.services.comparison.grouping import Group
from core.services.comparison.predictions import Answers, answers_of
from core.services.run_service import Service


@dataclass(frozen=True, eq=False)
class Disagreements:
    """Where some runs of one group differ.

    Args:
        runs: Those whose answers are kept.
        answers: (M, N) by run and test example: a class, or a number.
        targets: (N,) the truth.
        confidence: (M, N) how sure each is, 0 to 1; NaN where that is not known.
        order: Indexes of the examples on which they differ, the most telling first.
        missing: Runs of the group without kept answers.
    """

    runs: tuple[Run, ...]
    answers: NDArray[np.float64]
    targets: NDArray[np.float64]
    confidence: NDArray[np.float32]
    order: NDArray[np.int64]
    missing: tuple[Run, ...]

    @property
    def right(self) -> NDArray[np.int64]:
        """How many of the examples on which they differ each run has right, (M,)."""
        found: NDArray[np.int64] = (self.answers[:, self.order] == self.targets[self.order]).sum(1)
        return found

    def only_right(self, at: int) -> NDArray[np.int64]:
        """Return the examples that one run alone has right, in the same order."""
        hits = self.answers[:, self.order] == self.targets[self.order]
        found: NDArray[np.int64] = self.order[hits[at] & (hits.sum(0) == 1)]
        return found


def disagreements(service: Service, group: Group, *, numbers: bool) -> Disagreements | None:
    """Return where a group's runs differ; None for fewer than two with answers.

    The answers must be to the same examples.

    Args:
        service: Knows what they answered.
        group: Runs of one data version.
        numbers: Whether they answer with numbers instead of classes.
    """
    kept: list[tuple[Run, Answers]] = []
    for run in group.runs:
        found = answers_of(service, run)
        if found is not None and len(found) and (not kept or _same(found, kept[0][1])):
            kept.append((run, found))
    if len(kept) < 2:
        return None
    runs = tuple(run for run, _ in kept)
    answers = np.stack([one.predictions.predicted.astype(np.float64) for _, one in kept])
    unknown = np.full(answers.shape[1], np.nan, np.float32)
    confidence = np.stack([one.confidence if len(one.confidence) else unknown for _, one in kept])
    order = _furthest(answers) if numbers else _surest(answers, confidence)
    missing = tuple(run for run in group.runs if run.id not in {one.id for one in runs})
    return Disagreements(runs, answers, kept[0][1].predictions.targets.astype(np.float64), confidence, order, missing)


def _same(one: Answers, other: Answers) -> bool:
    return one.fingerprint == other.fingerprint and np.array_equal(one.predictions.targets, other.predictions.targets)


def _surest(answers: NDArray[np.float64], confidence: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the disputed examples, first those with confidence on both sides.

    The confidences are those of the surest answer and of the surest other one.
    """
    known = np.nan_to_num(confidence)
    surest = known.argmax(0)  # (N,) which run is
    against = answers != answers[surest, np.arange(answers.shape[1])]
    strength = np.where(against, known, -1.0).max(0)  # of the surest among those who say something else
    differ = np.flatnonzero(against.any(0))
    return np.asarray(differ[np.argsort(-strength[differ], kind="stable")], dtype=np.int64)


def _furthest(answers: NDArray[np.float64]) -> NDArray[np.int64]:
    spread = answers.max(0) - answers.min(0)
    order = np.argsort(-spread, kind="stable")
    return np.asarray(order[spread[order] > 0], dtype=np.int64)


def who_said_what(labels: Sequence[str], answers: Sequence[int]) -> list[tuple[str, list[int]]]:
    """Return each distinct answer with the positions that gave it, most frequent first."""
    by_answer: dict[int, list[int]] = {}
    for at, answer in enumerate(answers):
        by_answer.setdefault(int(answer), []).append(at)
    ordered = sorted(by_answer.items(), key=lambda item: -len(item[1]))
    return [(labels[answer] if 0 <= answer < len(labels) else str(answer), who) for answer, who in ordered]
