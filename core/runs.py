"""The vocabulary of what happens: a run and everything recorded about it. Frozen values, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.config import TrainConfig


class RunStatus(StrEnum):
    """The six states of a run. A wish to stop is not a state: see `Run.stop_requested_at`."""

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


class Stage(StrEnum):
    """Where a queued or running run is on its way."""

    WAITING = "waiting"
    STARTING = "starting"
    LOADING_DATA = "loading data"
    TRAINING = "training"
    EVALUATING = "evaluating"
    SAVING = "saving"
    DONE = "done"


@dataclass(frozen=True)
class Score:
    """A metric on the test split, with its 95 % bootstrap interval (NaN where none was computed)."""

    value: float
    ci_low: float
    ci_high: float


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

    @property
    def task(self) -> str:
        """The Hugging Face name of the task."""
        return self.config.task

    @property
    def can_resume(self) -> bool:
        """Whether there may be more to train."""
        return self.status in (RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED) and not self.deleted_at


@dataclass(frozen=True)
class Metric:
    """One point of one curve. Keys look like `train/loss`, `validation/accuracy`."""

    key: str
    step: int
    value: float  # NaN and infinity are values too
    wall_time: float  # seconds since 1970


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
