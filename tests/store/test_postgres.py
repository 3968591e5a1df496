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
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from core.runs import LONGER, Metric, RunStatus
from core.specs import Score
from core.specs.config import TrainConfig
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
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=600)

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
    metrics.pack(run.id)
    assert queue.requeue(run.id)
    metrics.forget_after(run.id, 1)
    assert [step for step, _, _ in metrics.read(run.id)["train/loss"]] == [1]
    assert runs.get(run.id).test == {"accuracy": Score(0.9, 0.8, 1.0)}
    assert metrics.unpacked() is None
    metrics.append(run.id, [Metric("train/loss", 3, 0.25, 0.0), Metric("validation/loss", 3, 1.5, 0.0)])
    assert metrics.latest(run.id) == {"train/loss": (3, 0.25, 0.0), "validation/loss": (3, 1.5, 0.0)}
    runs.update(run.id, deleted_at=now())
    runs.remove([run.id])
    assert runs.list() == []
    assert runs.list(trashed=True) == []


def test_a_run_is_paused_finished_and_goes_on_from_another_on_postgresql(
    postgres: Database, quick_config: Callable[..., TrainConfig]
) -> None:
    runs, queue = RunStore(postgres), JobQueue(postgres)
    first = runs.create(quick_config(), "", "first", estimate={"train_time_s": 1.5})
    assert runs.get(first.id).estimate == {"train_time_s": 1.5}
    queue.claim("me")
    assert runs.request_finish(first.id)
    assert runs.request_stop(first.id)
    assert runs.request_stop(first.id, pause=True)
    assert not runs.request_stop(first.id, pause=True)
    assert runs.finish(first.id, RunStatus.STOPPED)
    assert runs.get(first.id).shown_status == "paused"
    longer = quick_config().model_copy(update={"continues": first.id})
    child = runs.create(longer, "", "second", (first.id, LONGER))
    runs.update(first.id, deleted_at=now())
    assert runs.remove([first.id]) == []
    assert [run.id for run in runs.children(first.id)] == [child.id]
    runs.update(child.id, status=RunStatus.STOPPED, deleted_at=now())
    assert set(runs.remove([child.id, first.id])) == {child.id, first.id}


def test_an_older_database_is_upgraded_on_postgresql(url: str, quick_config: Callable[..., TrainConfig]) -> None:
    database = Database(url)
    database.migrate()
    run = RunStore(database).create(quick_config(), "from before", "older")
    MetricStore(database).append(run.id, [Metric("loss", 1, 0.5, 10.0), Metric("loss", 2, math.nan, 11.0)])
    with database.engine.begin() as connection:  # back to the schema of the version before, with its run
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parents[2] / "core" / "store" / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    assert database.revision() == "0001"
    database.migrate()
    with database.engine.begin() as connection:  # as a process of the version before, which still trains, writes
        keys = "(SELECT number FROM runs WHERE name = 'from before'), (SELECT id FROM metric_keys WHERE name = 'loss')"
        for value in (0.3, 0.25):
            said = f"ON CONFLICT (run_number, key_id, step) DO UPDATE SET value = {value}"
            connection.execute(text(f"INSERT INTO metrics SELECT {keys}, 3, {value}, 12.0 {said}"))
    points = [(step, str(value)) for step, value, _ in MetricStore(database).read(run.id)["loss"]]
    assert points == [(1, "0.5"), (2, "nan"), (3, "0.25")]
    upgraded = RunStore(database).get(run.id)
    assert (upgraded.name, upgraded.paused, upgraded.parent_id, upgraded.estimate) == ("from before", False, "", {})
    RunStore(database).update(run.id, deleted_at=now())
    assert RunStore(database).remove([run.id]) == [run.id]
    database.dispose()


def test_one_lease_has_one_owner_on_postgresql(postgres: Database) -> None:
    queue = JobQueue(postgres)
    lease = Lease("first", "host", 1, 1.0, "v1", 0.0, False, "", 1, False)
    assert queue.take_lease(lease, instead_of=None)
    assert not queue.take_lease(lease.__class__(**{**vars(lease), "owner": "second"}), instead_of=None)
    queue.drop_lease("first")
