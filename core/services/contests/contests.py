"""Contests for pages and commands: tried, confirmed, paused, stopped, resumed, read."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.contest.endpoints import Endpoint, Endpoints
from core.contest.plan import TRIAL_ROWS
from core.contest.prompts import SHOTS
from core.contest.results import FOLDER, RESULT, ContestResult, read_result, results_of_run
from core.errors import UserError
from core.processes import jobs
from core.services.contests.progress import PAUSE, RESUMABLE, ContestProgress
from core.services.contests.rows import check_task, is_written
from core.services.run_service import Service

ENDED = "Its process was ended from outside, or the machine was restarted. What was answered is kept: resume goes on."
CONTEST_MODULE = "core.services.contests"


class NotConfirmed(UserError):
    """Rows would leave this machine, and nobody has said that they may."""


class Contests:
    """The contests of a home, a folder each.

    Args:
        service: Knows data sets and runs.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.endpoints = Endpoints(service.settings.home)
        self._folders = contest_folders(service.settings.home)

    def start_trial(
        self,
        name: str,
        dataset: str,
        *,
        run: str = "",
        shots: int | None = None,
        template: str = "",
        confirmed_host: str = "",
    ) -> str:
        """Start a contest with its trial on the validation split; return its id.

        Args:
            name: Of the endpoint.
            dataset: Whose rows; of a run, its own version of them.
            run: Beside which the result is kept; empty for the data set alone.
            shots: Training examples in the prompt; None tries several numbers and takes the best on validation.
            template: Of the prompt; empty is the usual one.
            confirmed_host: To whom rows may be sent, where that is not this machine.

        Raises:
            UserError: It cannot be, or was not confirmed.
        """
        endpoint = self.endpoints.find(name)
        made = self._service.run(run) if run else None
        dataset = made.config.dataset if made else dataset
        fingerprint = made.config.dataset_version if made else self._service.dataset_service.head(dataset)
        spec = self._service.dataset_service.find(dataset, fingerprint=fingerprint)
        check_task(spec.task)
        if shots is not None and shots not in SHOTS:
            raise UserError(f"A prompt has {', '.join(map(str, SHOTS))} examples, not {shots}.")
        tried = (0,) if is_written(spec.task) else (shots,) if shots is not None else SHOTS
        check_confirmed(endpoint, confirmed_host, sent_in_words(TRIAL_ROWS, "validation", max(tried)))
        request = {
            "endpoint": asdict(endpoint), "dataset": dataset, "fingerprint": fingerprint,
            "run": made.id if made else "", "shots": list(tried), "template": template, "phase": "trial",
            "chosen": 0, "rows": 0,
        }  # fmt: skip
        contest_id = self._folders.create()
        begun = ContestProgress(
            contest_id, spec.title, endpoint.contender, endpoint.host, dataset, fingerprint,
            made.id if made else "", "working", "Starting", datetime.now(UTC), currency=endpoint.currency,
        )  # fmt: skip
        self._folders.start(contest_id, request, begun)
        return contest_id

    def confirm(self, contest_id: str, *, rows: int = 0, chosen: int = 0, confirmed_host: str = "") -> None:
        """Ask the test split, or a sample of it.

        Args:
            contest_id: A contest whose trial has ended.
            rows: How many test rows; 0 is all.
            chosen: Which of the tried prompts; the first one is the best.
            confirmed_host: To whom they may be sent, where that is not this machine.

        Raises:
            UserError: There is no trial yet, or it was not confirmed.
        """
        now = self.progress(contest_id)
        if now.is_working or not 0 <= chosen < len(now.tried):
            raise UserError("The trial on validation rows comes first, which says what this would take.")
        if rows < 0:
            raise UserError("Ask at least 1 row, or 0 for all of them.")
        request = jobs.request_of(self._folders.of(contest_id))
        count = min(rows, now.test_rows) if rows else now.test_rows
        sent = sent_in_words(count, "test", now.tried[chosen].shots)
        check_confirmed(Endpoint(**request["endpoint"]), confirmed_host, sent)
        self._start(contest_id, request | {"phase": "test", "rows": count, "chosen": chosen}, replace(now, rows=count))

    def pause(self, contest_id: str) -> None:
        """Ask a contest to pause; `resume` goes on exactly there."""
        self._wish(contest_id, PAUSE)

    def stop(self, contest_id: str) -> None:
        """Ask a contest to end; what was answered is kept."""
        self._wish(contest_id, jobs.CANCEL)

    def resume(self, contest_id: str) -> None:
        """Go on with a contest that was paused or stopped, or that broke down.

        Raises:
            UserError: It is at work, or done.
        """
        now = self.progress(contest_id)
        if now.state not in RESUMABLE:
            raise UserError(f"This contest is {now.state}, so there is nothing to resume.")
        request = jobs.request_of(self._folders.of(contest_id))
        kept = self.endpoints.find(now.name)  # its key's variable or its price may have been put right
        before = Endpoint(**request["endpoint"])
        if (kept.url, kept.model) != (before.url, before.model):
            raise UserError(
                f"'{now.name}' is another model or address by now ({kept.model} at {kept.host}). Begin a new contest."
            )
        ended = int(request.get("ended_from_outside", 0)) + (now.state == "interrupted")
        self._start(contest_id, request | {"endpoint": asdict(kept), "ended_from_outside": ended}, now)

    def forget(self, contest_id: str) -> None:
        """Take a contest off the list; the result beside a run stays.

        Raises:
            UserError: It is at work, or there is none.
        """
        if self.progress(contest_id).is_working:
            raise UserError("This contest still goes on. Stop it first.")
        jobs.remove(self._folders.of(contest_id))

    def progress(self, contest_id: str) -> ContestProgress:
        """Return how far a contest is, or how it ended.

        Raises:
            UserError: There is none of this id.
        """
        found = self._checked(self._folders.of(contest_id))
        if found is None:
            raise self._folders.unknown()
        return found

    def entries(self, *, dataset: str = "", run: str = "") -> list[ContestProgress]:
        """Return contests, newest first: all, of a data set or of a run."""
        folders = self._folders.folder.iterdir() if self._folders.folder.is_dir() else ()
        found = [one for folder in folders if folder.is_dir() and (one := self._checked(folder)) is not None]
        wanted = [one for one in found if (not dataset or one.dataset == dataset) and (not run or one.run == run)]
        return sorted(wanted, key=lambda one: one.started_at, reverse=True)

    def result(self, contest_id: str) -> ContestResult | None:
        """Return the result of a contest; None before there is one."""
        return read_result(self._folders.of(contest_id) / RESULT)

    def results_of_run(self, run_id: str) -> list[ContestResult]:
        """Return what language models did on a run's test rows, one each, by name."""
        return results_of_run(self._service.folder(run_id))

    def request_of(self, contest_id: str) -> Mapping[str, Any]:
        """Return what was asked of a contest."""
        return jobs.request_of(self._folders.of(contest_id))

    def _start(self, contest_id: str, request: Mapping[str, Any], now: ContestProgress) -> None:
        (self._folders.of(contest_id) / PAUSE).unlink(missing_ok=True)
        begun = replace(now, state="working", stage="Starting", done=0, total=0, time_left_s=None, message="")
        self._folders.start(contest_id, request, begun)

    def _wish(self, contest_id: str, name: str) -> None:
        if self.progress(contest_id).is_working:
            (self._folders.of(contest_id) / name).touch()

    def _checked(self, folder: Path) -> ContestProgress | None:
        """Return a contest's true state: its own word, unless its process is gone."""
        said = self._folders.read(folder)
        if said is None or not said.is_working or jobs.may_speak(folder, jobs.asked_since_s(folder)):
            return said
        said = self._folders.read(folder)  # its last word may have come between the two looks
        if said is None or not said.is_working:
            return said
        return replace(said, state="interrupted", message=ENDED, time_left_s=None)


def contest_folders(home: Path) -> jobs.JobFolders[ContestProgress]:
    """Return the folders of a home's contests."""
    unknown = "This contest is not known any more. Begin it again."
    return jobs.JobFolders(home / FOLDER, CONTEST_MODULE, ContestProgress, unknown)


def sent_in_words(rows: int, split: str, shots: int) -> str:
    """Return what is sent to an endpoint: "20 validation rows and 16 training examples"."""
    return f"{rows:,} {split} rows" + (f" and {shots} training examples" if shots else "")


def check_confirmed(endpoint: Endpoint, confirmed_host: str, sent: str) -> None:
    """Make sure that somebody has said that rows may leave this machine.

    Raises:
        NotConfirmed: Nobody has.
    """
    if not endpoint.is_local and confirmed_host != endpoint.host:
        raise NotConfirmed(
            f"{sent} would be sent to {endpoint.host}, which is not this machine. Nothing was sent. Confirm it first "
            "(in a command: --yes)."
        )
