"""How a process ended without a last word, in a founder's words."""

import signal

from core.runs import RunStatus

_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def describe_exit(exit_code: int | None, stop_was_requested: bool, paused: bool = False) -> tuple[RunStatus, str]:
    """Return the state of a run whose process has gone, and why.

    Args:
        exit_code: Of the process; below zero is a signal, None is unknown.
        stop_was_requested: Whether somebody had asked it to stop.
        paused: Whether that was a wish to pause.
    """
    if stop_was_requested:
        return RunStatus.STOPPED, (
            f"{'Paused' if paused else 'Stopped'}. It did not answer in time, so its process was ended; resume it to "
            "go on from the last checkpoint."
        )
    if exit_code is None:
        return RunStatus.INTERRUPTED, (
            "Its process is gone: the machine was restarted or something ended it. Resume it to go on from the last "
            "checkpoint."
        )
    if exit_code == 0:
        return RunStatus.FAILED, (
            "Its process ended without a result and without saying why. The log shows what it wrote last."
        )
    if exit_code > 0:
        return RunStatus.FAILED, f"Its process ended with error code {exit_code}. The log shows what it wrote last."
    name = signal.Signals(-exit_code).name
    if -exit_code in _FROM_OUTSIDE:
        return RunStatus.INTERRUPTED, (
            f"Its process was ended from outside ({name}). If nobody did that, the machine probably ran out of "
            "memory: close other programs or choose a smaller batch size, then resume it."
        )
    return RunStatus.FAILED, f"Its process crashed ({name}). The log shows what it wrote last."
