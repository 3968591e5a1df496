"""What a contest would take: tokens, money, minutes, and the interval it buys."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.contest.client import LabelAnswer
from core.contest.codes import NO_LABEL
from core.contest.endpoints import Endpoint
from core.statistics.shares import wilson

TRIAL_ROWS = 20  # of the validation split
SIZES = (100, 300, 1_000, 3_000)  # rows that are offered beside all of them
FEWEST_ROWS = 10  # test rows; of fewer nothing is said
MOST_SHOWN = 6  # answers of a trial, for reading
_UNKNOWN_SHARE = 0.8  # right answers, where a trial says nothing of them


@dataclass(frozen=True)
class TrialAnswer:
    """One answer of a trial, to be looked at."""

    row: str
    expected: str
    answered: str
    is_right: bool


@dataclass(frozen=True)
class Trial:
    """What a prompt did on a few rows of the validation split.

    Args:
        version: Of the prompt.
        shots: Examples in it.
        prompt: As it was sent, with the first row.
        rows: That were asked.
        right: Of them; for written texts those that are exactly the expected one.
        no_label: Answers that named no label.
        cut: Rows that were cut.
        tokens_in: A request, on average.
        tokens_out: Likewise.
        counted: Whether the endpoint counted them; else it is a guess by the length.
        p50_ms: Of an answer, asked one after another.
        p95_ms: Likewise.
        answers: A few, to be looked at.
        is_written: Whether texts were written, not labels named.
    """

    version: str
    shots: int
    prompt: str
    rows: int
    right: int
    no_label: int
    cut: int
    tokens_in: float
    tokens_out: float
    counted: bool
    p50_ms: float
    p95_ms: float
    answers: tuple[TrialAnswer, ...] = ()
    is_written: bool = False

    @property
    def sort_key(self) -> tuple[float, int]:
        """The better prompt first: more right answers, then fewer examples, which cost less."""
        return (-self.right / max(self.rows, 1), self.shots)


@dataclass(frozen=True)
class Size:
    """What so many test rows would take.

    Args:
        rows: To ask.
        half_width: Of the 95 % interval of the accuracy that this buys, as a share.
        tokens: That are read and written.
        money: In the endpoint's currency; None where it has no price.
        seconds: About.
    """

    rows: int
    half_width: float
    tokens: int
    money: float | None
    seconds: float


def trial_of(
    version: str, shots: int, prompt: str, answers: Sequence[LabelAnswer], right: Sequence[bool],
    shown: Sequence[TrialAnswer], *, has_labels: bool,
) -> Trial:  # fmt: skip
    """Return a trial of answers that came one after another."""
    p50, p95 = np.percentile([one.ms for one in answers], (50, 95))
    return Trial(
        version, shots, prompt, len(answers), sum(right),
        sum(one.label == NO_LABEL for one in answers) if has_labels else 0,
        sum(one.cut for one in answers),
        float(np.mean([one.tokens_in for one in answers])), float(np.mean([one.tokens_out for one in answers])),
        all(one.counted for one in answers), float(p50), float(p95), tuple(shown[:MOST_SHOWN]), not has_labels,
    )  # fmt: skip


def sizes_of(trial: Trial, endpoint: Endpoint, test_rows: int, parallel: int) -> list[Size]:
    """Return what samples of the test split, and all of it, would take."""
    counts = [*(size for size in SIZES if size < test_rows), test_rows]
    return [size_of(trial, endpoint, rows, parallel) for rows in counts]


def size_of(trial: Trial, endpoint: Endpoint, rows: int, parallel: int) -> Size:
    """Return what so many test rows would take."""
    share = trial.right / trial.rows if trial.rows and trial.right else _UNKNOWN_SHARE
    interval = wilson(round(share * rows), rows)
    read, written = round(rows * trial.tokens_in), round(rows * trial.tokens_out)
    seconds = rows * trial.p50_ms / 1000 / parallel
    half_width = (interval.ci_high - interval.ci_low) / 2
    return Size(rows, half_width, read + written, endpoint.cost(read, written), seconds)
