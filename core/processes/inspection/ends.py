"""User messages for an incomplete read: what happened, and what to do."""

from core.errors import DataError
from core.formatting import limit_size
from core.processes.limits import Cause, Limits

_SMALLER = (
    "Open it in the program that it comes from and save it as CSV, or import a smaller part of it. If somebody sent it "
    "to you, ask for it again: files are also made to do this on purpose."
)


class Stopped(DataError):
    """A file was stopped by a limit, or broke the program that reads it."""

    def __init__(self, message: str, cause: Cause) -> None:
        self.cause = cause
        super().__init__(message)


def stopped(subject: str, cause: Cause, limits: Limits) -> Stopped:
    """Return what to raise where an inspector gave no answer; see `explained`."""
    return Stopped(explained(subject, cause, limits, "Nothing else was disturbed", "in the server's log"), cause)


def explained(subject: str, cause: Cause, limits: Limits, harm: str, details: str) -> str:
    """Return what to say of a process that was ended while it read something.

    Args:
        subject: What was read: "sales.xlsx".
        cause: What ended it.
        limits: That held.
        harm: What it cost, as a sentence without its end.
        details: Where more is written: "in the server's log".
    """
    took = f"Reading {subject} was stopped: it took more than"
    sentences: dict[Cause, str] = {
        "memory": f"{took} {limit_size(limits.memory_bytes)} of memory. {harm}. {_SMALLER}",
        "processor": f"{took} {_seconds(limits.cpu_s)} of computing. {harm}. {_SMALLER}",
        "stalled": f"{took} {_seconds(limits.cpu_s)} of computing without getting any further. {harm}. {_SMALLER}",
        "time": f"{took} {_seconds(limits.wall_s)}. {harm}. If this machine is busy, try again later. {_SMALLER}",
        "crash": (
            f"{subject} broke the program that reads its kind of file: it is damaged, or unlike any that was seen "
            f"before. {harm}. {_SMALLER}"
        ),
        "outside": (
            f"Reading {subject} was ended from outside, probably because the machine ran out of memory. {harm}. Close "
            "other programs or stop a training, then try again."
        ),
        "answer": (
            f"{subject} has so many names or such long ones that they cannot be shown: columns, classes or sheets by "
            f"the hundred thousand. {harm}. Import a part of it, or a table with fewer columns."
        ),
        "error": (
            f"Reading {subject} ended unexpectedly, and the fault is ours. {harm}. The details are {details}. Saved in "
            "another format, CSV or JSON, it may be read."
        ),
    }
    return sentences[cause]


def _seconds(count: float) -> str:
    shown = f"{count:.0f}"
    return f"{shown} second{'' if shown == '1' else 's'}"
