"""Targets in force, and how finished runs stand against theirs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from core import catalog
from core.errors import RunNotReady, UnknownName
from core.evaluation.predictions_file import NAME, read_predictions
from core.evaluation.target_status import (
    FEWEST_ROWS,
    Measured,
    TargetResult,
    class_recall,
    holds_its_own,
    measured,
    target_status,
)
from core.runs import Run
from core.services.dataset_service import DatasetService
from core.settings import Settings
from core.specs import DatasetVersion, TaskSpec
from core.specs.target import UNDECIDED, Target
from core.store.run_store import RunStore

Versions = Mapping[tuple[str, str], DatasetVersion]
# By version of a data set and target: how good the runs are that were tried there, and the models that hold their own.
Tried = dict[tuple[tuple[str, str], Target], tuple[Sequence[Measured], frozenset[str]]]


class Targets:
    """What runs are held to: their own target, else their data set's."""

    def __init__(self, settings: Settings, runs: RunStore, datasets: DatasetService) -> None:
        self._folder, self._runs, self._datasets = settings.runs_folder, runs, datasets

    def of(self, run: Run) -> Target | None:
        """Return the target in force; None without one."""
        return self.of_data(run) if run.target is None else None if run.target == UNDECIDED else run.target

    def of_data(self, run: Run) -> Target | None:
        """Return the target of a run's data set; None without target or data set."""
        if not run.is_own:
            return None
        try:
            return self._datasets.target(run.config.dataset)
        except UnknownName:
            return None

    def labels(self, run: Run) -> tuple[str, ...]:
        """Return the classes that a run distinguishes; none before its data is loaded."""
        version = self._runs.dataset_versions().get((run.config.dataset, run.dataset_fingerprint))
        return () if version is None else version.labels

    def result(self, run: Run) -> TargetResult | None:
        """Return how a run stands against its target; None without one."""
        return self.results([run]).get(run.id)

    def results(self, runs: Iterable[Run]) -> dict[str, TargetResult]:
        """Return how runs stand, by id; those without a target are left out."""
        wanted = {run.id: (run, target) for run in runs if (target := self.of(run)) is not None}
        if not wanted:
            return {}
        tasks, versions = catalog.tasks(), self._runs.dataset_versions()
        tried: Tried = {}
        return {
            run_id: self._result(run, target, tasks[run.task], versions, tried)
            for run_id, (run, target) in wanted.items()
            if run.task in tasks
        }

    def unit(self, run: Run) -> str:
        """Return the unit of a run's predicted numbers; empty where none is known."""
        try:
            return self._datasets.target_unit(run.config.dataset, run.dataset_fingerprint)
        except UnknownName:
            return ""

    def check(self, target: Target, run_or_data: Run | str) -> Target:
        """Return a target that fits a run, or a data set by its name.

        Raises:
            UserError: It does not fit, in a sentence.
        """
        if target == UNDECIDED:
            return target
        if isinstance(run_or_data, str):
            return self._datasets.checked_target(run_or_data, target)
        if not run_or_data.is_own:
            raise RunNotReady(
                f"'{run_or_data.name}' was not trained here, so nothing is known of its test split to hold against a "
                "target. Set a target on a run that was trained here."
            )
        version = self._runs.dataset_versions().get((run_or_data.config.dataset, run_or_data.dataset_fingerprint))
        if version is None:  # it has not loaded its data yet
            return self._datasets.checked_target(run_or_data.config.dataset, target)
        return target.checked(catalog.find_task(run_or_data.task)).check_class(version.labels)

    def _result(
        self,
        run: Run,
        target: Target,
        task: TaskSpec,
        versions: Versions,
        tried: Tried,
    ) -> TargetResult:
        own = self._measured(run, target, versions)
        baselines = () if target.label else [by[target.metric] for by in run.baselines.values() if target.metric in by]
        alone = target_status(target, own, task)
        if alone.is_good or not run.test:
            return alone
        data = run.config.dataset, run.dataset_fingerprint
        if (data, target) not in tried:
            judged = [other for other in self._runs.judged_on(*data) if other.test]
            sound = frozenset(one.config.model for one in judged if holds_its_own(one.test, one.baselines, task))
            tried[data, target] = [self._measured(other, target, versions) for other in judged], sound
        found, sound = tried[data, target]
        models = sound | ({run.config.model} if holds_its_own(run.test, run.baselines, task) else set())
        return target_status(target, own, task, baselines, found, len(models))

    def _measured(self, run: Run, target: Target, versions: Versions) -> Measured:
        if not run.test:
            return Measured(note="It has not been judged on the test split yet.")
        version = versions.get((run.config.dataset, run.dataset_fingerprint))
        if not target.label:
            rows = version.split_sizes.get("test", 0) if version else 0
            return measured(target, run.test, rows if rows >= FEWEST_ROWS else self._judged_rows(run, rows))
        if version is None or target.label not in version.labels:
            return Measured(note=f"The data that it was trained on has no class '{target.label}'.")
        file = self._folder / run.id / NAME
        if not file.exists():
            return class_recall(target, 0, None, None)
        return _of_class(file.parent, target, version.labels.index(target.label), file.stat().st_mtime_ns)

    def _judged_rows(self, run: Run, rows: int) -> int:
        file = self._folder / run.id / "report.json"
        judged = json.loads(file.read_text(encoding="utf-8")).get("judged") if file.exists() else None
        return int(judged["rows"]) if judged else rows


@lru_cache(maxsize=4096)
def _of_class(folder: Path, target: Target, k: int, modified_ns: int) -> Measured:
    del modified_ns  # part of the key: what was judged again is read again
    kept = [read_predictions(folder, split) for split in ("validation", "test")]
    validation, test = (one.predictions if one and one.predictions.probabilities.size else None for one in kept)
    if not target.precision and kept[1] is not None:  # answers suffice, which are always kept
        test = kept[1].predictions
    return class_recall(target, k, validation, test)
