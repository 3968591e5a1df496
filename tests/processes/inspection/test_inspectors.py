"""Real inspectors at their worst: whatever happens to one, its asker gets a sentence and the next one an answer."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from core.errors import DataError, TouchstoneError, UserError
from core.processes.identity import start_time
from core.processes.inspection.client import Inspectors
from core.processes.inspection.ends import Stopped
from core.processes.limits import Limits
from tests.live import LIMIT_S, collected, eventually

LIMITS = Limits(memory_bytes=200 * 2**20, cpu_s=1.0, wall_s=300.0)
MISBEHAVING = "tests.processes.inspection.misbehaving"


@pytest.fixture(scope="module", params=[True, False], ids=["forked", "spawned"])
def inspectors(request: pytest.FixtureRequest) -> Iterator[Inspectors]:
    """Inspectors as on Linux, and as on macOS."""
    opened = Inspectors(MISBEHAVING, forks=request.param)
    yield opened
    opened.close()


def ask(inspectors: Inspectors, name: str, limits: Limits = LIMITS, **arguments: str) -> object:
    return inspectors.ask(name, arguments, subject="sales.xlsx", limits=limits)[0]


def has_ended(pid: int) -> bool:
    """Return whether a process is gone, also where nobody collects what is left of it."""
    return start_time(pid) is None


def test_an_answer_comes_back_with_its_bytes(inspectors: Inspectors) -> None:
    content = os.urandom(3 * 2**20)
    said, made = inspectors.ask("say", {"a": "ü"}, content, subject="sales.xlsx", limits=LIMITS)
    assert said["heard"] == {"a": "ü"}
    assert made == content[::-1]
    assert said["pid"] != os.getpid()


def test_each_question_has_a_process_of_its_own(inspectors: Inspectors) -> None:
    first, second = ask(inspectors, "say"), ask(inspectors, "say")
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["pid"] != second["pid"]
    assert first["parent"] == second["parent"]


@pytest.mark.parametrize(
    ("name", "cause", "sentence"),
    [
        ("eat", "memory", "Reading sales.xlsx was stopped: it took more than 200 MB of memory."),
        ("eat-compiled", "memory", "Reading sales.xlsx was stopped: it took more than 200 MB of memory."),
        ("compute", "processor", "Reading sales.xlsx was stopped: it took more than 1 second of computing."),
        ("compute-without-a-break", "processor", "it took more than 1 second of computing."),
        ("abort", "crash", "sales.xlsx broke the program that reads its kind of file"),
        ("crash", "crash", "sales.xlsx broke the program that reads its kind of file"),
        ("vanish", "outside", "Reading sales.xlsx was ended from outside"),
        ("leave", "error", "Reading sales.xlsx ended unexpectedly, and the fault is ours."),
        ("slip", "error", "Reading sales.xlsx ended unexpectedly, and the fault is ours."),
        ("flood", "answer", "sales.xlsx has so many names or such long ones"),
    ],
)
def test_an_end_is_a_sentence(inspectors: Inspectors, name: str, cause: str, sentence: str) -> None:
    with pytest.raises(Stopped) as caught:
        ask(inspectors, name)
    assert caught.value.cause == cause
    assert sentence in str(caught.value)
    assert ask(inspectors, "say")


def test_what_takes_too_long_is_stopped_although_it_computes_nothing(inspectors: Inspectors, tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"it took more than 1 second\.") as caught:
        ask(inspectors, "sleep", Limits(200 * 2**20, 60.0, 1.0), mark=str(tmp_path / "mark"))
    assert caught.value.cause == "time"


@pytest.mark.parametrize(("kind", "error"), [("data", DataError), ("user", UserError), ("other", TouchstoneError)])
def test_a_refusal_is_raised_as_what_it_is(inspectors: Inspectors, kind: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^Choose another one\.$") as caught:
        ask(inspectors, "refuse", kind=kind)
    assert type(caught.value) is error


def test_half_characters_do_not_break_an_answer(inspectors: Inspectors) -> None:
    assert ask(inspectors, "half-characters") == "a?b"


class Left(BaseException):
    """As Streamlit leaves a script."""


def test_who_leaves_ends_the_work(inspectors: Inspectors, tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    def leave(_waited_s: float) -> None:
        if mark.exists() and mark.read_text():
            raise Left

    with pytest.raises(Left):
        inspectors.ask("sleep", {"mark": str(mark)}, subject="a.csv", limits=LIMITS, meanwhile=leave)
    eventually(lambda: has_ended(int(mark.read_text())))
    assert ask(inspectors, "say")


def test_slow_ones_do_not_keep_others_waiting(inspectors: Inspectors, tmp_path: Path) -> None:
    gone = threading.Event()
    marks = [tmp_path / str(number) for number in range(4)]

    def leave(_waited_s: float) -> None:
        if gone.is_set():
            raise Left

    def sleep(mark: Path) -> None:
        with pytest.raises(Left):
            inspectors.ask("sleep", {"mark": str(mark)}, subject="a.csv", limits=LIMITS, meanwhile=leave)

    with ThreadPoolExecutor(4) as pool:
        asleep = [pool.submit(sleep, mark) for mark in marks]
        try:
            eventually(lambda: all(mark.exists() for mark in marks))
            with ThreadPoolExecutor(8) as others:
                answers = list(others.map(lambda _: ask(inspectors, "say"), range(16)))
            assert all(answers)
            assert not any(one.done() for one in asleep)
        finally:
            gone.set()
        for one in asleep:
            one.result(LIMIT_S)


def test_a_dead_server_is_started_anew(inspectors: Inspectors) -> None:
    said = ask(inspectors, "say")
    assert isinstance(said, dict)
    os.kill(said["parent"], signal.SIGKILL)
    again = ask(inspectors, "say")
    assert isinstance(again, dict)
    assert again["parent"] != said["parent"]


LATE = """
import socket, sys, time, psutil
from core.processes.inspection import server
start, started = server._start_spare, []
def start_late(module):
    begun = start(module)
    deadline = time.monotonic() + 60
    while started and time.monotonic() < deadline:
        if any(child.status() == psutil.STATUS_ZOMBIE for child in psutil.Process().children()):
            break
        time.sleep(0.02)
    started.append(True)
    return begun
