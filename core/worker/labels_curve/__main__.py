"""The process of one labels curve: `python -m core.worker.labels_curve FOLDER`."""

import logging
import sys
import time
from dataclasses import replace
from pathlib import Path

from core.errors import StopRequested, TouchstoneError
from core.processes.jobs import CANCEL, LOG, begin, request_of
from core.processes.limits import go_on
from core.services.labels_curve import LabelsCurveProgress, State, folders_in

TOLD_EVERY_S = 0.3
_log = logging.getLogger("touchstone")


class Reporter:
    """Writes how far the job is, and ends it where somebody asks.

    Args:
        folder: The job's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._folders = folder, folders_in(folder.parents[1])
        begun = self._folders.read(folder)
        if begun is None:
            raise FileNotFoundError(folder)
        self._now: LabelsCurveProgress = begun
        self._cancelled, self._told_at = False, 0.0

    def cancel(self) -> None:
        """End the work at its next word; may be called by a signal."""
        self._cancelled = True

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to end it."""
        return self._cancelled or (self._folder / CANCEL).exists()

    def tell(self, stage: str, done: int, total: int, time_left_s: float | None) -> None:
        """Say how far it is.

        Raises:
            StopRequested: Somebody asked to end it.
        """
        go_on()
        if self.is_cancelled:
            raise StopRequested
        self._now = replace(self._now, stage=stage, done=done, total=total, time_left_s=time_left_s)
        if done == total or time.monotonic() - self._told_at > TOLD_EVERY_S:
            self._told_at = time.monotonic()
            self._folders.write(self._folder, self._now)

    def end(self, state: State, message: str = "") -> None:
        """Say the last word."""
        self._folders.write(self._folder, replace(self._now, state=state, message=message, time_left_s=None))


def main(folder: Path) -> int:
    """Do a job, always write how it ended, and return the exit code."""
    request, reporter = request_of(folder), Reporter(folder)
    begin(folder, reporter.cancel)
    try:
        from core.worker.labels_curve.fits import find_curves

        find_curves(request["run"], with_model=bool(request["model"]), reporter=reporter)
    except StopRequested:
        reporter.end("cancelled")
        return 0
    except TouchstoneError as error:
        _log.exception("The labels curve failed.")
        reporter.end("failed", str(error))
    except MemoryError:
        reporter.end("failed", "There is not enough memory for this now. Stop a training first, then start it again.")
    except Exception:  # the border of the process: whatever it is, the user gets a sentence
        _log.exception("The labels curve failed.")
        reporter.end("failed", f"Something went wrong, and the fault is ours. The details are in {folder / LOG}.")
    else:
        reporter.end("done")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
