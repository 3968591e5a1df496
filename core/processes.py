"""Is this process still the one that we started? A pid alone cannot tell: pids are used again."""

import psutil

_SAME_START_S = 2.0  # the clock may be set between two looks; a pid is never reused so soon


def start_time(pid: int) -> float | None:
    """Return when the process was created, in seconds since 1970; None if there is none."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def is_alive(pid: int | None, created: float | None) -> bool:
    """Return whether the process that had this pid and creation time still lives."""
    if pid is None or created is None:
        return False
    found = start_time(pid)
    return found is not None and abs(found - created) < _SAME_START_S
