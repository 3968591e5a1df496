"""Import of runs into the store: a preview first, then each run atomically."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import TouchstoneError
from core.exchange.curve_summary import FoundCurve, read_as_percent, with_curves
from core.exchange.external_run import MOST_RUNS, ExternalRun, Importer, Trouble
from core.exchange.formats import find_importer, fitting
from core.exchange.matching import Matching
from core.exchange.normalise import hashed
from core.exchange.saving import Incoming
from core.exchange.source import opened
from core.services.run_service import Service
from core.specs.dataset_types import Guess

MOST_TOTAL = 50_000_000  # points of one import
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
    guesses: tuple[Guess, ...] = ()
    part_of: str = ""  # the name of the run that it is a part of


@dataclass(frozen=True)
class Found:
    """What a look found."""

    format: str
    title: str
    also: tuple[str, ...]  # other formats that are there too
    runs: tuple[FoundRun, ...]
    trouble: tuple[str, ...]
    curves: tuple[FoundCurve, ...] = ()  # by name; of very many the first

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
    news: tuple[str, ...] = ()  # what was brought up to date, a sentence a run
    remarks: tuple[str, ...] = ()  # what was guessed, left out or changed on the way, each once

    @property
    def all(self) -> tuple[str, ...]:
        """Every run that is there now."""
        return (*self.added, *self.updated, *self.same)


def preview(service: Service, path: Path, format_name: str = "", progress: Progress | None = None) -> Found:
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
    matching, trouble = Matching(service), Trouble()
    runs: list[FoundRun] = []
    names: dict[str, str] = {}  # of runs by their keys
    curves: dict[str, FoundCurve] = {}
    with _runs_of(path, format_name, trouble) as (importer, also, found):
        for run in _bounded(found, trouble):
            known, guess = matching.find(importer.name, run)
            names[run.key], curves = run.name, with_curves(curves, run)
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
                    guesses=(*run.guesses, *guess),
                    part_of=run.parent_key,
                )
            )
            if progress:
                progress(run.name, sum(r.points for r in runs))
        named = [replace(run, part_of=names.get(run.part_of, "")) for run in runs]
        return Found(importer.name, importer.title, also, tuple(named), trouble.all(), tuple(curves.values()))


def run_import(
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
    trouble, incoming = Trouble(), Incoming(service, project)
    with _runs_of(path, format_name, trouble) as (importer, _, found):
        done = 0
        for run in _bounded(found, trouble):
            if keys and run.key not in keys:
                continue
            if progress:
                progress(run.name, done)
            try:
                incoming.take(importer.name, run)
            except TouchstoneError as error:
                trouble.say(f"'{run.name}' was not imported. {error}")
            done += run.points
        incoming.join_parts()
    sorted_in = tuple(incoming.added), tuple(incoming.updated), tuple(incoming.same)
    return Imported(*sorted_in, trouble.all(), incoming.news.all(), incoming.remarks.all())


@contextmanager
def _runs_of(
    path: Path, format_name: str, trouble: Trouble
) -> Iterator[tuple[Importer, tuple[str, ...], Iterator[ExternalRun]]]:
    chosen = [find_importer(format_name)] if format_name else []
    with opened(path) as source:
        fit = chosen or fitting(source)
        yield fit[0], tuple(importer.title for importer in fit[1:]), fit[0].read(source, trouble)


def _bounded(runs: Iterator[ExternalRun], trouble: Trouble) -> Iterator[ExternalRun]:
    """Yield runs up to the limit, without empty ones, each with a unique key."""
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
        yield replace(run, guesses=(*run.guesses, *read_as_percent(run)))
