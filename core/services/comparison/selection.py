"""Selection of the runs to compare, and messages for those that cannot be shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import RunNotFound
from core.runs import Run
from core.services.run_service import Service

FEWEST, MOST = 2, 20
LAST = 5  # runs of one data set that are suggested together
LONGEST_ID = 40  # characters of what somebody wrote instead of an id


@dataclass(frozen=True)
class Choice:
    """The runs to show, in the order asked for, and what cannot be shown."""

    runs: tuple[Run, ...]
    notes: tuple[str, ...]  # whole sentences


@dataclass(frozen=True)
class Suggestion:
    """Runs that somebody may want to see together."""

    dataset: str
    runs: tuple[Run, ...]  # the newest first


def choose(service: Service, asked: str) -> Choice:
    """Return the runs that a link asks for.

    Args:
        service: Knows them.
        asked: Their ids with commas between, as in `compare?runs=`.
    """
    ids = list(dict.fromkeys(part.strip().lower() for part in asked.split(",") if part.strip()))
    found: list[Run] = []
    notes: list[str] = []
    for run_id in ids:
        try:
            run = service.run(run_id)
        except RunNotFound:
            notes.append(f"There is no run {run_id[:LONGEST_ID]}: it may have been removed for good.")
            continue
        if run.deleted_at is not None:
            notes.append(f"{run.name} is in the trash. Restore it on the Runs page to compare it.")
        else:
            found.append(run)
    if len(found) > MOST:
        notes.append(f"{len(found)} runs are asked for; the first {MOST} are shown, as more cannot be told apart.")
    return Choice(tuple(found[:MOST]), tuple(notes))


def suggestions(runs: Sequence[Run]) -> list[Suggestion]:
    """Return the latest comparable runs of each dataset, most recently used first."""
    by_data: dict[str, list[Run]] = {}
    for run in runs:
        if run.test and run.config.dataset:
            by_data.setdefault(run.config.dataset, []).append(run)
    return [Suggestion(name, tuple(found[:LAST])) for name, found in by_data.items() if len(found) >= FEWEST]


def short_names(runs: Iterable[Run], longest: int = 32) -> dict[str, str]:
    """Return a short unique name for each run, by id."""
    listed = list(runs)
    data = {run.name.partition(", ")[0] for run in listed}  # in usual names, what tells nobody apart
    shared = f"{data.pop()}, " if len(data) == 1 else ""
    names = {run.id: _cut(run.name.removeprefix(shared) or run.name, longest) for run in listed}
    taken = list(names.values())
    return {
        run.id: names[run.id]
        if taken.count(names[run.id]) == 1
        else f"{_cut(run.name.removeprefix(shared), longest - 9)} {run.id}"  # names may be the same; ids never are
        for run in listed
    }


def _cut(name: str, longest: int) -> str:
    """Return a name with its middle elided: its end often distinguishes runs."""
    clean = " ".join(name.split())
    if len(clean) <= longest:
        return clean
    tail = longest // 2
    return f"{clean[: longest - tail - 1].rstrip()}…{clean[-tail:].lstrip()}"
