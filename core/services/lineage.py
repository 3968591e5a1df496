"""Runs derived from runs: trained longer, or started with another run's settings."""

import logging
import math
import shutil
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core import configure
from core.errors import RunNotFound, RunNotReady, UserError
from core.runs import CLONE, LONGER, Lineage, Run, RunStatus
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.run_store import RunStore

SLOWER = 10.0  # a run that broke down goes on with its learning rate divided by this
_LOWEST_RATE = 1e-6  # `TrainConfig` takes none below
_MOST_EPOCHS = 1000  # nor more passes
_SAVED = ("last/state.json", ".last.old/state.json")
_TRIES, _BETWEEN_S = 200, 0.05  # a process that has said how it ended may write its last file for ten seconds
_log = logging.getLogger(__name__)


class Family:
    """Answers who comes from whom, and what a descendant begins with."""

    def __init__(self, settings: Settings, runs: RunStore) -> None:
        self._folder, self._runs = settings.runs_folder, runs

    def of(self, run: Run) -> Lineage:
        """Return where a run came from, and what came from it."""
        return Lineage(self._ancestors(run, {}), tuple(self._runs.children(run.id)))

    def of_every(self, runs: Sequence[Run]) -> dict[str, Lineage]:
        """Return the same of many runs, by id, with one look at the store."""
        every = self._runs.list()
        known, children = {run.id: run for run in every}, defaultdict[str, list[Run]](list)
        for child in every:
            children[child.parent_id or ""].append(child)
        return {run.id: Lineage(self._ancestors(run, known), tuple(children.get(run.id, ()))) for run in runs}

    def _ancestors(self, run: Run, known: Mapping[str, Run]) -> tuple[Run, ...]:
        ancestors: list[Run] = []
        parent_id = run.parent_id
        while parent_id:
            try:
                parent = known.get(parent_id) or self._runs.get(parent_id)
            except RunNotFound:  # removed for good
                break
            ancestors.insert(0, parent)
            parent_id = parent.parent_id
        return tuple(ancestors)

    def has_checkpoint(self, run: Run) -> bool:
        """Whether there is anything saved that it learnt."""
        return any((self._folder / run.id / "checkpoints" / file).exists() for file in _SAVED)

    def longer(self, parent: Run, epochs: int, learning_rate: float | None) -> TrainConfig:
        """Return the configuration of a run that goes on from what `parent` learnt.

        Args:
            parent: The run.
            epochs: More passes over the training data.
            learning_rate: Another one; None is the parent's, or a tenth of it where the parent broke down.

        Raises:
            RunNotReady: There is nothing to go on from, or not yet.
            InvalidSetting: A number out of bounds.
        """
        self._check_parent(parent)
        if learning_rate is None:
            slower = max(parent.config.learning_rate / SLOWER, _LOWEST_RATE)
            learning_rate = slower if parent.cause == "diverged" else parent.config.learning_rate
        changes = {"epochs": epochs, "learning_rate": learning_rate, "time_budget_min": 0.0}
        return with_changes(parent.config, changes).model_copy(update={"continues": parent.id})

    def anew(self, run: Run) -> TrainConfig:
        """Return the settings of a run for another that begins from nothing.

        One that was trained longer becomes one run of all its passes: its own alone would be too few.
        """
        self._check_own(run)
        passes, earlier = run.config.epochs, run
        while earlier.config.continues:
            try:
                earlier = self._runs.get(earlier.config.continues)
            except RunNotFound:
                break
            passes += math.ceil(earlier.config.epochs * earlier.steps / max(earlier.steps_total, 1))
        return run.config.model_copy(update={"continues": "", "epochs": min(passes, _MOST_EPOCHS)})

    def parent_of(self, config: TrainConfig, cloned_from: str = "") -> tuple[str, str]:
        """Return the parent run and the relation to it; two empty texts without one.

        Args:
            config: Of the new run.
            cloned_from: The run whose settings it began with, if any.

        Raises:
            RunNotFound: There is no such run.
            RunNotReady: There is nothing to go on from, or not yet.
            UserError: The weights would not fit.
        """
        if not config.continues:
            return (self._runs.get(cloned_from).id, CLONE) if cloned_from else ("", "")
        parent = self._runs.get(config.continues)
        self._check_parent(parent)
        same = ("task", "dataset", "dataset_version", "model", "optimizer")
        changed = [name for name in same if getattr(config, name) != getattr(parent.config, name)]
        if configure.resolve(config).params != configure.resolve(parent.config).params:
            changed.append("settings of the model")
        if changed:
            raise UserError(
                f"What '{parent.name}' has learnt fits only the same model on the same data with the same optimiser, "
                f"but the {' and '.join(changed).replace('_', ' ')} changed. Keep what it had, or start a new run."
            )
        return parent.id, LONGER

    def check_can_finish(self, run: Run) -> Run:
        """Return the run if it can be ended now with a result.

        Raises:
            RunNotReady: It has learnt nothing yet, is being stopped, or has already succeeded.
        """
        self._check_own(run)
        self._check_not_trashed(run)
        if run.status is RunStatus.SUCCEEDED:
            raise RunNotReady(f"'{run.name}' has already finished; its scores are there.")
        if run.stop_requested_at and run.status.is_active:
            raise RunNotReady(f"'{run.name}' is being stopped. Once it has stopped, it can be finished.")
        if run.steps == 0 or not (run.status is RunStatus.RUNNING or self.has_checkpoint(run)):
            raise RunNotReady(
                f"'{run.name}' is {run.shown_status} and has learnt nothing yet that could be judged. Let it train for "
                f"a moment, or stop it: touchstone runs stop {run.id}"
            )
        return run

    def check_can_resume(self, run: Run) -> Run:
        """Return the run if there may be more to train.

        Raises:
            RunNotReady: It still works, has succeeded or is in the trash.
        """
        self._check_own(run)
        self._check_not_trashed(run)
        if not run.can_resume:
            raise RunNotReady(
                f"'{run.name}' is {run.status}; only a run that was paused, stopped, interrupted or failed can be "
                "resumed."
            )
        return run

    def needed_by(self, run: Run) -> list[Run]:
        """Return the runs that need this run's files and have saved nothing yet."""
        mine = [child for child in self._runs.children(run.id) if child.parent_kind == LONGER]
        return [c for c in mine if c.status.is_active or (c.can_resume and not self.has_checkpoint(c))]

    def empty_trash(self) -> int:
        """Delete runs in the trash and their files, except those needed; return how many."""
        doomed = [run.id for run in self._runs.list(trashed=True) if not self.needed_by(run)]
        removed = self._runs.remove(doomed)
        for run_id in removed:
            _remove_files(self._folder / run_id)
        return len(removed)

    def _check_not_trashed(self, run: Run) -> None:
        if run.deleted_at:
            raise RunNotReady(f"'{run.name}' is in the trash. Restore it first: touchstone runs restore {run.id}")

    def check_can_pause(self, run: Run) -> Run:
        """Return the run if there is somebody here who can pause it.

        Raises:
            RunNotReady: It is logged from elsewhere.
        """
        self._check_own(run)
        return run

    def _check_own(self, run: Run) -> None:
        if not run.is_own:
            how = "logged from a script" if run.origin == "tracked" else f"imported from {run.origin}"
            raise RunNotReady(
                f"'{run.name}' was not trained here but {how}, so this can only be done where it came from."
            )

    def _check_parent(self, run: Run) -> None:
        self._check_own(run)
        self._check_not_trashed(run)
        if run.status.is_active:
            raise RunNotReady(
                f"'{run.name}' is still {run.status}. Let it end, or end it now with: touchstone runs finish {run.id}"
            )
        if run.status is RunStatus.INTERRUPTED:
            raise RunNotReady(
                f"'{run.name}' was interrupted before its end. Resume it first: touchstone runs resume {run.id}"
            )
        if not self.has_checkpoint(run):
            raise RunNotReady(
                f"'{run.name}' is {run.shown_status} and has saved nothing that it learnt, so there is nothing to go "
                f"on from. Start it again instead: touchstone runs again {run.id}"
            )


def with_changes(config: TrainConfig, changes: Mapping[str, Any]) -> TrainConfig:
    """Return a configuration with some settings changed, checked as `make_config` checks them.

    Args:
        config: The one to begin with; its data set version stays.
        changes: Settings and their new values; text is read as what the setting needs.

    Raises:
        UnknownName: There is no such setting.
        InvalidSetting: A value that a setting cannot take.
    """
    found = configure.resolve(config)
    settings = {field.name for field in configure.setting_fields(found.model, config.task)}
    values = config.model_dump() | found.params.model_dump()
    kept = {name: value for name, value in values.items() if name in settings}
    usual = configure.learning_rate_for(found.model, config.preset, config.task, config.optimizer)
    if "optimizer" in changes and config.learning_rate == usual:
        del kept["learning_rate"]  # nobody chose it: the other optimiser gets its own
    made = configure.make_config(config.task, config.dataset, config.model, config.preset, kept | dict(changes))
    return made.model_copy(update={"dataset_version": config.dataset_version, "continues": config.continues})


def _remove_files(folder: Path) -> None:
    """Delete a folder into which a process that ends may still write."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_BETWEEN_S)
    _log.warning("Files of a deleted run remain, since something still writes there: %s", folder)
