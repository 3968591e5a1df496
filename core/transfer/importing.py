"""From what a user brings to runs in the store: a look first, then one run at a time, each whole or not at all."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from core.errors import TouchstoneError
from core.runs import Run
from core.service import Service
from core.store.curve import Curve
from core.store.imported_runs import ImportedRuns
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from core.transfer.foreign import MOST_RUNS, ForeignRun, Importer, Trouble
from core.transfer.formats import find_importer, fitting
from core.transfer.source import opened
from core.transfer.words import hashed

MOST_TOTAL = 50_000_000  # points of one import
SPARKLINE = 40  # points
# Whose course a table of runs shows, best first.
_SHOWN_FIRST = ("train/loss", "loss", "train_loss", "training_loss", "train/loss_epoch", "train_loss_epoch")
Progress = Callable[[str, int], None]  # the run that is worked on, points so far


@dataclass(frozen=True)
class FoundRun:
    """What a look says of one run."""

    key: str
    name: str
    project: str
    curves: int
    points: int
    settings: int
    status: str
    began: str  # ISO 8601; empty where nobody knows
    known_as: str = ""  # id of the run that it was imported as before
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a look found."""

    format: str
    title: str
    also: tuple[str, ...]  # other formats that are there too
    runs: tuple[FoundRun, ...]
    trouble: tuple[str, ...]

    @property
    def points(self) -> int:
        """Of all runs."""
        return sum(run.points for run in self.runs)


