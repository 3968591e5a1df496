"""The watch over trials with real processes that misbehave in every way; only what they find out is left out."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess

import pytest
from sqlalchemy import update

from core.runs import Preflight, PreflightStatus
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.preflight_store import PreflightStore
from core.store.run_store import now
from core.store.tables import PreflightRow
from core.worker.preflight_watch import PreflightWatch

LIMIT_S = 300.0
Ask = Callable[[int], Preflight]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def act(url: str, trial_id: str) -> None:
    """Behave as the trial's number of epochs says."""
    store = PreflightStore(Database(url))
    question = store.question(trial_id)
    assert question is not None
    role = {1: "good", 2: "silent", 3: "killed", 4: "sleeper", 5: "wedged"}[question[1].epochs]
    if role in ("good", "wedged"):
        store.finish(trial_id, {"fits": True})
    if role == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if role in ("sleeper", "wedged"):
        time.sleep(600)
    os._exit(0)


class Script:
    """Starts such processes, and ends those that are left."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started: list[BaseProcess] = []
        self.slots: list[int] = []

    def __call__(self, trial_id: str, slot: int, threads: int) -> BaseProcess:
        process = multiprocessing.get_context("fork").Process(target=act, args=(self.settings.url, trial_id))
        process.start()
        self.started.append(process)
        self.slots.append(slot)
        return process


@pytest.fixture
def script(settings: Settings) -> Iterator[Script]:
    script = Script(settings)
    yield script
    for process in script.started:
        process.kill()


@pytest.fixture
def watch(settings: Settings, database: Database, script: Script, monkeypatch: pytest.MonkeyPatch) -> PreflightWatch:
    monkeypatch.setattr("core.worker.preflight_watch.POLL_S", 0.0)
    return PreflightWatch(settings, database, script)


@pytest.fixture
def ask(database: Database, quick_config: Callable[..., TrainConfig]) -> Ask:
    store = PreflightStore(database)
    return lambda role: store.ask("estimate", quick_config(epochs=role), again_after_s=10.0, fresh_s=60.0)


def now_of(watch: PreflightWatch, preflight: Preflight) -> Preflight:
    found = watch.store.find("estimate", preflight.config_hash)
    assert found is not None
    return found


def turn_until(watch: PreflightWatch, done: Callable[[], bool], slots: int = 1, taken: tuple[int, ...] = ()) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not done():
        assert time.monotonic() < deadline, "nothing happened"
        watch.turn(slots, taken, may_start=True)
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("role", "status", "words"),
    [
        (1, PreflightStatus.DONE, ""),
        (2, PreflightStatus.FAILED, "ended before it had an answer"),
        (3, PreflightStatus.FAILED, "SIGKILL"),
    ],
)
def test_however_a_process_ends_the_trial_tells_the_truth(
    watch: PreflightWatch, ask: Ask, role: int, status: PreflightStatus, words: str
) -> None:
    preflight = ask(role)
    turn_until(watch, lambda: not now_of(watch, preflight).status.is_active)
    assert now_of(watch, preflight).status is status
    assert words in now_of(watch, preflight).reason


def test_the_next_one_begins_when_the_one_before_has_ended(watch: PreflightWatch, script: Script, ask: Ask) -> None:
    first, second = ask(3), ask(1)
    turn_until(watch, lambda: not now_of(watch, second).status.is_active)
    assert now_of(watch, first).status is PreflightStatus.FAILED
    assert len(script.started) == 2


def test_a_process_that_lives_on_after_its_answer_is_ended(watch: PreflightWatch, script: Script, ask: Ask) -> None:
    preflight = ask(5)
    turn_until(watch, lambda: now_of(watch, preflight).status is PreflightStatus.DONE)
    turn_until(watch, lambda: not script.started[0].is_alive())
    assert now_of(watch, preflight).result == {"fits": True}


def test_a_process_without_a_sign_of_life_is_ended(
    watch: PreflightWatch, script: Script, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.worker.preflight_watch.SILENT_S", 0.2)
    preflight = ask(4)
    turn_until(watch, lambda: now_of(watch, preflight).status is PreflightStatus.FAILED)
    turn_until(watch, lambda: not script.started[0].is_alive())
    assert "no sign of life" in now_of(watch, preflight).reason


def test_a_long_trial_ends_only_where_it_keeps_others_waiting(
    watch: PreflightWatch, script: Script, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.worker.preflight_watch.LONGEST_S", 0.0)
    long_one = ask(4)
    turn_until(watch, lambda: bool(script.started))
    watch.turn(1, (), may_start=True)
    assert now_of(watch, long_one).status is PreflightStatus.WORKING
    other = ask(1)
    turn_until(watch, lambda: now_of(watch, other).status is PreflightStatus.DONE)
    assert "while others waited" in now_of(watch, long_one).reason


def test_a_new_supervisor_watches_on_over_a_trial_that_lives(
    watch: PreflightWatch, script: Script, settings: Settings, database: Database, ask: Ask
) -> None:
    preflight = ask(4)
    turn_until(watch, lambda: bool(script.started))
    heir = PreflightWatch(settings, database, script)  # as if the first supervisor had been killed
    assert heir.turn(1, (), may_start=True)
    assert now_of(heir, preflight).status is PreflightStatus.WORKING
    script.started[0].kill()
    script.started[0].join(LIMIT_S)
    turn_until(heir, lambda: now_of(heir, preflight).status is PreflightStatus.FAILED)
    assert "Ask again" in now_of(heir, preflight).reason


def test_a_trial_whose_supervisor_died_before_it_had_a_process_is_begun_again(
    watch: PreflightWatch, script: Script, ask: Ask
) -> None:
    preflight = ask(1)
    watch.store.claim()  # and there its supervisor died
    turn_until(watch, lambda: now_of(watch, preflight).status is PreflightStatus.DONE)
    assert len(script.started) == 1


def test_a_supervisor_that_leaves_starts_nothing_more(watch: PreflightWatch, script: Script, ask: Ask) -> None:
    ask(1)
    assert not watch.turn(1, (), may_start=False)
    assert script.started == []


def test_a_trial_takes_a_device_on_which_no_run_trains(watch: PreflightWatch, script: Script, ask: Ask) -> None:
    first, second = ask(1), ask(2)
    turn_until(watch, lambda: not now_of(watch, first).status.is_active, slots=3, taken=(0, 1))
    turn_until(watch, lambda: not now_of(watch, second).status.is_active, slots=2, taken=(0, 1))
    assert script.slots == [2, 0]  # all taken: beside a run


def test_a_trial_that_nobody_waits_for_gives_way(
    watch: PreflightWatch, script: Script, ask: Ask, database: Database
) -> None:
    left = ask(4)
    turn_until(watch, lambda: bool(script.started))
    with database.engine.begin() as connection:  # its asker left long ago
        connection.execute(update(PreflightRow).values(asked_at=now() - timedelta(hours=1)))
    wanted = ask(1)
    turn_until(watch, lambda: now_of(watch, wanted).status is PreflightStatus.DONE)
    assert not script.started[0].is_alive()
    assert now_of(watch, left).status is PreflightStatus.WAITING
