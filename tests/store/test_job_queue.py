import threading
from collections.abc import Callable

import pytest

from core.runs import QueueEntry, RunStatus, Stage
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.job_queue import Job, JobQueue, Lease
from core.store.run_store import RunStore


@pytest.fixture
def queue(database: Database) -> JobQueue:
    return JobQueue(database)


@pytest.fixture
def add(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Callable[[str], str]:
    return lambda key: runs.create(quick_config(), key, key).id


def lease(owner: str) -> Lease:
    return Lease(owner, "host", 1, 1.0, "v1", 0.0, False, "", 1, False)


def test_the_run_that_waited_longest_is_next(queue: JobQueue, runs: RunStore, add: Callable[[str], str]) -> None:
    first, second = add("a"), add("b")
    assert queue.claim("me") == Job(first, 1, None, None)
    assert queue.claim("me") == Job(second, 1, None, None)
    assert queue.claim("me") is None
    assert (runs.get(first).status, runs.get(first).stage) == (RunStatus.RUNNING, Stage.STARTING)


def test_two_that_ask_at_once_never_get_the_same_run(queue: JobQueue, add: Callable[[str], str]) -> None:
    wanted = {add(str(i)) for i in range(12)}
    taken: list[str] = []

    def take() -> None:
        while (job := queue.claim("somebody")) is not None:
            taken.append(job.run_id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert sorted(taken) == sorted(wanted)


def test_a_resumed_run_goes_to_the_end_of_the_queue(queue: JobQueue, runs: RunStore, add: Callable[[str], str]) -> None:
    first, second = add("a"), add("b")
    queue.claim("me")
    runs.finish(first, RunStatus.INTERRUPTED, "power cut")
    assert queue.requeue(first)
    assert not queue.requeue(first)
    assert [e.run_id for e in queue.waiting(1)] == [second, first]
    assert (runs.get(first).attempt, runs.get(first).reason) == (2, "")


def test_who_waits_is_told_how_many_are_before(queue: JobQueue, runs: RunStore, add: Callable[[str], str]) -> None:
    working, second, third = add("a"), add("b"), add("c")
    queue.claim("me")
    runs.update(working, time_left_s=90.0)
    assert queue.waiting(1) == [QueueEntry(second, 1, 90.0), QueueEntry(third, 2, None)]


def test_a_run_in_the_trash_is_never_started(queue: JobQueue, runs: RunStore, add: Callable[[str], str]) -> None:
    runs.update(add("a"), deleted_at=runs.list()[0].created_at)
    assert queue.claim("me") is None


def test_one_lease_has_one_owner(queue: JobQueue) -> None:
    assert queue.take_lease(lease("first"), instead_of=None)
    assert not queue.take_lease(lease("second"), instead_of=None)
    assert queue.take_lease(lease("second"), instead_of="first")
    assert not queue.renew_lease("first")
    assert queue.renew_lease("second", warm=True)
    found = queue.lease()
    assert found is not None
    assert (found.owner, found.warm) == ("second", True)


def test_a_lease_can_be_asked_back(queue: JobQueue) -> None:
    queue.take_lease(lease("first"), instead_of=None)
    queue.ask_to_retire("first")
    found = queue.lease()
    assert found is not None
    assert found.retire
    queue.drop_lease("first")
    assert queue.lease() is None


def test_a_resumed_run_waits_for_its_old_process_to_go(
    queue: JobQueue, runs: RunStore, add: Callable[[str], str]
) -> None:
    run = add("a")
    queue.claim("me")
    queue.set_process(run, 4711, 1.0)
    runs.finish(run, RunStatus.STOPPED)
    queue.requeue(run)
    assert queue.claim("me") is None
    queue.set_process(run, None, None)
    assert queue.claim("me") == Job(run, 2, None, None)
