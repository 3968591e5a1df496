"""How a logged run ends: by its own word, by an error, by a request, by a kill."""

import os
import signal
import sqlite3
import time

import pytest

from core import track
from core.errors import RunNotReady
from core.runs import RunStatus
from core.services.run_service import Service
from core.settings import Settings
from core.store.database import Database
from core.store.external_runs import ExternalRuns, Source
from core.store.run_store import RunStore, now
from tests.live import eventually
from tests.track.conftest import Start


def test_an_exception_makes_the_run_a_failed_one_with_its_sentence(service: Service) -> None:
    def train(losses: list[float]) -> float:
        with track.init() as run:
            run.log({"loss": 1.0})
            return sum(losses) / len(losses)

    with pytest.raises(ZeroDivisionError):
        train([])
    (found,) = service.runs()
    assert found.status is RunStatus.FAILED
    assert found.reason == "The program that logged it failed. ZeroDivisionError: division by zero"


def test_what_is_logged_after_the_end_does_no_harm(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with track.init() as run:
        run.log({"loss": 1.0})
    run.log({"loss": 2.0})
    run.log({"loss": 3.0})
    run.finish()
    assert caplog.text.count("nothing more is logged") == 1
    assert len(service.metrics(run.id)["loss"]) == 1


def test_somebody_may_ask_it_to_stop_and_the_script_decides(service: Service) -> None:
    run = track.init()
    assert not run.should_stop
    service.stop_run(run.id)
    eventually(lambda: run.should_stop)
    assert service.run(run.id).status is RunStatus.RUNNING
    run.finish()
    assert service.run(run.id).status is RunStatus.STOPPED
    assert not service.worker.info().alive  # a supervisor has nothing to do with it


@pytest.mark.parametrize("what", ["pause_run", "finish_run", "resume_run", "train_longer", "clone_config"])
def test_what_only_runs_from_here_can_do_is_refused_in_words(service: Service, what: str) -> None:
    run = track.init()
    change = getattr(service, what)
    with pytest.raises(RunNotReady, match="was not trained here"):
        change(run.id, 1) if what == "train_longer" else change(run.id)
    run.finish()


@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ("", "succeeded", ""),
        ("raise ValueError('bad luck')", "failed", "The program that logged it failed. ValueError: bad luck"),
        ("os.kill(os.getpid(), signal.SIGINT); time.sleep(300)", "stopped", "Stopped from its keyboard (Ctrl-C)."),
        ("run.__exit__(None, SystemExit(3), None)", "failed", "The program that logged it ended itself (3)."),
    ],
)
def test_a_program_that_ends_without_finish_ends_its_run(
    service: Service, start: Start, script: str, status: str, reason: str
) -> None:
    process = start(f"run = track.init()\nrun.log({{'loss': 1.0}})\n{script}")
    process.wait(300)
    (run,) = service.runs()
    assert (run.status, run.pid) == (status, None)
    assert run.reason.startswith(reason)
    assert len(service.metrics(run.id)["loss"]) == 1


def test_a_kill_loses_nothing_that_was_written_and_is_noticed_by_who_looks(service: Service, start: Start) -> None:
    process = start("""
run = track.init("killed")
step = 0
while True:
    run.log({"loss": time.time()}, step)
    step += 1
    time.sleep(0.001)
""")
    eventually(lambda: bool(service.runs()) and service.runs()[0].steps > 1500)
    written = service.runs()[0].steps
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    run = service.runs()[0]
    assert len(service.metrics(run.id)["loss"]) > written
    assert run.status is RunStatus.RUNNING  # a moment of silence is no death
    eventually(lambda: service.run(run.id).status is RunStatus.INTERRUPTED)
    assert service.active_runs() == []
    assert "it was killed, or the machine restarted" in service.run(run.id).reason
    assert service.events(run.id, "error")
    points = service.metrics(run.id)["loss"]
    assert [step for step, _, _ in points] == list(range(len(points)))


def test_a_forked_process_leaves_the_run_to_its_parent(service: Service, start: Start) -> None:
    process = start("""
run = track.init()
run.log({"loss": 1.0})
child = os.fork()
if child == 0:
    run.log({"loss": 2.0})
    run.finish()
    sys.exit()
os.waitpid(child, 0)
run.log({"loss": 3.0})
run.finish()
""")
    assert process.wait(300) == 0
    (run,) = service.runs()
    assert [value for _, value, _ in service.metrics(run.id)["loss"]] == [1.0, 3.0]
    assert run.status is RunStatus.SUCCEEDED


def test_a_locked_store_does_not_end_the_program(service: Service, settings: Settings) -> None:
    run = track.init()
    lock = sqlite3.connect(settings.home / "touchstone.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    for step in range(100):
        run.log({"loss": 1.0}, step)
    time.sleep(0.7)
    lock.execute("COMMIT")
    lock.close()
    run.finish()
    assert len(service.metrics(run.id)["loss"]) == 100


def test_a_run_of_another_machine_is_known_by_its_heartbeat(service: Service, database: Database) -> None:
    runs, external = RunStore(database), ExternalRuns(database)
    run = external.create("tracked", process=Source("another-machine", 1, 0.0))
    assert service.run(run.id).status is RunStatus.RUNNING
    runs.update(run.id, heartbeat_at=now().replace(year=2020))
    (found,) = service.runs()
    assert found.status is RunStatus.INTERRUPTED
    assert "on another machine (another-machine)" in found.reason


def test_a_run_that_was_thought_dead_goes_on_when_it_is_heard_again(service: Service) -> None:
    run = track.init()
    RunStore(service.database).finish(run.id, RunStatus.INTERRUPTED, "Nothing was heard of it.")
    run.log({"loss": 1.0})
    eventually(lambda: service.run(run.id).status is RunStatus.RUNNING)
    assert service.run(run.id).reason == ""
    run.finish()
    assert service.run(run.id).status is RunStatus.SUCCEEDED


def test_a_run_that_was_removed_meanwhile_does_no_harm(service: Service, database: Database) -> None:
    run = track.init()
    RunStore(database).update(run.id, deleted_at=now())
    assert service.empty_trash() == 1
    run.log({"loss": 1.0})
    eventually(lambda: run.should_stop)
    run.finish()
    assert service.runs() == []
