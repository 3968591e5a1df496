"""The tables. Rows never leave this room: callers get the frozen values of `core.runs`."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

LATE = text("arrival > 0")  # few points are: the index of these is small


class UtcTime(TypeDecorator[datetime]):
    """A time that is UTC on both sides; SQLite itself forgets the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Drop the zone after converting to UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """Base of every table; constraints are named, so that migrations can change them."""

    metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"})
    type_annotation_map = {datetime: UtcTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own


class RunRow(Table):
    """One run; `number` keeps the narrow tables narrow, `id` is what people see."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_status_deleted", "status", "deleted_at"), {"sqlite_autoincrement": True})

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    status: Mapped[str]
    stage: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    config: Mapped[dict[str, Any]]
    config_hash: Mapped[str]
    dataset_fingerprint: Mapped[str] = mapped_column(default="")
    device: Mapped[str] = mapped_column(default="")
    parameter_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    stop_requested_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    steps: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=0)
    examples_seen: Mapped[int] = mapped_column(default=0)
    train_time_s: Mapped[float] = mapped_column(default=0.0)
    time_left_s: Mapped[float | None]
    sparkline: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")
    verdict: Mapped[str] = mapped_column(default="")
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Since 0002. The database has defaults too: processes of the version before may still be writing.
    parent_id: Mapped[str] = mapped_column(default="", server_default="", index=True)  # no foreign key: it may be gone
    parent_kind: Mapped[str] = mapped_column(default="", server_default="")
    finish_requested_at: Mapped[datetime | None]
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    cause: Mapped[str] = mapped_column(default="", server_default="")
    estimate: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    # Since 0004.
    origin: Mapped[str] = mapped_column(default="", server_default="")
    project: Mapped[str] = mapped_column(default="", server_default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    tags: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    starred: Mapped[bool] = mapped_column(default=False, server_default=false())
    archived_at: Mapped[datetime | None]
    # Since 0005: when it worked before it was resumed, as [[began, ended], ...] in seconds since 1970.
    sessions: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    # Since 0006: a `core.specs.target.Target`; NULL where that of the data set counts.
    target: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ParameterRow(Table):
    """One setting of one run, for filtering and comparing runs by settings."""

    __tablename__ = "parameters"

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class MetricKeyRow(Table):
    """The name of a curve, once."""

    __tablename__ = "metric_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class CurveRow(Table):
    """One curve of one run, so that its points need not repeat the run."""

    __tablename__ = "curves"
    __table_args__ = (UniqueConstraint("run_number", "key_id", name="uq_curves_run_number_key_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"))
    key_id: Mapped[int] = mapped_column(ForeignKey("metric_keys.id"))
    axis: Mapped[str] = mapped_column(
        default="", server_default=""
    )  # what its steps count, such as "epoch"; or nothing


class PointRow(Table):
    """One point of one curve; NaN is NULL, as SQLite makes it anyway."""

    __tablename__ = "points"
    __table_args__ = (
        Index("ix_points_curve_id", "curve_id", "arrival", sqlite_where=LATE, postgresql_where=LATE),
        {"sqlite_with_rowid": False},
    )

    curve_id: Mapped[int] = mapped_column(ForeignKey("curves.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[float] = mapped_column(primary_key=True)
    # 0 of a point beyond all before it, as most are; else how many points its curve had before it. So it tells points
    # of one step apart, in their order, and finds what came late without looking at the rest.
    arrival: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    wall_time: Mapped[float]
    global_step: Mapped[float | None]  # where the run was when it was logged; NULL where that is the same


class MetricRow(Table):
    """A point of versions before 0005; empty, as a trigger moves it to `points`."""

    __tablename__ = "metrics"
    __table_args__ = ({"sqlite_with_rowid": False},)

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("metric_keys.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    wall_time: Mapped[float]


class MetricBlobRow(Table):
    """One whole packed curve of an ended run, a fifth of its rows' size."""

    __tablename__ = "metric_blobs"

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("metric_keys.id"), primary_key=True)
    count: Mapped[int]
    data: Mapped[bytes]
    preview: Mapped[bytes]  # what a chart shows of it at first


class PreferenceRow(Table):
    """What the people of this house want: saved views, the baseline run. No secrets."""

    __tablename__ = "preferences"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class ScoreRow(Table):
    """One metric with its interval, by run and source.

    The source is the model or a baseline on the test split, or the model on the validation split.
    """

    __tablename__ = "scores"

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)  # "model", a baseline's name, or runs.VALIDATION
    metric: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]


class EventRow(Table):
    """Something that happened to a run, in words."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), index=True)
    time: Mapped[datetime]
    kind: Mapped[str]
    message: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ArtifactRow(Table):
    """A file that a run left behind."""

    __tablename__ = "artifacts"

    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]


class JobRow(Table):
    """A run's place in the queue, and the process that works on it."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("run_number", name="uq_jobs_run_number"), {"sqlite_autoincrement": True})

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_number: Mapped[int] = mapped_column(ForeignKey("runs.number", ondelete="CASCADE"))
    queued_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str] = mapped_column(default="")
    attempt: Mapped[int] = mapped_column(default=1)
    pid: Mapped[int | None]
    pid_created: Mapped[float | None]  # tells a process from a later one with the same pid


class LeaseRow(Table):
    """Who may start runs: one row, taken by conditional update."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    pid_created: Mapped[float]
    version: Mapped[str]
    renewed_at: Mapped[datetime]
    retire: Mapped[bool] = mapped_column(default=False)  # a newer Touchstone asks it to hand over
    device: Mapped[str] = mapped_column(default="")
    slots: Mapped[int] = mapped_column(default=1)
    warm: Mapped[bool] = mapped_column(default=False)


class DatasetVersionRow(Table):
    """One immutable state of a data set."""

    __tablename__ = "dataset_versions"

    name: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    task: Mapped[str]
    labels: Mapped[list[Any]]
    split_sizes: Mapped[dict[str, Any]]
    duplicate_count: Mapped[int]
    licence: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[datetime]


class PreflightRow(Table):
    """A question to answer before a run starts, and its answer; only the newest."""

    __tablename__ = "trials"
    __table_args__ = (
        UniqueConstraint("kind", "config_hash", name="uq_trials_kind_config_hash"),
        {"sqlite_autoincrement": True},
    )

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    config_hash: Mapped[str]
    config: Mapped[dict[str, Any]]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime]  # when somebody last wanted to know
    heard_at: Mapped[datetime]  # when it last began, said what it does, or ended
    pid: Mapped[int | None]
    pid_created: Mapped[float | None]


class TriedInputRow(Table):
    """What somebody tried, and what she said of the answers. Since 0007."""

    __tablename__ = "tried_inputs"
    __table_args__ = (UniqueConstraint("id", name="uq_tried_inputs_id"), {"sqlite_autoincrement": True})

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str]
    run_id: Mapped[str] = mapped_column(index=True)  # no foreign key: it may be gone
    kind: Mapped[str]
    content: Mapped[dict[str, Any]]
    answers: Mapped[list[Any]]
    thumb: Mapped[int]
    right_label: Mapped[str]
    vote: Mapped[str]
    added_to: Mapped[str]
    created_at: Mapped[datetime]
