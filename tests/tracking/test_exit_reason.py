import re
import signal

import pytest

from core.runs import RunStatus
from core.tracking.exit_reason import describe_exit


@pytest.mark.parametrize(
    ("exit_code", "status", "words"),
    [
        (0, RunStatus.FAILED, "ended without a result and without saying why"),
        (3, RunStatus.FAILED, "error code 3"),
        (-signal.SIGKILL, RunStatus.INTERRUPTED, r"ended from outside \(SIGKILL\).*out of memory"),
        (-signal.SIGSEGV, RunStatus.FAILED, r"crashed \(SIGSEGV\)"),
        (None, RunStatus.INTERRUPTED, "the machine was restarted or something ended it"),
    ],
)
def test_every_silent_end_has_its_own_sentence(exit_code: int | None, status: RunStatus, words: str) -> None:
    found, reason = describe_exit(exit_code, stop_was_requested=False)
    assert found is status
    assert re.search(words, reason)


def test_who_asked_for_a_stop_gets_a_stop() -> None:
    status, reason = describe_exit(-signal.SIGKILL, stop_was_requested=True)
    assert status is RunStatus.STOPPED
    assert reason.startswith("Stopped. It did not answer in time")
    assert "resume" in reason


def test_who_asked_for_a_pause_gets_a_pause() -> None:
    status, reason = describe_exit(-signal.SIGKILL, stop_was_requested=True, paused=True)
    assert status is RunStatus.STOPPED
    assert reason.startswith("Paused. It did not answer in time")
