"""Whether more labels help a run: started as a job beside it, followed, read."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import psutil
from pydantic import TypeAdapter, ValidationError

from core.errors import RunNotReady, UserError
from core.files import write_text
from core.processes import jobs
from core.processes.identity import is_alive
from core.runs import Run, RunStatus
from core.services.run_service import Service
from core.statistics.labels_curve import LabelsCurves

RESULT, MODULE = "labels-curve.json", "core.worker.labels_curve"
UNKNOWN = "This look at the labels is not known any more. Start it again on the run's page."
ENDED = "Its process was ended from outside, or memory was short. What was fitted is kept: start it again to go on."
MORE_TEXT = (
    "A text has no labels, and parts of it cannot tell what more would add: stretches from all over one text are "
    "alike, and what is added would be another text. Import more of it, train again, and compare the two runs."
)
_RESULT = TypeAdapter(LabelsCurves)
State = Literal["working", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class LabelsCurveProgress:
    """How far a job is.

    Args:
        id: Of the job; the run's.
        state: How it stands.
        started_at: In UTC.
        stage: What it does, for people.
        done: Fits that are done.
        total: Of so many; 0 before that is known.
        time_left_s: About.
        message: Why it ended, where it failed.
    """

    id: str
    state: State
    started_at: datetime
    stage: str = "Starting"
    done: int = 0
    total: int = 0
    time_left_s: float | None = None
    message: str = ""


class LabelsCurveJobs:
    """The jobs of a home, one for each run.

    Args:
        service: Knows the runs.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.folders = folders_in(service.settings.cache_folder)

    def why_not(self, run: Run) -> str:
        """Return why a run cannot be asked, a sentence; empty where it can."""
        task, data = self._service.tasks().get(run.task), self._service.dataset_service
        if task is None or not run.is_own or run.status is not RunStatus.SUCCEEDED or not run.test:
            return "Only a run that has ended here with a score can tell whether more labels help."
        if "writing" in task.parts:
            return MORE_TEXT
        try:
            data.find(run.config.dataset, fingerprint=run.config.dataset_version)
        except UserError:
            return "The data of this run is gone, so nothing can be fitted to parts of it."
        return ""

    def start(self, run_id: str, *, model: bool = False) -> None:
        """Start the job of a run, unless it is at work.

        Args:
            run_id: The run.
            model: Fit the run's own model too, which takes several times its training.

        Raises:
            RunNotReady: It cannot be asked; the message says why.
        """
        run = self._service.run(run_id)
        if why := self.why_not(run):
            raise RunNotReady(why)
        if (now := self.progress(run.id)) is not None and now.state == "working":
            return
        (self.folders.folder / run.id).mkdir(parents=True, exist_ok=True)
        begun = LabelsCurveProgress(run.id, "working", datetime.now(UTC))
        self.folders.start(run.id, {"run": run.id, "model": model}, begun)

    def progress(self, run_id: str) -> LabelsCurveProgress | None:
        """Return how far a run's job is, or how it ended; None without one."""
        folder = self.folders.folder / run_id
        said = self.folders.read(folder)
        if said is None or said.state != "working" or jobs.may_speak(folder, jobs.asked_since_s(folder)):
            return said
        said = self.folders.read(folder) or said  # its last word may have come between the two looks
        if said.state != "working":
            return said
        if (folder / jobs.CANCEL).exists():
            return replace(said, state="cancelled")
        return replace(said, state="failed", message=ENDED)

    def cancel(self, run_id: str) -> None:
        """Ask a job to end; what was fitted is kept."""
        folder = self.folders.folder / run_id
        if folder.is_dir():
            (folder / jobs.CANCEL).touch()
            pid, created = jobs.process_of(folder)
            if is_alive(pid, created):
                psutil.Process(pid).terminate()

    def result(self, run_id: str) -> LabelsCurves | None:
        """Return what is known of a run; None where nobody has asked."""
        return read_result(self._service.folder(run_id))


def folders_in(cache_folder: Path) -> jobs.JobFolders[LabelsCurveProgress]:
    """Return the jobs' folders."""
    return jobs.JobFolders(cache_folder / "labels-curves", MODULE, LabelsCurveProgress, UNKNOWN)


def read_result(run_folder: Path) -> LabelsCurves | None:
    """Return what a run has kept; None if missing or damaged."""
    try:
        return _RESULT.validate_json((run_folder / RESULT).read_bytes())
    except (OSError, ValidationError):
        return None


def write_result(run_folder: Path, found: LabelsCurves) -> None:
    """Keep curves with their run."""
    write_text(run_folder / RESULT, json.dumps(_RESULT.dump_python(found, mode="json")))
