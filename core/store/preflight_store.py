"""Preflight trials: requested, run one at a time, answered.

The newest answer to each question is kept for a while.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.runs import Preflight, PreflightKind, PreflightStatus
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.run_store import now
from core.store.tables import PreflightRow

WANTED_S = 60.0  # nobody who waits for an answer is silent for so long
TOUCHED_S = 5.0  # not every look of every page has to be written down


@dataclass(frozen=True)
class PreflightJob:
    """A trial that a process works on, or should."""

    trial_id: str
    pid: int | None
    pid_created: float | None
    silent_s: float  # since its last sign of life
    is_wanted: bool  # whether somebody still waits for it
    others_wait: bool


class PreflightStore:
    """Store of trials: each method one short transaction, each change conditional."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def ask(self, kind: PreflightKind, config: TrainConfig, *, again_after_s: float, fresh_s: float) -> Preflight:
        """Return the trial for this question: the existing one, or a new waiting one.

        Args:
            kind: What shall be found out.
            config: About what.
            again_after_s: What failed or did not fit is tried again after so long.
            fresh_s: An answer that is older is found out again.
        """
        config_hash = config.config_hash()
        with self.database.read() as session:  # asking often must not lock out those who write
            row = session.scalar(_about(kind, config_hash))
            known = None if row is None or _is_stale(row, again_after_s, fresh_s) else _to_preflight(session, row)
        if known is not None:
            self._touch(row)
            return known
        with self.database.write() as session:
            row = session.scalar(_about(kind, config_hash))
            if row is None or _is_stale(row, again_after_s, fresh_s):
                session.execute(
                    delete(PreflightRow).where(PreflightRow.kind == kind, PreflightRow.config_hash == config_hash)
                )
                moment = now()
                row = PreflightRow(
                    id=secrets.token_hex(6), kind=kind, config_hash=config_hash, config=config.model_dump(mode="json"),
                    status=PreflightStatus.WAITING, created_at=moment, asked_at=moment, heard_at=moment,
                )  # fmt: skip
                session.add(row)
                session.flush()
            return _to_preflight(session, row)

    def find(self, kind: PreflightKind, config_hash: str) -> Preflight | None:
        """Return the trial for this question, if any, and mark it as wanted.

        That something did not fit is forgotten soon: the memory may be free by now.
        """
        with self.database.read() as session:
            row = session.scalar(_about(kind, config_hash))
            if row is not None and row.result.get("fits") is False and now() - row.heard_at > _SOON:
                return None
            preflight = None if row is None else _to_preflight(session, row)
        self._touch(row)
        return preflight

    def question(self, trial_id: str) -> tuple[PreflightKind, TrainConfig] | None:
        """Return the kind and the configuration of a trial; None if it is deleted."""
        with self.database.read() as session:
            row = session.scalar(select(PreflightRow).where(PreflightRow.id == trial_id))
            return None if row is None else (row.kind, TrainConfig.model_validate(row.config))  # type: ignore[return-value]

    # --- for the supervisor and the process that works ---

    def claim(self) -> str | None:
        """Claim the oldest trial that is still wanted, unless another one is running."""
        other = aliased(PreflightRow)
        busy = exists().where(other.status == PreflightStatus.WORKING)
        next_one = select(PreflightRow.position).where(_is_wanted(), ~busy).order_by(PreflightRow.position).limit(1)
        with self.database.read() as session:
            if session.scalar(next_one) is None:
                return None
        query = update(PreflightRow).where(PreflightRow.position == next_one.scalar_subquery())
        values = {"status": PreflightStatus.WORKING, "heard_at": now(), "note": "Starting"}
        with self.database.write() as session:
            return session.scalar(query.values(**values).returning(PreflightRow.id))

    def working(self) -> PreflightJob | None:
        """Return the trial that works, or should."""
        with self.database.read() as session:
            row = session.scalar(select(PreflightRow).where(PreflightRow.status == PreflightStatus.WORKING).limit(1))
            if row is None:
                return None
            silent_s, is_wanted = (now() - row.heard_at).total_seconds(), row.asked_at >= _wanted_since()
            others_wait = session.scalar(select(PreflightRow.position).where(_is_wanted()).limit(1)) is not None
            return PreflightJob(row.id, row.pid, row.pid_created, silent_s, is_wanted, others_wait)

    def set_process(self, trial_id: str, pid: int, pid_created: float) -> None:
        """Note the process that works on a trial."""
        self._change(trial_id, pid=pid, pid_created=pid_created)

    def note(self, trial_id: str, sentence: str) -> None:
        """Note what a trial does at the moment."""
        self._change(trial_id, note=sentence, heard_at=now())

    def beat(self, trial_id: str) -> None:
        """Note that the process of a trial lives."""
        self._change(trial_id, heard_at=now())

    def put_back(self, trial_id: str) -> bool:
        """Return a running trial to waiting until requested again; return whether it was running."""
        return self._change(trial_id, status=PreflightStatus.WAITING, note="", pid=None, pid_created=None)

    def finish(self, trial_id: str, result: Mapping[str, Any] | None, reason: str = "") -> bool:
        """End a trial that works; say whether it was this call that ended it.

        Args:
            trial_id: The trial.
            result: What was found out, as JSON; None if it failed.
            reason: Why it failed, for a founder.
        """
        status = PreflightStatus.FAILED if result is None else PreflightStatus.DONE
        return self._change(trial_id, status=status, result=dict(result or {}), reason=reason, note="", heard_at=now())

    def forget(self, older_than_s: float) -> int:
        """Delete trials unrequested and unchanged for this long; return the number deleted."""
        limit = now() - timedelta(seconds=older_than_s)
        is_old = and_(PreflightRow.heard_at < limit, PreflightRow.asked_at < limit)
        query = delete(PreflightRow).where(PreflightRow.status != PreflightStatus.WORKING, is_old)
        with self.database.write() as session:
            return len(session.execute(query.returning(PreflightRow.position)).all())

    def _change(self, trial_id: str, **values: Any) -> bool:
        query = update(PreflightRow).where(PreflightRow.id == trial_id, PreflightRow.status == PreflightStatus.WORKING)
        with self.database.write() as session:
            return bool(session.execute(query.values(**values).returning(PreflightRow.position)).all())

    def _touch(self, row: PreflightRow | None) -> None:
        """Note that somebody waits for this one."""
        if row is None or row.status not in _ACTIVE or now() - row.asked_at < timedelta(seconds=TOUCHED_S):
            return
        with self.database.write() as session:
            session.execute(update(PreflightRow).where(PreflightRow.id == row.id).values(asked_at=now()))


