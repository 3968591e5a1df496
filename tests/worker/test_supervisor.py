"""The supervisor with real processes that misbehave in every way; only what they compute is left out."""

import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psutil
import pytest

from core.processes.identity import start_time
from core.runs import Metric, Run, RunStatus, Stage
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.external_runs import ExternalRuns, Source
from core.store.job_queue import JobQueue
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from core.worker.launcher import Child
from core.worker.supervisor import Supervisor
from tests.live import eventually

LIMIT_S = 300.0
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


class ScriptLauncher:
    """Starts a process that does what the run's name says instead of training."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.almost_warm = settings, False
        self.started: list[Child] = []

    def warm_up(self) -> dict[str, Any]:
        return {"device": "cpu (test)", "count": 0}

    def start(self, run_id: str, slot: int, threads: int) -> Child:
        process = multiprocessing.get_context("fork").Process(target=act, args=(self.settings.url, run_id))
        process.start()
        assert process.pid is not None
        child = Child(run_id, process.pid, start_time(process.pid) or 0.0, slot, process)
        self.started.append(child)
        return child


def act(url: str, run_id: str) -> None:
    """Behave as the run's name says."""
    runs = RunStore(Database(url))
    role = runs.get(run_id).name
    signal.signal(signal.SIGTERM, signal.SIG_IGN if role == "deaf" else signal.SIG_DFL)
    if role == "silent":
        os._exit(0)
    if role == "broken":
        os._exit(3)
    if role == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if role == "good":
        runs.finish(run_id, RunStatus.SUCCEEDED)
        os._exit(0)
    if role == "wedged":
        runs.finish(run_id, RunStatus.SUCCEEDED)
    time.sleep(600)


@pytest.fixture
def launcher(settings: Settings) -> Iterator[ScriptLauncher]:
    launcher = ScriptLauncher(settings)
    yield launcher
    for child in launcher.started:
        child.send(signal.SIGKILL)


@pytest.fixture
def supervisor(settings: Settings, database: Database, launcher: ScriptLauncher) -> Supervisor:
    quick = settings.model_copy(update={"stop_grace_s": 0.2, "kill_grace_s": 0.2})
    supervisor = Supervisor(quick, database, launcher)
    assert supervisor.begin()
    return supervisor


