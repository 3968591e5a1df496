"""Import of runs into the store, one by one: created or updated, atomically."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

from core.data.wording import counted
from core.exchange.curve_summary import main_course
from core.exchange.external_run import ExternalRun, Trouble
from core.exchange.matching import Matching
from core.exchange.updating import source_said, update_of
from core.runs import NESTED, Run
from core.services.run_service import Service
from core.specs.dataset_types import Guess
from core.store.curve import Curve
from core.store.imported_runs import ImportedRuns
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now


class Incoming:
    """Runs on their way in, one after the other."""

    def __init__(self, service: Service, project: str) -> None:
        """Bring them there.

        Args:
            service: Where to.
            project: What they shall belong to; empty is what they say themselves.
        """
        self.added: list[str] = []
        self.updated: list[str] = []
        self.same: list[str] = []
        self.news, self.remarks = Trouble(), Trouble()
        self._service, self._project = service, project
        self._store, self._runs = ImportedRuns(service.database), RunStore(service.database)
        self._metrics, self._matching = MetricStore(service.database), Matching(service)
        self._parts: dict[str, str] = {}  # the keys of runs above, by the ids of their parts

    def take(self, origin: str, run: ExternalRun) -> None:
        """Bring one run in, whole or not at all."""
        known, guesses = self._matching.find(origin, run)
        whole = known if known is not None and _is_whole(known) else None
        run = placed_in_time(run, whole)
        run_id = self._add(origin, run, known) if whole is None else self._bring_up_to_date(run, whole, guesses)
        if run.parent_key:
            self._parts[run_id] = run.parent_key

    def join_parts(self) -> None:
        """Give every part of a run its parent, once all are here."""
        for run_id, key in self._parts.items():
            parent, part = self._store.find(key), self._runs.get(run_id)
            if parent is None:
                said = "It is a part of a run that was not imported. Import that one too, and they are joined."
                self._say_once(run_id, said)
            elif part.parent_id != parent.id:
                self._runs.update(run_id, parent_id=parent.id, parent_kind=NESTED)

    def _add(self, origin: str, run: ExternalRun, known: Run | None) -> str:
        named = replace(run, project=self._project or run.project)
        with ExitStack() as undo:
            made = known or self._store.begin(origin, run.key, run.name, named.project, run.started_at)
            undo.callback(self._store.remove, made.id)  # whatever happens: a full disk, somebody who cancels
            self._metrics.replace_curves(made.id, _as_curves(run), axes=_axes(run))
            self._store.set_settings(made.id, dict(run.settings))
            people = {"note": run.notes, "tags": list(run.tags), "name": run.name, "project": named.project}
            self._store.show(made.id, **_columns(run, None), **people)
            undo.pop_all()
        said = f"Imported: {counted(len(run.curves), 'curve')}, {counted(run.points, 'point')}."
        self._runs.add_event(made.id, "note", said, source_said(run))
        for remark in (*run.remarks, *map(in_words, run.guesses)):
            self._runs.add_event(made.id, "note", remark)
            self.remarks.say(remark)
        self.added.append(made.id)
        return made.id

    def _bring_up_to_date(self, run: ExternalRun, known: Run, guesses: tuple[Guess, ...]) -> str:
        here, anew = self._metrics.curves(known.id), known.deleted_at is not None
        update = update_of(known, self._runs.events(known.id), here, run, project=self._project, anew=anew)
        gone = sorted(here.keys() - run.curves.keys()) if anew else []
        self._metrics.replace_curves(known.id, update.curves, gone, _axes(run))
        if update.is_new or anew:
            if update.settings:
                self._store.set_settings(known.id, dict(run.settings))
            self._store.show(known.id, **_columns(run, known), **update.columns, idempotency_key=run.key)
        if not update.is_new:
            self.same.append(known.id)
        else:
            said = f"Brought up to date: {'; '.join(update.news)}."
            self._runs.add_event(known.id, "note", said, source_said(run))
            self.updated.append(known.id)
            self.news.say(f"'{update.columns.get('name', known.name)}': {'; '.join(update.news)}.")
        for sentence in (*run.remarks, *map(in_words, (*run.guesses, *guesses)), update.kept):
            self._say_once(known.id, sentence)
        for sentence in (*run.remarks, *map(in_words, (*run.guesses, *guesses))):
            self.remarks.say(sentence)
        if update.kept:
            self.news.say(f"'{known.name}': {update.kept}")
        return known.id

    def _say_once(self, run_id: str, sentence: str) -> None:
        if sentence and all(event.message != sentence for event in self._runs.events(run_id)):
            self._runs.add_event(run_id, "note", sentence)


def in_words(guess: Guess) -> str:
    """Return a guess as a sentence."""
    why = f", since {guess.why}" if guess.why else ""
    return (
        f"{guess.about}: {guess.value}{why}. Otherwise: {guess.option}."
        if guess.option
        else f"{guess.about}: {guess.value}{why}."
    )


def placed_in_time(run: ExternalRun, known: Run | None) -> ExternalRun:
    """Return a run with absolute times in place of seconds since its start.

    It began when the known run did; a new one ends now.
    """
    if not run.times_from_start:
        return run
    last = max((float(line.times.max()) for line in run.curves.values() if len(line)), default=0.0)
    began = known.started_at if known is not None and known.started_at else now() - timedelta(seconds=last)
    curves = {key: replace(s, times=s.times + began.timestamp()) for key, s in run.curves.items()}
    return replace(run, curves=curves, started_at=began, finished_at=began + timedelta(seconds=last))


def _as_curves(run: ExternalRun) -> dict[str, Curve]:
    found = run.curves.items()
    return {key: Curve(s.steps, s.values, s.times, global_steps=s.global_steps) for key, s in found}


def _axes(run: ExternalRun) -> dict[str, str]:
    return {key: series.axis for key, series in run.curves.items()}


def _is_whole(run: Run) -> bool:
    """Check whether an import is complete: only then is there an end time."""
    return run.finished_at is not None


def _last_step(run: ExternalRun) -> int:
    """Return how far the run itself came, whatever its curves stand over."""
    lines = [line.steps if line.global_steps is None else line.global_steps for line in run.curves.values()]
    return int(max((steps.max() for steps in lines if len(steps)), default=0))


def _columns(run: ExternalRun, known: Run | None) -> dict[str, object]:
    began = run.started_at or (known.started_at if known else None) or now()
    ended = run.finished_at or (known.finished_at if known else None) or began
    return {
        "status": run.status,
        "reason": run.reason,
        "started_at": began,
        "finished_at": max(ended, began),
        "steps": _last_step(run),
        "sparkline": main_course(run),
        "train_time_s": _seconds(began, ended),
    }


def _seconds(began: datetime, ended: datetime) -> float:
    return max(0.0, (ended - began).total_seconds())
