"""Progress of a contest, written by its process, read by pages and commands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.contest.plan import Trial

State = Literal["working", "ready", "done", "paused", "stopped", "failed", "interrupted"]
RESUMABLE = ("paused", "stopped", "failed", "interrupted")
PAUSE = "pause"  # the file by which a process is asked to pause; `core.processes.jobs.CANCEL` stops it


@dataclass(frozen=True)
class ContestProgress:
    """One contest: a trial on validation rows, then the test split once confirmed.

    Args:
        id: Of the contest.
        title: Of the data set.
        contender: "llm:NAME".
        host: Where it is asked.
        dataset: Its name.
        fingerprint: Of its version.
        run: Beside which it is asked; empty for the data set alone.
        state: "ready": the trial is done, and somebody has to say how many test rows are asked.
        stage: What it does, for people.
        started_at: In UTC.
        rows: Test rows to ask; 0 until somebody has said.
        done: Of the stage.
        total: Likewise; 0 where nobody can know.
        time_left_s: About.
        message: Why it ended, where it failed.
        tried: Of each prompt that was tried, the best first.
        test_rows: In the test split.
        parallel: Requests on their way at once.
        asked: Answers that came in this contest.
        retries: Attempts that failed, and were made again.
        money: For the answers that came in this contest; None where no price is known.
        currency: Of it.
        spent_s: Seconds of work, without pauses.
    """

    id: str
    title: str
    contender: str
    host: str
    dataset: str
    fingerprint: str
    run: str
    state: State
    stage: str
    started_at: datetime
    rows: int = 0
    done: int = 0
    total: int = 0
    time_left_s: float | None = None
    message: str = ""
    tried: tuple[Trial, ...] = ()
    test_rows: int = 0
    parallel: int = 0
    asked: int = 0
    retries: int = 0
    money: float | None = None
    currency: str = ""
    spent_s: float = 0.0

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.contender.removeprefix("llm:")

    @property
    def is_working(self) -> bool:
        """Whether a process is at it."""
        return self.state == "working"