@pytest.fixture
def add(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Callable[[str], Run]:
    return lambda role: runs.create(quick_config(), role, f"{role}-{time.monotonic_ns()}")


def turn_until(supervisor: Supervisor, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not done():
        assert time.monotonic() < deadline, "nothing happened"
        supervisor.turn()
        time.sleep(0.02)


def test_a_run_waits_for_a_warm_process_that_is_almost_there(
    supervisor: Supervisor, launcher: ScriptLauncher, runs: RunStore, add: Callable[[str], Run]
) -> None:
    launcher.almost_warm, run = True, add("good")
    supervisor.turn()
    assert (launcher.started, runs.get(run.id).status) == ([], RunStatus.QUEUED)
    launcher.almost_warm = False
    turn_until(supervisor, lambda: runs.get(run.id).status is RunStatus.SUCCEEDED)


@pytest.mark.parametrize(
    ("role", "status", "words"),
    [
        ("good", RunStatus.SUCCEEDED, ""),
        ("silent", RunStatus.FAILED, "without saying why"),
        ("broken", RunStatus.FAILED, "error code 3"),
        ("killed", RunStatus.INTERRUPTED, "SIGKILL"),
    ],
)
def test_however_a_process_ends_the_run_tells_the_truth(
    supervisor: Supervisor, runs: RunStore, add: Callable[[str], Run], role: str, status: RunStatus, words: str
) -> None:
    run = add(role)
    turn_until(supervisor, lambda: not supervisor.children and not runs.get(run.id).status.is_active)
    assert runs.get(run.id).status is status
    assert words in runs.get(run.id).reason
    assert runs.get(run.id).pid is None


class SaysItLater:
    """A process whose fork server says how it ended a moment after the system shows it as dead."""

    exitcode: int | None = None

    def join(self, timeout: float | None = None) -> None:
        if timeout != 0:
            self.exitcode = -signal.SIGKILL


def test_how_a_process_ended_is_waited_for() -> None:
    child = Child("abcd1234", 1, -1e9, 0, SaysItLater())  # type: ignore[arg-type]
    assert not child.alive
    assert child.exit_code == -signal.SIGKILL


@pytest.mark.parametrize("role", ["good", "wedged"])
def test_a_run_that_is_removed_before_its_process_is_looked_at_ends_nobody(
    supervisor: Supervisor, launcher: ScriptLauncher, runs: RunStore, add: Callable[[str], Run], role: str
) -> None:
    run = add(role)
    supervisor.turn()
    eventually(lambda: runs.get(run.id).status is RunStatus.SUCCEEDED)
    runs.update(run.id, deleted_at=now())
    assert runs.remove([run.id]) == [run.id]
    supervisor.turn()
    if role == "wedged":
        launcher.started[0].send(signal.SIGKILL)
    turn_until(supervisor, lambda: not supervisor.children)
    following = add("good")
    turn_until(supervisor, lambda: runs.get(following.id).status is RunStatus.SUCCEEDED)


def test_one_run_works_at_a_time_on_a_cpu(supervisor: Supervisor, runs: RunStore, add: Callable[[str], Run]) -> None:
    first, second = add("sleeper"), add("sleeper")
    turn_until(supervisor, lambda: runs.get(first.id).status is RunStatus.RUNNING)
    supervisor.turn()
    assert runs.get(second.id).status is RunStatus.QUEUED


def test_a_run_that_does_not_listen_is_ended(supervisor: Supervisor, runs: RunStore, add: Callable[[str], Run]) -> None:
    run = add("deaf")
    turn_until(supervisor, lambda: runs.get(run.id).status is RunStatus.RUNNING)
    runs.update(run.id, stage=Stage.TRAINING)
    runs.request_stop(run.id)
    turn_until(supervisor, lambda: not supervisor.children)
    assert runs.get(run.id).status is RunStatus.STOPPED
    assert "did not answer in time" in runs.get(run.id).reason


def test_a_run_that_does_not_pause_is_ended_and_can_be_resumed(
    supervisor: Supervisor, runs: RunStore, add: Callable[[str], Run]
) -> None:
    run = add("deaf")
    turn_until(supervisor, lambda: runs.get(run.id).status is RunStatus.RUNNING)
    runs.update(run.id, stage=Stage.TRAINING)
    runs.request_stop(run.id, pause=True)
    turn_until(supervisor, lambda: not supervisor.children)
    ended = runs.get(run.id)
    assert (ended.shown_status, ended.can_resume) == ("paused", True)
    assert ended.reason.startswith("Paused. It did not answer in time")


@pytest.mark.parametrize("stage", [Stage.TRAINING, Stage.EVALUATING])
def test_a_run_asked_to_finish_is_left_in_peace_however_long_it_takes(
    supervisor: Supervisor, runs: RunStore, add: Callable[[str], Run], stage: Stage
) -> None:
    run = add("sleeper")
    turn_until(supervisor, lambda: runs.get(run.id).status is RunStatus.RUNNING)
    an_hour_ago = now() - timedelta(hours=1)
    runs.update(run.id, stage=stage, finish_requested_at=an_hour_ago)
    for _ in range(20):
        supervisor.turn()
    assert runs.get(run.id).status is RunStatus.RUNNING
    assert supervisor.children[run.id].alive
    runs.update(run.id, stop_requested_at=an_hour_ago)  # it was not quick enough: somebody stops it
    turn_until(supervisor, lambda: not supervisor.children)
    assert runs.get(run.id).status is RunStatus.STOPPED


def test_a_process_that_lives_on_after_its_run_is_ended(
    supervisor: Supervisor, runs: RunStore, add: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.worker.supervisor.WEDGED_S", 0.2)
    run = add("wedged")
    turn_until(supervisor, lambda: runs.get(run.id).status is RunStatus.SUCCEEDED)
    turn_until(supervisor, lambda: not supervisor.children)
    assert runs.get(run.id).status is RunStatus.SUCCEEDED


def test_curves_that_a_process_left_unpacked_are_packed_when_there_is_time(
    supervisor: Supervisor, database: Database, runs: RunStore, add: Callable[[str], Run]
) -> None:
    run, metrics = add("killed"), MetricStore(database)
    metrics.append(run.id, [Metric("train/loss", 1, 0.5, 1000.0)])
    assert metrics.preview(run.id) is None
    turn_until(supervisor, lambda: not runs.get(run.id).status.is_active)
    turn_until(supervisor, lambda: metrics.preview(run.id) is not None)
    assert metrics.read(run.id) == {"train/loss": [(1, 0.5, 1000.0)]}


def test_a_second_supervisor_goes_away(supervisor: Supervisor, settings: Settings, database: Database) -> None:
    assert not Supervisor(settings, database, ScriptLauncher(settings)).begin()


def test_only_a_supervisor_that_has_loaded_what_runs_need_counts_as_idle(
    settings: Settings, database: Database, launcher: ScriptLauncher
) -> None:
    known, launcher.warm_up = launcher.warm_up, lambda: None  # type: ignore[method-assign, assignment, return-value]
    supervisor = Supervisor(settings.model_copy(update={"worker_idle_s": 0.0}), database, launcher)
    assert supervisor.begin()
    for _ in range(5):
        time.sleep(0.01)
        supervisor.turn()
    assert not supervisor.leaving
    launcher.warm_up = known  # type: ignore[method-assign]
    turn_until(supervisor, lambda: supervisor.leaving)


def test_a_new_supervisor_adopts_what_lives_and_buries_what_does_not(
    supervisor: Supervisor, launcher: ScriptLauncher, settings: Settings, database: Database, runs: RunStore,
    add: Callable[[str], Run],
) -> None:  # fmt: skip
    alive = add("sleeper")
    turn_until(supervisor, lambda: runs.get(alive.id).status is RunStatus.RUNNING)
    gone = add("sleeper")
    JobQueue(database).claim("somebody")  # claimed, but its process never came to be
    JobQueue(database).drop_lease(supervisor.owner)  # as if the first supervisor had been killed

    heir = Supervisor(settings, database, launcher)
    assert heir.begin()
    assert list(heir.children) == [alive.id]
    assert runs.get(gone.id).status is RunStatus.INTERRUPTED

    launcher.started[0].send(signal.SIGKILL)
    assert launcher.started[0].process is not None
    launcher.started[0].process.join(LIMIT_S)
    turn_until(heir, lambda: runs.get(alive.id).status is RunStatus.INTERRUPTED)


def test_a_pid_that_was_used_again_is_not_mistaken_for_the_run(
    settings: Settings, database: Database, runs: RunStore, add: Callable[[str], Run]
) -> None:
    run = add("sleeper")
    queue = JobQueue(database)
    queue.claim("somebody")
    queue.set_process(run.id, os.getpid(), psutil.Process().create_time() - 3600)  # our own pid, an hour earlier
    assert Supervisor(settings, database, ScriptLauncher(settings)).begin()
    assert runs.get(run.id).status is RunStatus.INTERRUPTED


def test_a_supervisor_asked_to_retire_leaves_its_runs_alive(
    supervisor: Supervisor, database: Database, runs: RunStore, add: Callable[[str], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("core.worker.supervisor.RENEW_S", 0.0)
    run = add("sleeper")
    turn_until(supervisor, lambda: runs.get(run.id).status is RunStatus.RUNNING)
    JobQueue(database).ask_to_retire(supervisor.owner)
    turn_until(supervisor, lambda: supervisor.leaving)
    assert runs.get(run.id).status is RunStatus.RUNNING
    assert supervisor.children[run.id].alive


def test_a_run_whose_script_has_vanished_is_noticed_and_one_that_is_logged_is_left_alone(
    supervisor: Supervisor, runs: RunStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.worker.supervisor.RENEW_S", 0.0)
    external, host = ExternalRuns(database), socket.gethostname()
    gone = external.create("tracked", process=Source(host, os.getpid(), 1.0))  # the pid is another process's by now
    lives = external.create("tracked", process=Source(host, os.getpid(), start_time(os.getpid()) or 0.0))
    for run in (gone, lives):
        runs.update(run.id, heartbeat_at=now() - timedelta(seconds=30))
    runs.request_stop(lives.id)
    turn_until(supervisor, lambda: runs.get(gone.id).status is RunStatus.INTERRUPTED)
    assert runs.get(lives.id).status is RunStatus.RUNNING
    assert supervisor.children == {}