server._start_spare = start_late
server.Server(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], forks=False).serve()
"""


def test_an_inspector_that_dies_while_its_server_is_busy_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.processes.inspection.client.SERVER", (sys.executable, "-c", LATE))
    opened = Inspectors(MISBEHAVING, forks=False)
    with pytest.raises(Stopped) as caught:
        ask(opened, "crash")
    opened.close()
    assert caught.value.cause == "crash"


def test_a_server_that_stands_still_is_replaced(inspectors: Inspectors, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ask(inspectors, "say")
    assert isinstance(said, dict)
    os.kill(said["parent"], signal.SIGSTOP)
    monkeypatch.setattr("core.processes.inspection.client.GRACE_S", 1.0 - LIMITS.wall_s)

    def be_patient(_waited_s: float) -> None:  # with the next one, which has to load
        monkeypatch.undo()

    again, _ = inspectors.ask("say", {}, subject="sales.xlsx", limits=LIMITS, meanwhile=be_patient)
    assert again["parent"] != said["parent"]


def test_nothing_is_left_when_the_asker_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    pid = os.fork()
    if not pid:
        try:
            ask(Inspectors(MISBEHAVING), "sleep", mark=str(mark))
        finally:
            os._exit(1)
    eventually(lambda: mark.exists() and bool(mark.read_text()))
    inspector = int(mark.read_text())
    server = psutil.Process(inspector).ppid()
    os.kill(pid, signal.SIGKILL)
    collected(pid)
    eventually(lambda: has_ended(inspector) and has_ended(server))


def test_no_inspector_outlives_its_server(inspectors: Inspectors, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, inspectors, "sleep", mark=str(mark))
        for _ in range(2):  # it is asked once more, of another server
            eventually(lambda: mark.exists() and bool(mark.read_text()))
            inspector = int(mark.read_text())
            mark.unlink()
            os.kill(psutil.Process(inspector).ppid(), signal.SIGKILL)
            eventually(lambda: has_ended(inspector))  # noqa: B023 - asked within the round
        with pytest.raises(Stopped) as caught:
            asked.result(LIMIT_S)
    assert caught.value.cause == "outside"