_SOON = timedelta(seconds=30)
_ACTIVE = (PreflightStatus.WAITING, PreflightStatus.WORKING)


def _about(kind: PreflightKind, config_hash: str) -> Select[PreflightRow]:
    return select(PreflightRow).where(PreflightRow.kind == kind, PreflightRow.config_hash == config_hash)


def _wanted_since() -> datetime:
    return now() - timedelta(seconds=WANTED_S)


def _is_wanted() -> ColumnElement[bool]:
    return and_(PreflightRow.status == PreflightStatus.WAITING, PreflightRow.asked_at >= _wanted_since())


def _is_stale(row: PreflightRow, again_after_s: float, fresh_s: float) -> bool:
    if row.status in _ACTIVE:
        return False
    is_bad_news = row.status == PreflightStatus.FAILED or row.result.get("fits") is False
    return (now() - row.heard_at).total_seconds() > (again_after_s if is_bad_news else fresh_s)


def _to_preflight(session: Session, row: PreflightRow) -> Preflight:
    ahead = 0
    if row.status == PreflightStatus.WAITING:
        before = and_(_is_wanted(), PreflightRow.position < row.position)
        query = select(func.count()).where(or_(before, PreflightRow.status == PreflightStatus.WORKING))
        ahead = session.scalar(query.select_from(PreflightRow)) or 0
    return Preflight(
        id=row.id, kind=row.kind, config_hash=row.config_hash, status=PreflightStatus(row.status), reason=row.reason,  # type: ignore[arg-type]
        result=row.result, created_at=row.created_at, note=row.note, ahead=ahead,
    )  # fmt: skip
