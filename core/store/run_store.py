"""Runs: created, read, and changed by conditional updates, so race losers do nothing."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.errors import RunNotFound
from core.runs import EXAMPLE, LONGER, Artifact, Event, Run, RunStatus, Stage
from core.specs import DatasetVersion, Score
from core.specs.config import TrainConfig
from core.specs.target import Target
from core.store.database import Database
from core.store.rows import nan_to_null, runs_with_jobs, to_runs
from core.store.tables import ArtifactRow, DatasetVersionRow, EventRow, JobRow, ParameterRow, RunRow, ScoreRow

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is read aloud as something else


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


class RunStore:
    """The only truth about a run. Every method is one short transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(
        self,
        config: TrainConfig,
        name: str,
        idempotency_key: str,
        parent: tuple[str, str] = ("", ""),
        estimate: Mapping[str, Any] | None = None,
        called: str = "",
        target: Target | None = None,
    ) -> Run:
        """Insert a run and its job, or return the run of the same key.

        Args:
            config: What to train.
            name: What people call it.
            idempotency_key: The same for both halves of a double click.
            parent: The run that it comes from and how ("longer" or "clone"), if any.
            estimate: What is expected of it, if that is known.
            called: What a run without a name is called; a number comes behind it where others are called so.
            target: Its own, where it is not to be that of its data set.

        Raises:
            RunNotFound: It goes on from a run that has been removed, or is in the trash.
        """
        with self.database.write() as session:
            known = session.scalar(select(RunRow.id).where(RunRow.idempotency_key == idempotency_key))
            if known is not None:
                return self._one(session, known)
            if config.continues:  # asked here, in the transaction in which nobody can empty the trash
                self._number(session, config.continues, trashed=False)
            run_id = "".join(secrets.choice(ALPHABET) for _ in range(8))
            row = RunRow(
                id=run_id,
                idempotency_key=idempotency_key,
                name=name or _unused(session, called or f"{config.dataset}, {config.model}"),
                status=RunStatus.QUEUED,
                stage=Stage.WAITING,
                config=config.model_dump(mode="json"),
                config_hash=config.config_hash(),
                created_at=now(),
                parent_id=parent[0],
                parent_kind=parent[1],
                estimate=dict(estimate or {}),
                target=target.to_json() if target else None,
            )
            session.add(row)
            session.flush()
            session.add(JobRow(run_number=row.number, queued_at=row.created_at))
            settings = config.model_dump(mode="json")
            settings |= settings.pop("params")
            session.add_all(ParameterRow(run_number=row.number, key=k, value=v) for k, v in settings.items())
            session.flush()
            return self._one(session, run_id)

    def get(self, run_id: str) -> Run:
        """Return one run.

        Raises:
            RunNotFound: There is none of this id.
        """
        with self.database.read() as session:
            return self._one(session, run_id)

    def list(self, *, status: Collection[RunStatus] = (), trashed: bool = False, limit: int | None = None) -> list[Run]:
        """Return runs, the newest first.

        The example is none of them, except in the trash.

        Args:
            status: Only runs in one of these states; empty is all.
            trashed: What is in the trash instead of what is not.
            limit: At most so many.
        """
        query = runs_with_jobs().order_by(RunRow.number.desc())
        usual = and_(RunRow.deleted_at.is_(None), RunRow.origin != EXAMPLE)
        query = query.where(RunRow.deleted_at.is_not(None) if trashed else usual)
        if status:
            query = query.where(RunRow.status.in_(status))
        with self.database.read() as session:
            return to_runs(session, query.limit(limit))

    def update(self, run_id: str, when: Collection[RunStatus] = (), **values: Any) -> bool:
        """Update columns of a run if it is in a given state; return success.

        Args:
            run_id: The run.
            when: The states in which the change is right; empty is any.
            values: Columns of `RunRow` and their new values.
        """
        query = update(RunRow).where(RunRow.id == run_id).values(**values)
        if when:
            query = query.where(RunRow.status.in_(when))
        with self.database.write() as session:
            return bool(session.execute(query.returning(RunRow.number)).all())

    def judged_on(self, dataset: str, fingerprint: str) -> Sequence[Run]:
        """Return the finished runs outside the trash on one dataset version."""
        same = RunRow.dataset_fingerprint == fingerprint, RunRow.status == RunStatus.SUCCEEDED
        query = runs_with_jobs().where(*same, RunRow.deleted_at.is_(None)).order_by(RunRow.number.desc())
        with self.database.read() as session:
            return [run for run in to_runs(session, query) if run.config.dataset == dataset]

    def dataset_versions(self) -> dict[tuple[str, str], DatasetVersion]:
        """Return every version that a run was trained on, by name and fingerprint."""
        names = ("name", "fingerprint", "task", "duplicate_count", "licence", "source", "split_sizes")
        with self.database.read() as session:
            return {
                (row.name, row.fingerprint): DatasetVersion(
                    **{name: getattr(row, name) for name in names}, labels=tuple(row.labels)
                )
                for row in session.scalars(select(DatasetVersionRow))
            }

    def children(self, run_id: str) -> Sequence[Run]:
        """Return the runs derived from this one outside the trash, newest first."""
        mine = runs_with_jobs().where(RunRow.parent_id == run_id, RunRow.deleted_at.is_(None))
        with self.database.read() as session:
            return to_runs(session, mine.order_by(RunRow.number.desc()))

    def finish(self, run_id: str, status: RunStatus, reason: str = "", cause: str = "") -> bool:
        """End a run that works; say whether it was this call that ended it.

        Args:
            run_id: The run.
            status: How it ended.
            reason: Why, in a founder's words; empty where it succeeded.
            cause: Of a failure; see `Run.cause`.
        """
        values: dict[str, Any] = {"stage": Stage.DONE} if status is RunStatus.SUCCEEDED else {}
        if status is not RunStatus.STOPPED:  # it ended otherwise before it could pause
            values["paused"] = False
        values |= {"status": status, "reason": reason, "cause": cause, "finished_at": now(), "time_left_s": None}
        return self.update(run_id, (RunStatus.RUNNING,), **values)

    def request_stop(self, run_id: str, *, pause: bool = False) -> bool:
        """Request a stop, immediate for waiting runs; return whether anything changed.

        Args:
            run_id: The run.
            pause: Whether the wish is to pause; of two wishes the later one counts.
        """
        verb = "went on" if self.get(run_id).attempt > 1 else "started"
        reason = f"{'Paused' if pause else 'Stopped'} before it {verb}. Resume it to queue it again."
        values = {"status": RunStatus.STOPPED, "reason": reason, "paused": pause, "finished_at": now()}
        if self.update(run_id, (RunStatus.QUEUED,), **values):
            return True
        news = or_(RunRow.stop_requested_at.is_(None), RunRow.paused.is_not(pause))
        query = update(RunRow).where(RunRow.id == run_id, RunRow.status == RunStatus.RUNNING, news)
        asked_at = func.coalesce(RunRow.stop_requested_at, now())
        with self.database.write() as session:
            done = session.execute(query.values(stop_requested_at=asked_at, paused=pause).returning(RunRow.number))
            return bool(done.all())

    def request_finish(self, run_id: str) -> bool:
        """Request that training ends now and is evaluated; return whether the request is new.

        False as well for a run that is not running.
        """
        query = update(RunRow).where(
            RunRow.id == run_id, RunRow.status == RunStatus.RUNNING,
            RunRow.stop_requested_at.is_(None), RunRow.finish_requested_at.is_(None),
        )  # fmt: skip
        with self.database.write() as session:
            return bool(session.execute(query.values(finish_requested_at=now()).returning(RunRow.number)).all())

    def set_scores(self, run_id: str, source: str, scores: Mapping[str, Score]) -> None:
        """Replace the test scores of the model ("model"), a baseline (its name), or `VALIDATION`.

        `VALIDATION` holds the model's scores on the validation split.
        """
        with self.database.write() as session:
            number = self._number(session, run_id)
            session.execute(delete(ScoreRow).where(ScoreRow.run_number == number, ScoreRow.source == source))
            session.add_all(
                ScoreRow(
                    run_number=number,
                    source=source,
                    metric=metric,
                    value=nan_to_null(s.value),
                    ci_low=nan_to_null(s.ci_low),
                    ci_high=nan_to_null(s.ci_high),
                )
                for metric, s in scores.items()
            )

    def add_event(self, run_id: str, kind: str, message: str, data: Mapping[str, Any] | None = None) -> None:
        """Add something that happened."""
        with self.database.write() as session:
            number = self._number(session, run_id)
            session.add(EventRow(run_number=number, time=now(), kind=kind, message=message, data=dict(data or {})))

    def events(self, run_id: str, kind: str | None = None) -> Sequence[Event]:
        """Return what happened, the oldest first; of one kind if it is given."""
        with self.database.read() as session:
            query = select(EventRow).where(EventRow.run_number == self._number(session, run_id)).order_by(EventRow.id)
            if kind is not None:
                query = query.where(EventRow.kind == kind)
            return [Event(e.time, e.kind, e.message, e.data) for e in session.scalars(query)]

    def add_artifact(self, run_id: str, artifact: Artifact) -> None:
        """Note a file that the run left behind, or its new state."""
        with self.database.write() as session:
            values = {"path": artifact.path, "size_bytes": artifact.size_bytes, "sha256": artifact.sha256}
            session.merge(ArtifactRow(run_number=self._number(session, run_id), name=artifact.name, **values))

    def artifacts(self, run_id: str) -> Sequence[Artifact]:
        """Return the files that the run left behind."""
        with self.database.read() as session:
            query = select(ArtifactRow).where(ArtifactRow.run_number == self._number(session, run_id))
            return [Artifact(a.name, a.path, a.size_bytes, a.sha256) for a in session.scalars(query)]

    def every_artifact(self) -> dict[str, Sequence[Artifact]]:
        """Return the files of every run, by its id."""
        query = select(RunRow.id, ArtifactRow).join(ArtifactRow, ArtifactRow.run_number == RunRow.number)
        found: dict[str, Sequence[Artifact]] = {}
        with self.database.read() as session:
            for run_id, a in session.execute(query):
                found[run_id] = (*found.get(run_id, ()), Artifact(a.name, a.path, a.size_bytes, a.sha256))
        return found

    def add_dataset_version(self, version: DatasetVersion) -> None:
        """Note a version, once."""
        with self.database.write() as session:
            values = {name: getattr(version, name) for name in ("name", "fingerprint", "task", "licence", "source")}
            session.merge(
                DatasetVersionRow(
                    **values,
                    labels=list(version.labels),
                    split_sizes=dict(version.split_sizes),
                    duplicate_count=version.duplicate_count,
                    created_at=now(),
                )
            )

    def remove(self, run_ids: Iterable[str]) -> Sequence[str]:
        """Delete trashed runs and everything recorded about them; return the deleted ones.

        A run stays from which another that waits or works goes on.
        """
        child = aliased(RunRow)
        active = child.status.in_((RunStatus.QUEUED, RunStatus.RUNNING))
        needed = exists().where(child.parent_id == RunRow.id, child.parent_kind == LONGER, active)
        doomed = RunRow.id.in_(list(run_ids)), RunRow.deleted_at.is_not(None), ~needed
        with self.database.write() as session:
            found = list(session.scalars(select(RunRow.id).where(*doomed)))
            session.execute(delete(RunRow).where(RunRow.id.in_(found)))
            return found

    def _number(self, session: Session, run_id: str, *, trashed: bool = True) -> int:
        query = select(RunRow.number).where(RunRow.id == run_id)
        number = session.scalar(query if trashed else query.where(RunRow.deleted_at.is_(None)))
        if number is None:
            raise RunNotFound(run_id)
        return number

    def _one(self, session: Session, run_id: str) -> Run:
        found = to_runs(session, runs_with_jobs().where(RunRow.id == run_id))
        if not found:
            raise RunNotFound(run_id)
        return found[0]


def _unused(session: Session, called: str) -> str:
    """Return a name that no run has: "Reviews, small CNN, 2" where one exists."""
    query = select(RunRow.name).where(RunRow.name.startswith(called, autoescape=True))
    ends = {name.removeprefix(called) for name in session.scalars(query)}
    if "" not in ends and not any(_numeral(end) for end in ends):
        return called
    return f"{called}, {max(1, *map(_numeral, ends)) + 1}"


def _numeral(end: str) -> int:
    """Return the number of an ending such as ", 2"; else 0."""
    digits = end.removeprefix(", ")
    return int(digits) if end != digits and digits.isdecimal() and len(digits) < 9 else 0
