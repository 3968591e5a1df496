"""Types of a run and everything recorded about it: frozen values, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Protocol

from core.specs import Score
from core.specs.config import TrainConfig
from core.specs.target import Target

LONGER, CLONE, NESTED = "longer", "clone", "nested"
EXAMPLE = "example"  # the origin of the run that ships with the project
SILENT_S = 15.0  # a process that works is heard of twice a second
SLOW_START_S = 90.0  # before its first word: it loads libraries, perhaps beside seven others
BUDGET_BOUND = 0.9  # of a time budget: who used more was ended by it


class RunStatus(StrEnum):
    """The six states of a run; a stop request is not one (`Run.stop_requested_at`)."""

    QUEUED = "queued"  # waits for a free device
    RUNNING = "running"  # a process of its own works on it
    SUCCEEDED = "succeeded"  # trained, evaluated and saved
    FAILED = "failed"  # ended by an error; `reason` says which
    STOPPED = "stopped"  # ended because somebody asked; what was learnt is kept
    INTERRUPTED = "interrupted"  # its process vanished (power, kill); can be resumed

    @property
    def is_active(self) -> bool:
        """Whether the run may still change by itself."""
        return self in (RunStatus.QUEUED, RunStatus.RUNNING)


RESUMABLE = (RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED)


class Stage(StrEnum):
    """Where a queued or running run is on its way."""

    WAITING = "waiting"
    STARTING = "starting"
    LOADING_DATA = "loading data"
    ENCODING = "encoding"  # a frozen encoder reads the examples; goes on beside training
    TRAINING = "training"
    BASELINES = "baselines"
    FOLDS = "folds"  # five more trainings, so that every row is judged once
    EVALUATING = "evaluating"
    SAVING = "saving"
    DONE = "done"


STAGES = (
    Stage.STARTING, Stage.LOADING_DATA, Stage.ENCODING, Stage.TRAINING, Stage.BASELINES, Stage.FOLDS,
    Stage.EVALUATING, Stage.SAVING,
)  # fmt: skip


@dataclass(frozen=True)
class Count:
    """Something that a stage counts."""

    what: str  # "Encoding texts"
    done: int
    total: int
    left_s: float | None = None


@dataclass(frozen=True)
class StageProgress:
    """Progress of a run through its stages; empty for older runs.

    Args:
        spent: Seconds of work in each stage, of all attempts; pauses between them do not count.
        counts: What is being counted at the moment.
    """

    spent: Mapping[str, float] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()

    @property
    def spent_s(self) -> float:
        """Seconds of work in all stages."""
        return sum(self.spent.values())


VALIDATION = "validation"  # whose scores these are, beside the model's and the baselines' on the test split


@dataclass(frozen=True)
class Run:
    """One configuration, one data set version, one model, and what became of it."""

    id: str  # eight characters, in every link and command
    name: str  # what people call it; may be changed
    status: RunStatus
    stage: Stage
    reason: str  # why it failed, stopped or was interrupted, for a founder; else empty
    config: TrainConfig
    config_hash: str
    dataset_fingerprint: str  # empty until the data was loaded
    device: str  # "cpu", "cuda:0 (NVIDIA H100)"; empty until it started
    parameter_count: int
    created_at: datetime  # all times are UTC
    started_at: datetime | None
    finished_at: datetime | None
    stop_requested_at: datetime | None
    deleted_at: datetime | None  # set while in the trash
    pid: int | None  # of the process that trains it, while it lives
    steps: int  # done so far
    steps_total: int
    examples_seen: int
    train_time_s: float
    time_left_s: float | None
    sparkline: tuple[float, ...]  # the loss so far in at most 40 points, for tables
    attempt: int  # 1, and one more for each time it was resumed
    note: str
    verdict: str
    versions: Mapping[str, str] = field(default_factory=dict)  # of the libraries that made the result
    test: Mapping[str, Score] = field(default_factory=dict)
    baselines: Mapping[str, Mapping[str, Score]] = field(default_factory=dict)
    parent_id: str = ""  # the run that it came from; that one may be gone by now
    parent_kind: str = ""  # LONGER: goes on from its parent's weights; CLONE: began with its settings; NESTED: a part
    finish_requested_at: datetime | None = None  # somebody asked to end training, judge and save what was learnt
    paused: bool = False  # asked to pause: where it is stopped, it was by that
    cause: str = ""  # of a failure, for who offers a way out: "diverged", "memory", "disk", "input", "unknown"
    estimate: Mapping[str, Any] = field(
        default_factory=dict
    )  # what was said before the start; see `core.services.preflight`
    origin: str = ""  # of a run that was not trained here: "tracked", or the format that it was imported from
    project: str = ""  # what it belongs to, as people group their runs
    settings: Mapping[str, Any] = field(default_factory=dict)  # of a run from elsewhere, whose `config` says nothing
    tags: tuple[str, ...] = ()
    starred: bool = False
    archived_at: datetime | None = None  # set while it is put away: kept, but not in the list
    heartbeat_at: datetime | None = None  # when its process was last heard of: twice a second while it works
    # When it worked before it was resumed: began and ended, in seconds since 1970, the first one first.
    sessions: tuple[tuple[float, float], ...] = ()
    progress: StageProgress = StageProgress()  # of a run that is trained here
    validation: Mapping[str, Score] = field(default_factory=dict)  # of the kept checkpoint: what choices are made by
    target: Target | None = None  # its own; None where that of its data set counts (`core.services.targets`)

    def worked_s(self, moment: datetime) -> float:
        """Return its working seconds from start to end, without pauses before a resume.

        Args:
            moment: Now, in UTC; where it has ended, its end counts.
        """
        before = sum(ended - began for began, ended in self.sessions)
        if self.started_at is None:
            return before
        return before + max(0.0, ((self.last_worked_at or moment) - self.started_at).total_seconds())

    @property
    def took_s(self) -> float | None:
        """For how many seconds it worked in all; None before its end."""
        return self.worked_s(self.finished_at) if self.finished_at and self.started_at else None

    @property
    def last_worked_at(self) -> datetime | None:
        """When it ended; for a vanished process, the time of its last heartbeat."""
        heard = self.heartbeat_at
        if self.status is RunStatus.INTERRUPTED and heard and self.finished_at and self.started_at:
            return heard if self.started_at <= heard < self.finished_at else self.finished_at
        return self.finished_at

    @property
    def pauses(self) -> list[tuple[float, float]]:
        """Its pauses before each resume, as (begin, end) in seconds since 1970."""
        starts = [began for began, _ in self.sessions[1:]] + ([self.started_at.timestamp()] if self.started_at else [])
        return [(ended, began) for (_, ended), began in zip(self.sessions, starts, strict=False)]

    @property
    def first_started_at(self) -> datetime | None:
        """When it first began to work; `started_at` is its last start."""
        return datetime.fromtimestamp(self.sessions[0][0], UTC) if self.sessions else self.started_at

    @property
    def expected_s(self) -> float | None:
        """Seconds that were expected of everything; None where nothing was, or of training alone."""
        expected = self.estimate.get("total_s")
        return None if expected is None else float(expected)

    def silent_s(self, moment: datetime) -> float:
        """Return the seconds without a heartbeat, where that is long; else 0."""
        if self.status is not RunStatus.RUNNING or self.started_at is None or not self.is_own:
            return 0.0
        speaks = self.heartbeat_at is not None and self.heartbeat_at >= self.started_at
        since = self.heartbeat_at if speaks and self.heartbeat_at is not None else self.started_at
        silent = (moment - since).total_seconds()
        return silent if silent >= (SILENT_S if speaks else SLOW_START_S) else 0.0

    @property
    def task(self) -> str:
        """The Hugging Face name of the task."""
        return self.config.task

    @property
    def is_own(self) -> bool:
        """Whether it has a configuration and files: trained here, or the example."""
        return self.origin in ("", EXAMPLE)

    @property
    def can_resume(self) -> bool:
        """Whether there may be more to train."""
        return self.is_own and self.status in RESUMABLE and not self.deleted_at

    @property
    def can_finish(self) -> bool:
        """Whether its training so far can be evaluated and kept as its result."""
        if self.status is RunStatus.RUNNING:
            waits = self.stop_requested_at is None and self.finish_requested_at is None
            return waits and self.stage in (Stage.TRAINING, Stage.FOLDS) and self.steps > 0
        return self.can_resume and self.steps > 0

    @property
    def can_train_longer(self) -> bool:
        """Whether a new run may go on from what it learnt."""
        ended = (RunStatus.SUCCEEDED, RunStatus.STOPPED, RunStatus.FAILED)
        return not self.origin and self.status in ended and self.steps > 0 and not self.deleted_at

    @property
    def ended_early(self) -> bool:
        """Whether it succeeded before its last step: on request, time limit, early stopping."""
        return self.status is RunStatus.SUCCEEDED and self.steps < self.steps_total

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch; 0 if cut by a time budget or not planned."""
        budget_s = 60 * self.config.time_budget_min
        used_s = max(self.progress.spent_s, self.train_time_s)
        if budget_s and (self.status.is_active or used_s > BUDGET_BOUND * budget_s):
            return 0
        return self.steps_total // self.config.epochs

    @property
    def shown_status(self) -> str:
        """Return the status for people, who tell a paused run from a stopped one."""
        return "paused" if self.paused and self.status is RunStatus.STOPPED else str(self.status)


