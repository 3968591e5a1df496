"""The store on PostgreSQL, where many runs outgrow one machine; left out where no PostgreSQL is installed."""

import math
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.config import TrainConfig
from core.runs import Metric, RunStatus, Score
from core.store.database import Database
from core.store.job_queue import JobQueue, Lease
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now

PLACES = [Path(found).parent for found in filter(None, [shutil.which("pg_ctl")])]
PLACES += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def server_user() -> str | None:
    """Return who the server must run as: not root, which it refuses."""
    if os.getuid() != 0:
        return None
    return "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if not PLACES:
        pytest.skip("PostgreSQL is not installed here")
    user = server_user()
    folder = Path(tempfile.mkdtemp(prefix="touchstone-pg-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(program: str, *arguments: str) -> None:
        command = [str(PLACES[0] / program), "-D", str(folder / "db"), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    call("initdb", "--auth=trust", "--username=touchstone", "--encoding=UTF8", "--no-sync")
    call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-p {port} -k {folder} -h 127.0.0.1", "start")
    yield f"postgresql+psycopg://touchstone@127.0.0.1:{port}/postgres"
    call("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def postgres(url: str) -> Iterator[Database]:
    opened = Database(url)
    opened.migrate()
    opened.migrate()  # a second start finds nothing to do
    yield opened
    opened.dispose()


def test_a_run_goes_its_way_on_postgresql(postgres: Database, quick_config: Callable[..., TrainConfig]) -> None:
    runs, metrics, queue = RunStore(postgres), MetricStore(postgres), JobQueue(postgres)
    run = runs.create(quick_config(), "", "key")
    assert runs.create(quick_config(), "", "key") == run
    job = queue.claim("me")
    assert job is not None
    assert (job.run_id, queue.claim("you")) == (run.id, None)
    metrics.append(run.id, [Metric("train/loss", 1, math.nan, 0.0), Metric("train/loss", 2, math.inf, 0.0)])
    metrics.append(run.id, [Metric("train/loss", 2, 0.5, 0.0)])
    (first, second) = metrics.read(run.id)["train/loss"]
    assert math.isnan(first[1])
    assert second == (2, 0.5, 0.0)
    runs.set_scores(run.id, "model", {"accuracy": Score(0.9, 0.8, 1.0)})
    runs.add_event(run.id, "note", "hello", {"step": 1})
    assert runs.finish(run.id, RunStatus.STOPPED)
    assert queue.requeue(run.id, (RunStatus.STOPPED,))
    assert runs.get(run.id).test == {"accuracy": Score(0.9, 0.8, 1.0)}
    runs.update(run.id, deleted_at=now())
    runs.remove([run.id])
    assert runs.list() == []
    assert runs.list(trashed=True) == []


def test_one_lease_has_one_owner_on_postgresql(postgres: Database) -> None:
    queue = JobQueue(postgres)
    lease = Lease("first", "host", 1, 1.0, "v1", 0.0, False, "", 1, False)
    assert queue.take_lease(lease, instead_of=None)
    assert not queue.take_lease(lease.__class__(**{**vars(lease), "owner": "second"}), instead_of=None)
    queue.drop_lease("first")
