"""Updates of a run that was imported before: new source data, kept user changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.wording import counted
from core.exchange.external_run import ExternalRun, Series
from core.exchange.normalise import listed
from core.runs import Event, Run
from core.store.curve import Curve, joined

IMPORTED = "imported"  # in the data of an event: what a run's source said of it, so that the next import knows
_SAID = ("name", "project", "note")
ANEW = "To have exactly what is there now, move the run to the trash and import it again."


@dataclass(frozen=True)
class Update:
    """What is to be changed of a run that is here."""

    curves: Mapping[str, Curve]  # whole, to put in the place of those before
    settings: bool  # whether they are others now
    columns: Mapping[str, object]  # of what people can change too
    news: tuple[str, ...]  # what is changed, in words: "status: interrupted, now succeeded"
    kept: str = ""  # what is here and no longer there, in a sentence

    @property
    def is_new(self) -> bool:
        """Whether anything is."""
        return bool(self.news)


@dataclass
class _Counts:
    """Points, by what became of them."""

    added: int = 0
    corrected: int = 0
    moved: int = 0  # that have other times
    kept: int = 0  # that are here and no longer there
    corrected_in: list[str] = field(default_factory=list)
    kept_in: list[str] = field(default_factory=list)


def source_said(run: ExternalRun) -> dict[str, Any]:
    """Return what to remember of an import, beside the run itself."""
    return {IMPORTED: {"name": run.name, "project": run.project, "note": run.notes, "tags": list(run.tags)}}


def update_of(
    known: Run, events: Sequence[Event], here: Mapping[str, Curve], run: ExternalRun, *, project: str, anew: bool
) -> Update:
    """Return what an import brings that is not here yet.

    Args:
        known: The run as it is here.
        events: What happened to it.
        here: Its curves.
        run: The same run as its source tells of it now.
        project: What it shall belong to; empty is what the source says.
        anew: Whether the source alone counts for curves: points that it does not have are removed.
    """
    curves, counts = _curves(here, run, anew)
    columns = _columns(known, _before(events), run, project)
    news = _states(known, run)
    news += _counted(counts)
    changed = [key for key in {**known.settings, **run.settings} if not _same(known.settings, run.settings, key)]
    news += [f"settings ({listed(changed)})"] if changed else []
    news += list(columns)
    kept = f"Here and no longer there: {counted(counts.kept, 'point')} ({listed(counts.kept_in)}). They stay. {ANEW}"
    return Update(curves, bool(changed), columns, tuple(news), kept if counts.kept else "")


def _states(known: Run, run: ExternalRun) -> list[str]:
    """Return descriptions of source-only changes: status, reason, and end time if given."""
    found = [f"status: {known.status}, now {run.status}"] if known.status is not run.status else []
    found += ["reason"] if known.reason != run.reason and not found else []
    if run.finished_at is not None and not run.times_from_start:
        ended = max(run.finished_at, run.started_at or run.finished_at)
        found += ["end"] if known.finished_at != ended else []
    return found


def _before(events: Sequence[Event]) -> dict[str, Any] | None:
    """Return the source's values at the last import; None where none were stored."""
    said = [event.data[IMPORTED] for event in events if isinstance(event.data.get(IMPORTED), dict)]
    return said[-1] if said else None


def _columns(known: Run, before: Mapping[str, Any] | None, run: ExternalRun, project: str) -> dict[str, object]:
    """Return the changed name, project, note and tags; user changes are kept."""
    now = {"name": run.name, "project": run.project, "note": run.notes}
    found: dict[str, object] = {}
    for name in _SAID:
        here = getattr(known, name)
        is_as_imported = here == before.get(name) if before is not None else here == ""
        if is_as_imported and now[name] and now[name] != here:
            found[name] = now[name]
    if project and project != known.project:
        found["project"] = project
    old = before.get("tags", []) if before is not None else []
    tags = [tag for tag in known.tags if tag in run.tags or tag not in old]
    tags += [tag for tag in run.tags if tag not in known.tags and tag not in old]
    return found | ({"tags": tags} if tags != list(known.tags) else {})


def _same(here: Mapping[str, Any], there: Mapping[str, Any], key: str) -> bool:
    return key in here and key in there and here[key] == there[key] and type(here[key]) is type(there[key])


def _curves(here: Mapping[str, Curve], run: ExternalRun, anew: bool) -> tuple[dict[str, Curve], _Counts]:
    """Return the curves that change, whole, and what became of their points."""
    counts, changed = _Counts(), {}
    for key, there in run.curves.items():
        before = here.get(key)
        whole = Curve(there.steps, there.values, there.times, global_steps=there.global_steps)
        if before is None:
            counts.added += len(there)
            changed[key] = whole
        elif not _equal(before, there, run.times_from_start):
            is_whole = anew or _begins_with(there, before)
            kept = before.at(slice(0, 0)) if is_whole else before.at(~np.isin(before.steps, there.steps))
            _count(counts, key, before, there, len(kept))
            both = joined(kept, whole).in_order() if len(kept) else whole
            if not _equal(before, Series(both.steps, both.values, both.times), run.times_from_start):
                changed[key] = both
    for key in [] if anew else here.keys() - run.curves.keys():
        counts.kept += len(here[key])
        counts.kept_in.append(key)
    return changed, counts


def _count(counts: _Counts, key: str, before: Curve, there: Series, kept: int) -> None:
    """Count new and corrected points at new and at shared steps."""
    shared_here, shared_there = np.isin(before.steps, there.steps), np.isin(there.steps, before.steps)
    old, new = before.values[shared_here], there.values[shared_there]
    counts.added += int((~shared_there).sum()) + max(0, len(new) - len(old))
    differ = int((~_alike(old, new)).sum()) if len(old) == len(new) else 0
    counts.corrected += differ
    counts.moved += int(not differ and len(old) == len(new) == len(there) == len(before))
    counts.kept += kept
    if differ:
        counts.corrected_in.append(key)
    if kept:
        counts.kept_in.append(key)


def _counted(counts: _Counts) -> list[str]:
    said = [counted(counts.added, "new point")] if counts.added else []
    said += (
        [f"{counted(counts.corrected, 'corrected value')} ({listed(counts.corrected_in)})"] if counts.corrected else []
    )
    return said + (["times"] if counts.moved else [])


def _begins_with(there: Series, before: Curve) -> bool:
    """Check whether the known curve's values begin the new one's, perhaps at other steps.

    Its steps may once have been numbered.
    """
    size = len(before)
    return size <= len(there) and bool(_alike(there.values[:size], before.values).all())


def _equal(here: Curve, there: Series, whatever_times: bool) -> bool:
    if len(here) != len(there) or not np.array_equal(here.steps, there.steps):
        return False
    same_times = whatever_times or np.array_equal(here.times, there.times)
    return bool(_alike(here.values, there.values).all()) and same_times


def _alike(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((first == second) | (np.isnan(first) & np.isnan(second)), dtype=np.bool_)