@dataclass(frozen=True)
class Lineage:
    """Where a run came from, and what came from it."""

    ancestors: tuple[Run, ...]  # the first one first; those removed for good are missing
    children: tuple[Run, ...]  # the newest first


class Metric(NamedTuple):
    """One point of one curve. Keys look like `train/loss`, `validation/accuracy`."""

    key: str
    step: float
    value: float  # NaN and infinity are values too
    wall_time: float  # seconds since 1970
    arrival: int = 0  # of a point that is not beyond all before it: how many its curve had before
    global_step: float | None = None  # where the run was; None where that is `step`


@dataclass(frozen=True)
class Event:
    """Something that happened to a run, in words."""

    time: datetime
    kind: str  # "stage", "note", "warning", "error", "sample"
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Artifact:
    """A file that a run left behind."""

    name: str  # "checkpoint-best", "report"
    path: str  # relative to the run's folder
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class QueueEntry:
    """A run that waits, and for how long."""

    run_id: str
    ahead: int  # runs before it, the running ones included
    wait_s: float | None  # about; None where nothing is known yet


@dataclass(frozen=True)
class WorkerInfo:
    """The supervisor that starts runs, as it last described itself."""

    alive: bool
    pid: int | None
    device: str  # "cpu (2 cores)", "cuda:0 (NVIDIA H100)"; empty until it looked
    slots: int
    warm: bool  # whether a process with torch loaded stands ready


class Worker(Protocol):
    """The supervisor, seen from the outside."""

    def ensure(self) -> None:
        """Start a supervisor unless one of this code lives."""

    def ensure_alive(self) -> None:
        """Start a supervisor unless any lives: quick, for whoever asks often."""

    def info(self) -> WorkerInfo:
        """Return what it last said of itself."""


PreflightKind = Literal["estimate", "learning-rate", "augmentation"]


class PreflightStatus(StrEnum):
    """The four states of a trial."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"  # `reason` says why

    @property
    def is_active(self) -> bool:
        """Whether an answer may still come."""
        return self in (PreflightStatus.WAITING, PreflightStatus.WORKING)


@dataclass(frozen=True)
class Preflight:
    """Preflight results before a run: duration, learning rate, and augmentation effect."""

    id: str
    kind: PreflightKind
    config_hash: str  # of the settings that matter to this kind
    status: PreflightStatus
    reason: str  # why it failed, for a founder; else empty
    result: Mapping[str, Any]  # empty until it is done
    created_at: datetime
    note: str = ""  # what it does at the moment: "Loading the data"
    ahead: int = 0  # trials before it, while it waits
