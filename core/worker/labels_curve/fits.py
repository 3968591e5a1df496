"""Fits of baseline and model on parts of the training rows."""

import hashlib
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import catalog
from core.configure import RunSpec, resolve
from core.data.prepare.fold_data import FoldData
from core.data.prepare.prepare_dataset import PreparedDataset, prepare_dataset
from core.data.store.dataset_store import DatasetStore
from core.errors import StopRequested, UserError
from core.evaluation.baseline_names import COMMONEST, MEAN
from core.files import whole
from core.processes.limits import go_on
from core.runs import Run
from core.services.bootstrap import open_service
from core.services.labels_curve import read_result, write_result
from core.services.run_service import Service
from core.specs import SPLITS, Predictions, SplitName
from core.specs.baseline import BaselineSpec
from core.statistics import labels_curve as statistics
from core.statistics.labels_curve import (
    DRAWS,
    FEWEST_ROWS,
    SHARES,
    LabelsCurve,
    LabelsCurves,
    labels_curve,
    nested_rows,
)
from core.training.callbacks import Callback
from core.training.device import choose_device
from core.training.trainer import Trainer
from core.worker.baselines import code_of_baselines
from core.worker.labels_curve.__main__ import Reporter
from core.worker.part_training import trained_predictions

MODEL_DRAWS = 3  # of each size: training takes longer than fitting
FIELDS = ("nll", "targets", "predicted", "groups")
Fit = Callable[[NDArray[np.int64], int], tuple[str, Predictions]]  # (training rows, seed) -> its name, test predicted


