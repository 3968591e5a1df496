"""The queue: waiting jobs, their processes, and the supervisor's lease."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, or_, select, update

from core.runs import RESUMABLE, QueueEntry, RunStatus, Stage
from core.store.database import Database
from core.store.rows import runs_with_jobs, sessions_of, to_runs
from core.store.run_store import now
from core.store.tables import JobRow, LeaseRow, RunRow

SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class Job:
    """A run that a process works on, or should."""

    run_id: str
    attempt: int
    pid: int | None
    pid_created: float | None


@dataclass(frozen=True)
class Lease:
    """Who may start runs."""

    owner: str
    host: str
    pid: int
    pid_created: float
    version: str
    age_s: float  # since it was last renewed
    retire: bool
    device: str
    slots: int
    warm: bool


class JobQueue:
    """First come, first served; every change is one conditional update."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def claim(self, owner: str) -> Job | None:
        """Claim the run that has waited longest, or nothing; concurrent claims never share one.

        A resumed run waits until the process of its earlier attempt has gone.
        """
        next_one = (
            select(RunRow.number)
            .join(JobRow, JobRow.run_number == RunRow.number)
            .where(
                RunRow.status == RunStatus.QUEUED,
                RunRow.origin == "",
                RunRow.deleted_at.is_(None),
                JobRow.pid.is_(None),
            )
            .order_by(JobRow.position)
            .limit(1)
        )
        with self.database.read() as session:  # asking often must not lock out those who write
            if session.scalar(next_one) is None:
                return None
        claim = (
            update(RunRow)
            .where(RunRow.number == next_one.scalar_subquery(), RunRow.status == RunStatus.QUEUED)
            .values(status=RunStatus.RUNNING, stage=Stage.STARTING, started_at=now(), reason="")
            .returning(RunRow.number, RunRow.id)
        )
        with self.database.write() as session:
            row = session.execute(claim).one_or_none()
            if row is None:
                return None
            values = {"claimed_at": now(), "claimed_by": owner, "pid": None, "pid_created": None}
            job = update(JobRow).where(JobRow.run_number == row.number).values(**values).returning(JobRow.attempt)
            return Job(row.id, session.execute(job).scalar_one(), None, None)

    def set_process(self, run_id: str, pid: int | None, pid_created: float | None) -> None:
        """Note the process that works on a run; None when it has gone."""
        number = select(RunRow.number).where(RunRow.id == run_id).scalar_subquery()
        with self.database.write() as session:
            values = {"pid": pid, "pid_created": pid_created}
            session.execute(update(JobRow).where(JobRow.run_number == number).values(**values))

    def process_of(self, run_id: str) -> tuple[int, float] | None:
        """Return pid and creation time of a run's process, None if unknown."""
        query = select(JobRow.pid, JobRow.pid_created).join(RunRow, JobRow.run_number == RunRow.number)
        with self.database.read() as session:
            row = session.execute(query.where(RunRow.id == run_id)).one_or_none()
        return (row.pid, row.pid_created) if row and row.pid is not None and row.pid_created is not None else None

    def running(self) -> list[Job]:
        """Return the jobs of running runs, and of ended ones whose process still lives.

        Those logged from elsewhere are not among them: nobody here may end the process of a notebook.
        """
        query = (
            select(RunRow.id, JobRow.attempt, JobRow.pid, JobRow.pid_created)
            .join(JobRow, JobRow.run_number == RunRow.number)
            .where(RunRow.origin == "", or_(RunRow.status == RunStatus.RUNNING, JobRow.pid.is_not(None)))
        )
        with self.database.read() as session:
            return [Job(*row) for row in session.execute(query)]

    def requeue(self, run_id: str, *, finish: bool = False) -> bool:
        """Requeue a run that ended without success; return whether it had ended so.

        Args:
            run_id: The run.
            finish: Whether it shall only be judged and saved: it trains no further than it must.
        """
        values = {
            "status": RunStatus.QUEUED, "stage": Stage.WAITING, "reason": "", "paused": False,
            "started_at": None, "finished_at": None, "stop_requested_at": None,
            "finish_requested_at": now() if finish else None,
        }  # fmt: skip
        if not finish:  # else it says how far what was saved last can be relied on
            values["cause"] = ""
        query = update(RunRow).where(RunRow.id == run_id, RunRow.status.in_(RESUMABLE), RunRow.deleted_at.is_(None))
        with self.database.write() as session:
            before = to_runs(session, runs_with_jobs().where(RunRow.id == run_id))
            values |= {"sessions": sessions_of(before[0])} if before else {}
            number = session.scalar(query.values(**values).returning(RunRow.number))
            if number is None:
                return False
            old = session.execute(select(JobRow).where(JobRow.run_number == number)).scalar_one()
            process = {"pid": old.pid, "pid_created": old.pid_created}
            session.execute(delete(JobRow).where(JobRow.run_number == number))
            again = {"run_number": number, "queued_at": now(), "attempt": old.attempt + 1, "claimed_by": ""}
            session.execute(insert(JobRow).values(**again, **process))
            return True

    def waiting(self, slots: int) -> list[QueueEntry]:
        """Return the waiting runs, the next one first, each with its expected wait."""
        columns = select(RunRow.id, RunRow.status, RunRow.time_left_s).join(JobRow, JobRow.run_number == RunRow.number)
        active = columns.where(
            RunRow.status.in_((RunStatus.QUEUED, RunStatus.RUNNING)), RunRow.deleted_at.is_(None), RunRow.origin == ""
        )
        with self.database.read() as session:
            rows = session.execute(active.order_by(JobRow.position)).all()
        running = [r.time_left_s for r in rows if r.status == RunStatus.RUNNING]
        known = [t for t in running if t is not None]
        waiting = [r.id for r in rows if r.status == RunStatus.QUEUED]
        # Only what runs now is known; how long the others will take is not, so a later place says nothing.
        first = min(known) if len(running) >= slots and len(known) == len(running) and known else None
        return [QueueEntry(r, len(running) + i, first if i == 0 else None) for i, r in enumerate(waiting)]

    # --- the lease ---

    def lease(self) -> Lease | None:
        """Return who holds the lease, if anybody ever took it."""
        with self.database.read() as session:
            row = session.get(LeaseRow, SUPERVISOR)
            if row is None:
                return None
            age_s = (now() - row.renewed_at).total_seconds()
            return Lease(
                row.owner, row.host, row.pid, row.pid_created, row.version, age_s, row.retire,
                row.device, row.slots, row.warm,
            )  # fmt: skip

    def take_lease(self, mine: Lease, instead_of: str | None, older_than_s: float = 0.0) -> bool:
        """Take the lease if it is free or its owner is gone; return success.

        Args:
            mine: What to write.
            instead_of: The owner seen to be gone; None if there was no lease.
            older_than_s: Only if that owner has not renewed it for so long.
        """
        values = {
            "owner": mine.owner, "host": mine.host, "pid": mine.pid, "pid_created": mine.pid_created,
            "version": mine.version, "renewed_at": now(), "retire": False, "device": mine.device,
            "slots": mine.slots, "warm": mine.warm,
        }  # fmt: skip
        with self.database.write() as session:
            if session.get(LeaseRow, SUPERVISOR) is None:
                session.add(LeaseRow(name=SUPERVISOR, **values))
                return True
            limit = now() - timedelta(seconds=older_than_s)
            query = update(LeaseRow).where(LeaseRow.owner == (instead_of or mine.owner), LeaseRow.renewed_at <= limit)
            return bool(session.execute(query.values(**values).returning(LeaseRow.name)).all())

    def renew_lease(self, owner: str, **values: str | int | bool) -> bool:
        """Renew the lease with what has changed; return whether this owner still held it."""
        query = update(LeaseRow).where(LeaseRow.owner == owner).values(renewed_at=now(), **values)
        with self.database.write() as session:
            return bool(session.execute(query.returning(LeaseRow.name)).all())

    def drop_lease(self, owner: str) -> None:
        """Give the lease back."""
        with self.database.write() as session:
            session.execute(delete(LeaseRow).where(LeaseRow.owner == owner))

    def ask_to_retire(self, owner: str) -> None:
        """Ask the lease holder to start nothing more and hand its children over."""
        with self.database.write() as session:
            session.execute(update(LeaseRow).where(LeaseRow.owner == owner).values(retire=True))
