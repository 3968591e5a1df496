"""A contest in a process of its own: `python -m core.services.contests FOLDER`."""

import logging
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.contest.asking import Count
from core.contest.endpoints import Endpoint
from core.errors import StopRequested, TouchstoneError
from core.processes.jobs import CANCEL, LOG, begin, request_of
from core.processes.limits import go_on
from core.services.contests.contests import contest_folders
from core.services.contests.progress import PAUSE, ContestProgress, State

TOLD_EVERY_S = 0.3
_JUDGED_AFTER_S = 1.0  # of a stage: the first moments say nothing about how long it takes
log = logging.getLogger("touchstone")


class ContestReporter:
    """Writes a contest's progress into its folder; ends the work on request.

    Args:
        folder: Of the contest.
        endpoint: Whom it asks.
    """

    def __init__(self, folder: Path, endpoint: Endpoint) -> None:
        self._folder, self._endpoint, self._folders = folder, endpoint, contest_folders(folder.parents[1])
        begun = self._folders.read(folder)
        if begun is None:
            raise FileNotFoundError(folder)
        self.now: ContestProgress = begun
        self._before = begun
        self._began = self._stage_at = time.monotonic()
        self._told_at, self._cancelled = 0.0, False
        self._first_done: int | None = None

    def cancel(self) -> None:
        """End the work at its next word; may be called by a signal."""
        self._cancelled = True

    def stage(self, name: str) -> None:
        """Begin a part of the work."""
        self._stage_at, self._before = time.monotonic(), self.now
        self._first_done = None
        self._tell(replace(self.now, stage=name, done=0, total=0, time_left_s=None), at_once=True)

    def count(self, count: Count) -> None:
        """Say how far the stage is.

        Raises:
            StopRequested: Somebody asked to pause or to stop.
        """
        go_on()
        if self._first_done is None:
            self._first_done = count.done
        done, left = count.done - self._first_done, count.total - count.done
        spent_s = time.monotonic() - self._stage_at
        left_s = spent_s * left / done if done and spent_s > _JUDGED_AFTER_S else None
        before, new = self._before, self._endpoint.cost(count.tokens_in, count.tokens_out)
        money = None if new is None else (before.money or 0.0) + new
        told = replace(
            self.now, done=count.done, total=count.total, time_left_s=left_s, money=money,
            asked=before.asked + count.asked, retries=before.retries + count.retries,
        )  # fmt: skip
        self._tell(told, at_once=count.done == count.total)
        if self._cancelled or (self._folder / CANCEL).exists() or (self._folder / PAUSE).exists():
            raise StopRequested

    def end(self, state: State, message: str = "", **values: Any) -> None:
        """Say the last word."""
        spent_s = self.now.spent_s + time.monotonic() - self._began
        told = replace(self.now, state=state, message=message, time_left_s=None, spent_s=spent_s, **values)
        self._tell(told, at_once=True)

    @property
    def spent_s(self) -> float:
        """Seconds of work so far, without pauses."""
        return self.now.spent_s + time.monotonic() - self._began

    def _tell(self, told: ContestProgress, *, at_once: bool = False) -> None:
        self.now = told
        if at_once or time.monotonic() - self._told_at > TOLD_EVERY_S:
            self._told_at = time.monotonic()
            self._folders.write(self._folder, told)


def main(folder: Path) -> int:
    """Do a contest's request, always write how it ended, and return the exit code."""
    request = request_of(folder)
    reporter = ContestReporter(folder, Endpoint(**request["endpoint"]))
    begin(folder, reporter.cancel)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # a line a request says nothing
    try:
        from core.services.contests.work import run_contest

        state, values = run_contest(folder, request, reporter)
    except StopRequested:
        paused = (folder / PAUSE).exists() and not (folder / CANCEL).exists()
        reporter.end("paused" if paused else "stopped")
        return 0
    except TouchstoneError as error:
        reporter.end("failed", f"{error} {kept_in_words(reporter.now)}".strip())
    except MemoryError:
        reporter.end(
            "failed", "There is not enough memory for this on the machine. Stop a training first, then resume."
        )
    except Exception:  # the border of the process: whatever it is, the user gets a sentence
        log.exception("The contest in %s failed.", folder)
        reporter.end("failed", f"Something went wrong, and the fault is ours. The details are in {folder / LOG}.")
    else:
        reporter.end(state, **values)
        return 0
    return 1


def kept_in_words(now: ContestProgress) -> str:
    """Return what a contest that broke down leaves behind."""
    if not now.done:
        return ""
    return f"{now.done:,} of {now.total:,} answers are kept: resume goes on from there, and none is asked again."


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