@dataclass(frozen=True, eq=False)
class Subject:
    """The run that is asked, with its data."""

    run: Run
    spec: RunSpec
    data: PreparedDataset
    cache_folder: Path

    @cached_property
    def key(self) -> str:
        """What says of which run, data and code a curve is."""
        own = Path(__file__).read_bytes()
        mark = f"{self.run.config_hash} {self.data.version.fingerprint} {code_of_baselines()}"
        return hashlib.sha256(mark.encode() + own).hexdigest()[:32]

    @cached_property
    def curve_key(self) -> str:
        """What says of which fits, and by which statistics, a curve is."""
        return hashlib.sha256(self.key.encode() + Path(statistics.__file__).read_bytes()).hexdigest()[:32]

    def rows(self, draw: int) -> list[NDArray[np.int64]]:
        """Return the training rows of a draw for each share."""
        targets, groups = self.data.examples["train"].targets, self.data.clusters.get("train")
        return nested_rows(targets, groups, SHARES, self.run.config.seed + draw)


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the training rows with the whole validation and test split."""

    data: PreparedDataset
    chosen: NDArray[np.int64]
    count: int = 1

    def rows(self, fold: int) -> Mapping[SplitName, NDArray[np.int64]]:
        """Return the positions among all rows."""
        del fold
        sizes = [len(self.data.examples[name]) for name in SPLITS]
        ends = np.cumsum(sizes)
        return {
            "train": self.chosen,
            "validation": np.arange(ends[0], ends[1]),
            "test": np.arange(ends[1], ends[2]),
        }


def find_curves(run_id: str, *, with_model: bool, reporter: Reporter) -> None:
    """Fit what is missing and keep the curves with the run.

    Raises:
        UserError: There are too few rows, or nothing that could be fitted.
        StopRequested: Somebody asked to end it; what was fitted is kept.
    """
    service = open_service()
    run = service.run(run_id)
    reporter.tell("Loading the data", 0, 0, None)
    subject = _subject(service, run)
    folder, known = service.folder(run_id), read_result(service.folder(run_id))
    curves = dict(known.curves) if known is not None and known.key == subject.curve_key else {}
    wanted = ["baseline", *(["model"] if with_model else [])]
    for kind in wanted:
        if kind not in curves:
            curves[kind] = _curve(service, subject, kind, reporter)
            write_result(folder, LabelsCurves(subject.curve_key, curves))


def _subject(service: Service, run: Run) -> Subject:
    settings, spec = service.settings, resolve(run.config)
    store = DatasetStore(settings.datasets_folder, settings.cache_folder)
    dataset = store.find(run.config.dataset, run.config.task, run.config.dataset_version)
    data = prepare_dataset(dataset, spec.model, spec.params, settings.cache_folder)
    rows = len(data.examples["train"])
    if rows < FEWEST_ROWS:
        raise UserError(
            f"There are {rows} training rows; a tenth of them would say nothing. With {FEWEST_ROWS} or more this can "
            "be told: add labels, train again, and ask that run."
        )
    return Subject(run, replace(spec, task=spec.task.on(data.info)), data, settings.cache_folder)


def _curve(service: Service, subject: Subject, kind: str, reporter: Reporter) -> LabelsCurve:
    metric = subject.spec.task.metric(subject.spec.task.primary_metric)
    fit = _baseline_fit(service, subject) if kind == "baseline" else _model_fit(service, subject, reporter)
    draws = DRAWS if kind == "baseline" else MODEL_DRAWS
    name, found = _fits(subject, kind, fit, draws, reporter)
    return labels_curve(kind, name, metric, found)


def _fits(
    subject: Subject, kind: str, fit: Fit, draws: int, reporter: Reporter
) -> tuple[str, dict[int, list[Predictions]]]:
    """Return the method's name, and each draw's predictions by training rows."""
    rows = [subject.rows(draw) for draw in range(draws)]
    plan = [(place, draw) for draw in range(draws) for place in range(len(SHARES) - 1)]
    plan.append((len(SHARES) - 1, 0))  # all of them are the same in each draw
    stage = f"Fitting {'the best baseline' if kind == 'baseline' else 'the model'} on parts of the training rows"
    total, done, spent_s, fitted = float(sum(SHARES[p] for p, _ in plan)), 0.0, 0.0, 0.0
    found, name = dict[int, list[Predictions]](), ""
    for number, (place, draw) in enumerate(plan):
        reporter.tell(stage, number, len(plan), spent_s * (total - done) / fitted if fitted else None)
        chosen, began = rows[draw][place], time.monotonic()
        file = subject.cache_folder / "labels-curve-fits" / subject.key / f"{kind}-{place}-{draw}.npz"
        if (known := _read(file)) is None:
            known = fit(chosen, subject.run.config.seed + draw)
            _write(file, *known)
            fitted, spent_s = fitted + SHARES[place], spent_s + time.monotonic() - began
        done += SHARES[place]
        name, predicted = known
        found.setdefault(len(rows[0][place]), []).append(predicted)
    reporter.tell(stage, len(plan), len(plan), None)
    return name, found


def _baseline_fit(service: Service, subject: Subject) -> Fit:
    spec, data, task = _best_baseline(service, subject), subject.data, subject.spec.task
    train, validation, test = (data.examples[name] for name in SPLITS)
    groups = data.clusters.get("test")

    def fit(rows: NDArray[np.int64], seed: int) -> tuple[str, Predictions]:
        fitted = spec.fit(train.select(rows), validation, seed)
        predicted = task.predictions_from(fitted.predict(test.inputs), test)
        return fitted.called, predicted if groups is None else replace(predicted, groups=groups)

    return fit


def _best_baseline(service: Service, subject: Subject) -> BaselineSpec:
    """Return the run's best baseline that has learnt something, as its report knows it.

    Raises:
        UserError: There is none.
    """
    run, task = subject.run, subject.spec.task
    metric, known = task.metric(task.primary_metric), catalog.baselines(task.name)
    measures = service.report(run.id).get("baselines") or {}
    sign = 1 if metric.direction == "max" else -1
    ranked = sorted(run.baselines, key=lambda name: -sign * run.baselines[name][metric.name].value)
    names = [str((measures.get(name) or {}).get("name", "")) for name in ranked if name not in (COMMONEST, MEAN)]
    # Runs from before baselines were kept do not name theirs: the ladder's highest rung that can be fitted here.
    rungs = [
        spec.name for spec in known.values() if not (spec.missing and spec.missing(subject.data.examples["train"]))
    ]
    fitted = [name for name in [*names, *reversed(rungs)] if name in known and name not in (COMMONEST, MEAN)]
    if not fitted:
        raise UserError("This kind of data has no baseline that learns, so nothing can be fitted to parts of it.")
    return known[fitted[0]]


def _model_fit(service: Service, subject: Subject, reporter: Reporter) -> Fit:
    settings, run, spec = service.settings, subject.run, subject.spec
    device = choose_device(run.config.device, settings.threads_per_run(1))
    place = subject.cache_folder / "labels-curve-fits" / subject.key / "weights"
    groups = subject.data.clusters.get("test")

    def fit(rows: NDArray[np.int64], seed: int) -> tuple[str, Predictions]:
        data = FoldData(subject.data, Part(subject.data, rows), spec.model, spec.params).of(0)
        budget_min = run.train_time_s / 60 if run.config.time_budget_min else 0.0
        config = run.config.model_copy(update={"seed": seed, "time_budget_min": budget_min, "continues": ""})
        predicted = trained_predictions(spec, config, data, device, place, _Watch(reporter))
        if predicted is None:
            raise StopRequested
        return run.config.model, predicted if groups is None else replace(predicted, groups=groups)

    return fit


class _Watch(Callback):
    """Ends a training where somebody asked, and says that the work goes on."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def on_step_end(self, trainer: Trainer) -> None:
        go_on()
        if self._reporter.is_cancelled:
            trainer.request_stop()


def _read(file: Path) -> tuple[str, Predictions] | None:
    try:
        with np.load(file, allow_pickle=False) as kept:
            nll, targets, predicted, groups = (kept[field] for field in FIELDS)
            return str(kept["name"]), Predictions(nll, targets, predicted, groups=groups)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(file: Path, name: str, predicted: Predictions) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as draft, draft.open("wb") as opened:
        np.savez(opened, name=np.array(name), **{field: getattr(predicted, field) for field in FIELDS})