@dataclass(frozen=True)
class Imported:
    """What became of an import."""

    added: tuple[str, ...]  # ids
    updated: tuple[str, ...]  # known before, and grown since
    same: tuple[str, ...]  # known before, and nothing new
    trouble: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every run that is there now."""
        return (*self.added, *self.updated, *self.same)


def look(service: Service, path: Path, format_name: str = "", progress: Progress | None = None) -> Found:
    """Read everything once and say what is there; nothing is written.

    Args:
        service: Knows what was imported before.
        path: A folder, a ZIP of one, or a file.
        format_name: Of an importer; empty asks each.
        progress: Told about every run.

    Raises:
        DataError: There is nothing to read.
        UnknownName: There is no such format.
    """
    store, trouble, runs = ImportedRuns(service.database), Trouble(), []
    with _runs_of(path, format_name, trouble) as (importer, also, found):
        for run in _bounded(found, trouble):
            known = store.find(run.key)
            runs.append(
                FoundRun(
                    key=run.key,
                    name=run.name,
                    project=run.project,
                    curves=len(run.curves),
                    points=run.points,
                    settings=len(run.settings),
                    status=run.status,
                    began=run.started_at.isoformat() if run.started_at else "",
                    known_as=known.id if known and not known.deleted_at else "",
                    remarks=run.remarks,
                )
            )
            if progress:
                progress(run.name, sum(r.points for r in runs))
        return Found(importer.name, importer.title, also, tuple(runs), trouble.all())


def bring(
    service: Service,
    path: Path,
    format_name: str = "",
    *,
    project: str = "",
    keys: Collection[str] = (),
    progress: Progress | None = None,
) -> Imported:
    """Import runs. One that was imported before is brought up to date, never doubled.

    Args:
        service: Where to.
        path: A folder, a ZIP of one, or a file.
        format_name: Of an importer; empty asks each.
        project: What they shall belong to; empty is what they say themselves.
        keys: Only these runs, by `FoundRun.key`; empty is all.
        progress: Told about every run.

    Raises:
        DataError: There is nothing to read.
        UnknownName: There is no such format.
    """
    trouble, sorted_in = Trouble(), _SortedIn()
    with _runs_of(path, format_name, trouble) as (importer, _, found):
        done = 0
        for run in _bounded(found, trouble):
            if keys and run.key not in keys:
                continue
            if progress:
                progress(run.name, done)
            try:
                _bring_one(service, importer.name, replace(run, project=project or run.project), sorted_in)
            except TouchstoneError as error:
                trouble.say(f"'{run.name}' was not imported. {error}")
            done += run.points
    return Imported(tuple(sorted_in.added), tuple(sorted_in.updated), tuple(sorted_in.same), trouble.all())


class _SortedIn:
    def __init__(self) -> None:
        self.added: list[str] = []
        self.updated: list[str] = []
        self.same: list[str] = []


@contextmanager
def _runs_of(
    path: Path, format_name: str, trouble: Trouble
) -> Iterator[tuple[Importer, tuple[str, ...], Iterator[ForeignRun]]]:
    chosen = [find_importer(format_name)] if format_name else []
    with opened(path) as source:
        fit = chosen or fitting(source)
        yield fit[0], tuple(importer.title for importer in fit[1:]), fit[0].read(source, trouble)


def _bounded(runs: Iterator[ForeignRun], trouble: Trouble) -> Iterator[ForeignRun]:
    """Yield so many runs as may be, those without anything in them left out, each with a key of its own."""
    seen: set[str] = set()
    points = 0
    for run in runs:
        if not run.curves and not run.settings:
            trouble.say(f"'{run.name}' holds no numbers, so it was left out.")
            continue
        points += run.points
        if len(seen) >= MOST_RUNS or points > MOST_TOTAL:
            trouble.say(
                f"There is more than Touchstone takes in at once ({MOST_RUNS:,} runs, {MOST_TOTAL:,} points): "
                f"'{run.name}' and what comes after it was left out. Import it in parts."
            )
            return
        copy = 1
        while run.key in seen:  # a folder that was copied, and lies beside the first one
            copy += 1
            run = replace(run, key=hashed(run.key.partition(":")[0], run.key, run.name, str(copy)))
        seen.add(run.key)
        yield run


def _bring_one(service: Service, origin: str, run: ForeignRun, into: _SortedIn) -> None:
    store = ImportedRuns(service.database)
    known = store.find(run.key)
    whole_before = known is not None and _is_whole(known)
    if known is not None and whole_before and _last_steps(run) == _known_steps(service, known.id):
        if known.deleted_at:
            service.restore(known.id)
        into.same.append(known.id)
        return
    with ExitStack() as undo:
        made = known or store.begin(origin, run.key, run.name, run.project, run.started_at)
        if not whole_before:
            undo.callback(store.remove, made.id)  # whatever happens: a full disk, somebody who cancels
        curves = {key: Curve(series.steps, series.values, series.times) for key, series in run.curves.items()}
        MetricStore(service.database).append_curves(made.id, curves)
        store.set_settings(made.id, dict(run.settings))
        store.show(made.id, **_columns(run, made if whole_before else None))
        undo.pop_all()
    for remark in run.remarks if not whole_before else ():
        RunStore(service.database).add_event(made.id, "note", remark)
    (into.updated if whole_before else into.added).append(made.id)


def _is_whole(run: Run) -> bool:
    """Tell whether an import came to its end: only then has it a last moment."""
    return run.finished_at is not None


def _last_steps(run: ForeignRun) -> dict[str, int]:
    return {key: int(series.steps[-1]) for key, series in run.curves.items()}


def _known_steps(service: Service, run_id: str) -> dict[str, int]:
    return {key: point[0] for key, point in service.latest(run_id).items()}


def _columns(run: ForeignRun, known: Run | None) -> dict[str, object]:
    """Return what else is known of a run; of one that was there before, what people changed here stays."""
    began = run.started_at or (known.started_at if known else None) or now()
    ended = run.finished_at or began
    values: dict[str, object] = {
        "status": run.status,
        "reason": run.reason,
        "started_at": began,
        "finished_at": max(ended, began),
        "steps": max(_last_steps(run).values(), default=0),
        "sparkline": _sparkline(run),
        "train_time_s": _seconds(began, ended),
    }
    if known is None:
        values |= {"note": run.notes, "tags": list(run.tags), "name": run.name, "project": run.project}
    else:
        values["tags"] = list(dict.fromkeys((*known.tags, *run.tags)))
    return values


def _seconds(began: datetime, ended: datetime) -> float:
    return max(0.0, (ended - began).total_seconds())


def _sparkline(run: ForeignRun) -> list[float | None]:
    keys = sorted(run.curves, key=lambda key: (*(key.lower() != name for name in _SHOWN_FIRST), "loss" not in key, key))
    longest = next((key for key in keys if len(run.curves[key]) > 1), None)
    if longest is None:
        return []
    values = run.curves[longest].values
    values = values[np.isfinite(values)]
    if not len(values):
        return []
    at = np.unique(np.linspace(0, len(values) - 1, SPARKLINE).astype(int))
    return [float(value) for value in values[at]]
