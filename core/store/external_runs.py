"""Runs logged from a script or imported; they have no place in the queue."""

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import RunNotReady
from core.runs import Run, RunStatus, Stage
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.rows import sessions_of
from core.store.run_store import ALPHABET, RunStore, now
from core.store.tables import JobRow, ParameterRow, RunRow

# What the configuration of such a run says: nothing. Its settings are in `Run.settings`.
NO_CONFIG = TrainConfig(task="", dataset="", model="")
TRACKED = "tracked"  # the origin of runs that were logged with `core.track`


@dataclass(frozen=True)
class Source:
    """The process that logs a run: machine, pid and creation in seconds since 1970."""

    host: str
    pid: int
    pid_created: float


@dataclass(frozen=True)
class Logging:
    """A run that is being logged, or was until its process vanished."""

    run_id: str
    source: Source
    silent_s: float  # since it last said that it works


class ExternalRuns:
    """Adds runs from elsewhere to the same tables; everything else about them is `RunStore`'s."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(
        self,
        origin: str,
        name: str = "",
        project: str = "",
        settings: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str = "",
        created_at: datetime | None = None,
        process: Source | None = None,
        unfinished: str = "",
    ) -> Run:
        """Insert a running run, or return the one that the same key made before.

        `RunStore.finish` ends it.

        Args:
            origin: Where it comes from: "tracked", "tensorboard", "mlflow", "wandb", "csv".
            name: What people call it; empty names it after its project, or origin, and number.
            project: What it belongs to.
            settings: Its configuration, as JSON.
            idempotency_key: Such as a hash of the imported files, so that importing twice gives one run.
            created_at: When it began; now if None.
            process: What logs it, if it goes on; whoever looks notices when that has vanished.
            unfinished: Why it would lie in the trash if nothing more came; it begins there, out of sight.
        """
        key, began = idempotency_key or uuid4().hex, created_at or now()
        with self.database.write() as session:
            known = session.query(RunRow.id).where(RunRow.idempotency_key == key).scalar()
            if known is None:
                known = "".join(secrets.choice(ALPHABET) for _ in range(8))
                row = RunRow(
                    id=known, idempotency_key=key, name=name, status=RunStatus.RUNNING, stage=Stage.TRAINING,
                    config=NO_CONFIG.model_dump(mode="json"), config_hash="", created_at=began, started_at=began,
                    heartbeat_at=now(), origin=origin, project=project, settings=dict(settings or {}),
                )  # fmt: skip
                if unfinished:
                    row.status, row.reason, row.deleted_at = RunStatus.STOPPED, unfinished, now()
                _insert(session, row, process)
        return RunStore(self.database).get(known)

    def reopen(self, run_id: str, process: Source) -> Run:
        """Let a tracked run that has ended be logged on, by this process.

        Raises:
            RunNotFound: There is none of this id.
            RunNotReady: It was trained here or imported, is in the trash, or is being logged by another process.
        """
        run = RunStore(self.database).get(run_id)
        ended = [status for status in RunStatus if not status.is_active]
        query = update(RunRow).where(
            RunRow.id == run_id, RunRow.origin == TRACKED, RunRow.status.in_(ended), RunRow.deleted_at.is_(None)
        )
        values = {
            "status": RunStatus.RUNNING, "stage": Stage.TRAINING, "reason": "", "cause": "", "finished_at": None,
            "stop_requested_at": None, "heartbeat_at": now(), "started_at": now(), "sessions": sessions_of(run),
        }  # fmt: skip
        with self.database.write() as session:
            number = session.scalar(query.values(**values).returning(RunRow.number))
            if number is None:
                raise RunNotReady(
                    f"'{run.name}' cannot be logged on: only a run that was logged with track.init, has ended and is "
                    "not in the trash can be."
                )
            job = session.scalars(select(JobRow).where(JobRow.run_number == number)).one()
            job.attempt += 1
            _worked_on_by(job, process)
        return RunStore(self.database).get(run_id)

    def set_settings(self, run_id: str, settings: Mapping[str, Any]) -> None:
        """Put these settings in the place of those before."""
        with self.database.write() as session:
            row = session.query(RunRow).where(RunRow.id == run_id).one()
            row.settings = dict(settings)
            session.query(ParameterRow).where(ParameterRow.run_number == row.number).delete()
            session.add_all(ParameterRow(run_number=row.number, key=k, value=v) for k, v in settings.items())

    def left(self, run_id: str) -> None:
        """Note that no process logs a run any more."""
        number = select(RunRow.number).where(RunRow.id == run_id).scalar_subquery()
        with self.database.write() as session:
            session.execute(update(JobRow).where(JobRow.run_number == number).values(pid=None, pid_created=None))

    def being_logged(self) -> list[Logging]:
        """Return the runs that say that a process logs them."""
        query = (
            select(RunRow.id, RunRow.heartbeat_at, JobRow.claimed_by, JobRow.pid, JobRow.pid_created)
            .join(JobRow, JobRow.run_number == RunRow.number)
            .where(RunRow.origin != "", RunRow.status == RunStatus.RUNNING, JobRow.pid.is_not(None))
        )
        with self.database.read() as session:
            return [
                Logging(row.id, Source(row.claimed_by, row.pid, row.pid_created), _age_s(row.heartbeat_at))
                for row in session.execute(query)
            ]


def _insert(session: Session, row: RunRow, process: Source | None) -> None:
    """Insert a run with its default name, its job and its parameters."""
    session.add(row)
    session.flush()
    row.name = row.name or f"{row.project or row.origin} #{row.number}"
    job = JobRow(run_number=row.number, queued_at=row.created_at, claimed_at=row.created_at)
    session.add(_worked_on_by(job, process))
    values = row.settings.items()
    session.add_all(ParameterRow(run_number=row.number, key=str(k), value=v) for k, v in values)


def _worked_on_by(job: JobRow, process: Source | None) -> JobRow:
    if process is not None:
        job.claimed_by, job.pid, job.pid_created = process.host, process.pid, process.pid_created
    return job


def _age_s(moment: datetime | None) -> float:
    return math.inf if moment is None else (now() - moment).total_seconds()
