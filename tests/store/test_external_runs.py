from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from core.runs import RunStatus
from core.store.database import Database
from core.store.external_runs import ExternalRuns
from core.store.imported_runs import UNFINISHED, ImportedRuns
from core.store.job_queue import JobQueue
from core.store.run_store import RunStore


def test_a_run_from_elsewhere_is_a_run_without_a_place_in_the_queue(database: Database) -> None:
    run = ExternalRuns(database).create("tracked", project="churn", settings={"lr": 0.1, "layers": [8, 8]})
    assert (run.origin, run.project, run.name, run.status) == ("tracked", "churn", "churn #1", RunStatus.RUNNING)
    assert run.settings == {"lr": 0.1, "layers": [8, 8]}
    assert not run.is_own
    assert not run.can_resume
    queue = JobQueue(database)
    assert queue.running() == []
    assert queue.waiting(slots=1) == []
    assert queue.claim("somebody") is None
    assert RunStore(database).finish(run.id, RunStatus.SUCCEEDED)
    assert [found.status for found in RunStore(database).list()] == [RunStatus.SUCCEEDED]


def test_the_same_key_is_the_same_run(database: Database) -> None:
    external = ExternalRuns(database)
    first = external.create("csv", "from a file", idempotency_key="hash of the file")
    assert external.create("csv", "again", idempotency_key="hash of the file").id == first.id
    assert len(RunStore(database).list()) == 1


def test_an_import_that_is_killed_at_its_beginning_lies_in_the_trash(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[tuple[bool, str]] = []  # what another process sees after each transaction
    write = database.write

    @contextmanager
    def watched() -> Iterator[Session]:
        with write() as session:
            yield session
        states.extend((run.deleted_at is not None, run.reason) for run in RunStore(database).list(trashed=True))
        states.extend((False, run.reason) for run in RunStore(database).list())

    monkeypatch.setattr(database, "write", watched)
    ImportedRuns(database).begin("csv", "hash of the file", "owl", "birds", None)
    assert states == [(True, UNFINISHED)]
