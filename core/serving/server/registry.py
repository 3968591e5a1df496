"""The runs of a home, as the server asks for them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import CheckpointUnusable, RunNotFound, RunNotReady, TouchstoneError, UserError
from core.runs import Run, RunStatus
from core.services.dataset_service import columns_in
from core.serving.server.served_runs import ServedRun
from core.specs.contender import Contender

if TYPE_CHECKING:
    from core.services.run_service import Service

SHARE_OF_MEMORY = 0.25  # of the machine, for models that are kept warm


class ServiceRegistry:
    """The runs of a home that have a model.

    Args:
        service: Knows the runs.
        only: The ids of those that are served; empty is all.
    """

    def __init__(self, service: "Service", only: Sequence[str] = ()) -> None:
        self._service, self._only = service, frozenset(only)

    def find(self, name: str) -> ServedRun:
        """Return the referenced run, else the newest of this name with a model.

        Raises:
            RunNotFound: There is none, or it is not served.
            RunNotReady: It has no model yet.
            CheckpointUnusable: Its files are gone.
        """
        try:
            contender = Contender.parse(name)
            run = self._service.run(contender.run)
        except UserError:
            named = [run for run in self._service.runs() if run.name == name.strip()]
            if not named:
                raise RunNotFound(name) from None
            run = next((run for run in named if self._has_model(run)), named[0])
            contender = Contender(run.id)
        if self._only and run.id not in self._only:
            raise RunNotFound(name)
        return self._served(run, contender)

    def served(self) -> list[ServedRun]:
        """Return all runs that may be asked, the newest first."""
        runs = [run for run in self._service.runs() if not self._only or run.id in self._only]
        return [self._served(run, Contender(run.id)) for run in runs if self._has_model(run)]

    def _has_model(self, run: Run) -> bool:
        try:
            self._service.finished_folder(run.id)
        except RunNotReady:
            return False
        return True

    def _served(self, run: Run, contender: Contender) -> ServedRun:
        try:
            folder = self._service.finished_folder(run.id)
        except RunNotReady as error:
            if run.is_own and run.status is RunStatus.SUCCEEDED:
                raise CheckpointUnusable(
                    f"The files of the model '{run.name}' are gone. Train it again, or choose another run."
                ) from error
            raise
        facts = self._facts(run)
        texts = tuple(str(column["name"]) for column in columns_in(facts, "text"))
        is_chat = bool(facts.get("conversations"))
        return ServedRun(
            contender.format(), run.name, run.task, folder, run.created_at, texts, is_chat, contender,
            _stamp(folder, contender),
        )  # fmt: skip

    def _facts(self, run: Run) -> Mapping[str, object]:
        try:
            return self._service.dataset_service.facts(run.config.dataset, run.dataset_fingerprint)
        except TouchstoneError:  # the data set is gone; the model is not
            return {}


def _stamp(folder: Path, contender: Contender) -> int:
    """Return what changes with the files that a contender answers from."""
    checkpoints = folder / "checkpoints"
    file = checkpoints / "last" / "state.json" if contender.checkpoint == "last" else checkpoints / "best" / "card.json"
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:  # between two moves: the older one is read
        return 0
