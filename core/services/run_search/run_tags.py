"""Bulk changes of runs: tags, stars, archive, trash, undo, and baseline runs."""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import RunNotFound, RunNotReady, UserError
from core.runs import Run, RunStatus
from core.services.run_service import Service
from core.store.preferences import PreferenceStore
from core.store.run_marks import Marked, RunMarks, Values
from core.store.run_store import RunStore, now

MOST_TAGS, LONGEST_TAG = 20, 30  # of a run; characters
_BASELINE = "baseline"  # the preference that holds {task: run id}


@dataclass(frozen=True)
class Change:
    """What was changed, as it was before: enough to take it back."""

    before: Mapping[str, Mapping[str, Any]]  # columns by run

    def __len__(self) -> int:
        """Return how many runs it changed."""
        return len(self.before)


class RunTags:
    """Organises runs; each change is one atomic transaction."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runs, self._marks = RunStore(service.database), RunMarks(service.database)
        self._preferences = PreferenceStore(service.database)

    def counts(self) -> dict[str, int]:
        """Return the numbers of active ("runs"), archived ("archived") and trashed ("trash") runs."""
        return dict(zip(("runs", "archived", "trash"), self._marks.counts(), strict=True))

    # --- changes ---

    def tag(self, run_ids: Iterable[str], add: Sequence[str] = (), remove: Collection[str] = ()) -> Change:
        """Give runs tags, and take others from them.

        Raises:
            UserError: A tag is too long, or a run would have too many; nothing is changed.
        """
        wanted, unwanted = clean_tags(add), {tag.casefold() for tag in clean_tags(list(remove))}

        def tags(run: Marked) -> Values:
            kept = [tag for tag in run.tags if tag.casefold() not in unwanted]
            return {"tags": _at_most([*kept, *_new(wanted, kept)], run)}

        return self._change(run_ids, tags)

    def set_tags(self, run_id: str, tags: Sequence[str]) -> Change:
        """Give a run these tags and no others.

        Raises:
            UserError: A tag is too long, or there are too many; nothing is changed.
        """
        wanted = clean_tags(tags)
        return self._change([run_id], lambda run: {"tags": _at_most(wanted, run)})

    def star(self, run_ids: Iterable[str], on: bool = True) -> Change:
        """Mark runs as favourites, or take the mark away."""
        return self._change(run_ids, lambda run: {"starred": on})

    def archive(self, run_ids: Iterable[str], on: bool = True) -> Change:
        """Hide runs from the list, but those that wait or work, or restore them."""
        ended = () if not on else [status for status in RunStatus if not status.is_active]
        moment = now() if on else None
        return self._change(run_ids, lambda run: {"archived_at": run.archived_at if on and run.archived_at else moment},
                            ended)  # fmt: skip

    def trash(self, run_ids: Iterable[str]) -> Change:
        """Move runs to the trash, restorable; waiting and active runs stay."""
        moment = now()
        ended = [status for status in RunStatus if not status.is_active]
        return self._change(run_ids, lambda run: {"deleted_at": run.deleted_at or moment}, ended)

    def restore(self, run_ids: Iterable[str]) -> Change:
        """Bring runs back from the trash."""
        return self._change(run_ids, lambda run: {"deleted_at": None})

    def take_back(self, change: Change) -> None:
        """Make the changed runs what they were before, in what was changed."""
        self._change(change.before, lambda run: change.before[run.id])

    def _change(
        self, run_ids: Iterable[str], new: Callable[[Marked], Values], when: Collection[RunStatus] = ()
    ) -> Change:
        return Change(self._marks.change(run_ids, new, when))

    # --- the runs that others are measured against ---

    def baselines(self) -> dict[str, str]:
        """Return the id of the baseline run of each task that has one."""
        return _by_task(self._preferences.get(_BASELINE))

    def baseline_of(self, task: str) -> Run | None:
        """Return a task's baseline run; None without one, in the trash, or gone."""
        try:
            run = self._runs.get(self.baselines().get(task, ""))
        except RunNotFound:
            return None
        return None if run.deleted_at else run

    def set_baseline(self, run_id: str) -> None:
        """Measure the other runs of its task against this one.

        Raises:
            RunNotReady: It has no score on unseen examples that others could be measured against.
        """
        run = self._service.run(run_id)
        if not run.is_own or not run.test:
            raise RunNotReady(
                f"'{run.name}' has no score on unseen examples, so that nothing can be measured against it. "
                "Choose a run that was trained here and has finished."
            )
        self._preferences.change(_BASELINE, lambda kept: _by_task(kept) | {run.task: run.id})

    def forget_baseline(self, task: str) -> None:
        """Measure the runs of a task against nothing."""
        self._preferences.change(_BASELINE, lambda kept: {t: r for t, r in _by_task(kept).items() if t != task})


def _by_task(kept: Any) -> dict[str, str]:
    """Return what a preference says of the baseline runs: {task: run id}."""
    return {str(task): str(run_id) for task, run_id in kept.items()} if isinstance(kept, dict) else {}


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Return tags without surrounding spaces, control characters, duplicates and leading "#" signs.

    >>> clean_tags([" first  try", "#demo", "Demo", ""])
    ['first try', 'demo']

    Raises:
        UserError: One is too long.
    """
    clean: dict[str, str] = {}
    for tag in tags:
        printable = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in tag)
        short = " ".join(printable.split()).lstrip("#").strip()
        if len(short) > LONGEST_TAG:
            raise UserError(f"The tag '{short[:LONGEST_TAG]}…' has {len(short)} characters; at most {LONGEST_TAG} fit.")
        if short:
            clean.setdefault(short.casefold(), short)
    return list(clean.values())


def known_tags(runs: Sequence[Run]) -> list[str]:
    """Return every tag of these runs once, in order."""
    return sorted({tag.casefold(): tag for run in reversed(runs) for tag in run.tags}.values(), key=str.casefold)


def _new(tags: Sequence[str], known: Sequence[str]) -> list[str]:
    have = {tag.casefold() for tag in known}
    return [tag for tag in tags if tag.casefold() not in have]


def _at_most(tags: list[str], run: Marked) -> list[str]:
    if len(tags) > MOST_TAGS:
        raise UserError(f"'{run.name}' would have {len(tags)} tags; at most {MOST_TAGS} fit. Take some away first.")
    return tags
