"""Fields of runs: facts, scores and settings, named for filters, columns and sorts."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from core.errors import UserError
from core.evaluation.target_status import TargetResult
from core.runs import Run
from core.services.run_search.logged_metrics import MOMENTS, DecidingScore, Logged, Moment, plain
from core.services.run_search.measures import direction_of, is_share
from core.services.run_search.query_parser import FilterError
from core.services.run_service import Service
from core.specs import MetricSpec, Score, TaskSpec
from core.specs.config import TrainConfig

Kind = Literal["number", "text", "time", "flag", "setting"]
Part = Literal["fact", "score", "setting", "logged"]
LOGGED = "logged."  # before the name of a logged metric that something else is called by too
SCORE = "score"  # the deciding metric of each run's task, on the test split
VALIDATION = "validation"  # the same metric on the validation split: what choices are made by
MOST_SETTINGS, DEEPEST, LONGEST = 300, 3, 200  # of runs from elsewhere: names, levels, characters of a list
_SAID = {"succeeded": "done", "queued": "waiting"}  # as the table calls it
_HIDDEN = ("task", "dataset", "dataset_version", "model", "params", "continues")  # of a configuration: facts already
_ALSO = {
    "dataset": "data", "tags": "tag", "state": "status", "took": "time", "duration": "time", "parameters": "size",
    "started": "created", "star": "starred", "lr": "learning_rate", "notes": "note",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One thing that can be known of a run.

    Its `read` returns a number or None, a time or None, a flag, the texts that it may be called (the first is shown),
    or a setting's own value.
    """

    name: str  # as it is written in a filter and in an address
    title: str
    kind: Kind
    part: Part
    read: Callable[[Run], Any]
    metric: MetricSpec | None = None  # of a score that the catalogue knows
    unit: Literal["", "s"] = ""
    is_share: bool = False  # of 1: people write it with a percent sign

    @property
    def is_percent(self) -> bool:
        """Whether it is a share that people write with a percent sign."""
        return self.is_share or (self.metric is not None and self.metric.unit == "percent")


class Fields:
    """Everything that can be asked of these runs, and of runs in general."""

    def __init__(self, service: Service, runs: Sequence[Run], baselines: Iterable[str] = ()) -> None:
        self._runs, self._tasks = runs, service.tasks()
        self.logged = Logged(service)
        self._service = service
        facts = _facts(service, frozenset(baselines), self.deciding, self.validation, lambda: self.standings)
        every = [*facts, *_scores(service, runs, self.logged), *_settings(service, runs)]
        self._by_name: dict[str, Field] = {}
        for field in every:
            prefix = {"score": "test.", "setting": "settings."}.get(field.part, "")
            taken = plain(field.name) in self._by_name
            named = replace(field, name=prefix + field.name) if taken else field
            self._by_name.setdefault(plain(named.name), named)
            self._by_name.setdefault(plain(prefix + field.name), named)  # said in full, each can be asked for

    @cached_property
    def standings(self) -> Mapping[str, TargetResult]:
        """Results of the runs against their targets, by id; only runs with one."""
        return self._service.targets.results(self._runs)

    @cached_property
    def all(self) -> tuple[Field, ...]:
        """Every field once: facts, scores, settings; logged metrics, maybe thousands, are in `of_logged`."""
        return tuple(dict.fromkeys(self._by_name.values()))

    @cached_property
    def in_use(self) -> tuple[Field, ...]:
        """The fields with a value in at least one run, without logged metrics."""
        return tuple(field for field in self.all if any(_is_said(field, field.read(run)) for run in self._runs))

    def of_logged(self, at_most: int) -> Iterator[Field]:
        """Yield logged metrics: last, best (or min and max if undirected), and first values."""
        for name in self.logged.ranked[:at_most]:
            ends = ("last", "best", "first") if direction_of(name) else ("last", "min", "max", "first")
            yield from (self._logged_field(name, moment) for moment in MOMENTS if moment in ends)

    @property
    def logged_in_use(self) -> list[Field]:
        """The last values of the logged metrics that were asked for so far."""
        return [self._logged_field(name, "last") for name in self.logged.in_use]

    def get(self, name: str) -> Field | None:
        """Return a field by its name, or None.

        Raises:
            UserError: It is the best of a metric of which nobody knows whether more is better.
        """
        known = self._by_name.get(plain(name)) or self._by_name.get(_ALSO.get(plain(name), ""))
        if known is None and (found := self.logged.find(name.removeprefix(LOGGED))) is not None:
            return self._logged_field(*found)
        return known

    def _logged_field(self, name: str, moment: Moment) -> Field:
        taken = plain(name) in self._by_name or plain(name) in _ALSO
        asked = f"{LOGGED if taken else ''}{name}{'' if moment == 'last' else f'.{moment}'}"
        title = name if moment == "last" else f"{name} ({moment})"
        return Field(asked, title, "number", "logged", self.logged.reader(name, moment), is_share=is_share(name))

    def deciding(self, run: Run) -> DecidingScore | None:
        """Return a run's deciding score: on unseen examples, or its last logged value."""
        metric = deciding(run, self._tasks)
        if metric is None:
            return self.logged.score(run)
        return _deciding_score(metric, run.test)

    def validation(self, run: Run) -> DecidingScore | None:
        """Return a run's deciding metric on validation, for its kept checkpoint."""
        metric = deciding(run, self._tasks)
        return _deciding_score(metric, run.validation) if metric is not None else None

    def find(self, name: str, place: int = 0) -> Field:
        """Return a field by its name.

        Raises:
            FilterError: There is none; the message names the nearest.
        """
        try:
            if (found := self.get(name)) is not None:
                return found
        except UserError as error:
            raise FilterError(str(error), place) from error
        near = get_close_matches(plain(name), [*self._by_name, *_ALSO, *self.logged.names], n=1, cutoff=0.6)
        known = self.get(near[0]) if near else None
        hint = f"Did you mean '{known.name}'?" if known else "To search for it as a word, leave out what follows it."
        raise FilterError(f"There is no '{name[:40]}'. {hint}", place)

    def values(self, field: Field) -> tuple[str, ...]:
        """Return all displayed values of a field among the runs, sorted."""
        return tuple(sorted({text for run in self._runs for text in _shown(field, run)}, key=str.casefold))

    def known(self, name: str) -> Field | None:
        """Return a field by name; None if there is none or it is ambiguous."""
        try:
            return self.get(name)
        except UserError:
            return None

    def has(self, field: Field) -> bool:
        """Whether a run at hand has a value."""
        return any(_is_said(field, field.read(run)) for run in self._runs)


def _is_said(field: Field, value: Any) -> bool:
    """Whether a value is worth showing: settings of 0 and "off", no unset star."""
    return value is not None and value != "" and value != () and not (field.kind == "flag" and value is False)


def _shown(field: Field, run: Run) -> tuple[str, ...]:
    texts = field.read(run)
    return tuple(texts) if field.name == "tag" else tuple(texts[:1])


def seconds_taken(run: Run) -> float | None:
    """Return a run's working time without pauses before a resume; None before its end."""
    return run.took_s


def began(run: Run) -> datetime:
    """Return when a run started, or was made where it never did."""
    return run.first_started_at or run.created_at


def deciding(run: Run, tasks: Mapping[str, TaskSpec]) -> MetricSpec | None:
    """Return the primary metric of a run's task; None for tasks from elsewhere."""
    return tasks[run.task].metric(tasks[run.task].primary_metric) if run.task in tasks else None


def _deciding_score(metric: MetricSpec, scores: Mapping[str, Score]) -> DecidingScore | None:
    score = scores.get(metric.name)
    if score is None or math.isnan(score.value):
        return None
    return DecidingScore(metric.title.partition(" (")[0], score.value, metric.direction, metric.unit == "percent")


def _flat(settings: Mapping[str, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping) and depth < DEEPEST:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}", value if isinstance(value, int | float | str | None) else str(value)[:LONGEST]


def _elsewhere(run: Run, *names: str) -> tuple[str, ...]:
    return tuple(str(run.settings[name]) for name in names if isinstance(run.settings.get(name), str))[:1]


def _facts(
    service: Service,
    baselines: frozenset[str],
    score: Callable[[Run], DecidingScore | None],
    validation: Callable[[Run], DecidingScore | None],
    standings: Callable[[], Mapping[str, TargetResult]],
) -> list[Field]:
    specs = service.tasks()
    tasks = {name: (name, spec.title) for name, spec in specs.items()}
    data = {name: (name, spec.title) for name, spec in service.datasets().items()}
    models = {name: (name, spec.title) for name, spec in service.models().items()}

    def text(name: str, title: str, read: Callable[[Run], Sequence[str]]) -> Field:
        return Field(name, title, "text", "fact", read)

    def one(text: str) -> tuple[str, ...]:
        return (text,) if text else ()

    def data_of(run: Run) -> tuple[str, ...]:
        known = data.get(run.config.dataset, one(run.config.dataset))
        return known if run.is_own else _elsewhere(run, "dataset", "data")

    def model_of(run: Run) -> tuple[str, ...]:
        known = models.get(run.config.model, one(run.config.model))
        return known if run.is_own else _elsewhere(run, "model")

    def standing_of(run: Run) -> tuple[str, ...]:
        return one(str(found.status)) if (found := standings().get(run.id)) is not None else ()

    def score_of(run: Run) -> float | None:
        return found.value if (found := score(run)) is not None else None

    def validation_of(run: Run) -> float | None:
        return found.value if (found := validation(run)) is not None else None

    def number(name: str, title: str, read: Callable[[Run], float | None], unit: Literal["", "s"] = "") -> Field:
        return Field(name, title, "number", "fact", read, unit=unit)

    return [
        text("name", "Name", lambda run: (run.name,)),
        text("status", "Status", lambda run: (_SAID.get(run.shown_status, run.shown_status), run.shown_status)),
        number(SCORE, "Score", score_of),
        number(VALIDATION, "Validation score", validation_of),
        text("target", "Target", standing_of),
        text("task", "Task", lambda run: tasks.get(run.task, one(run.task))),
        text("data", "Data", lambda run: data_of(run)),
        text("model", "Model", lambda run: model_of(run)),
        text("project", "Project", lambda run: one(run.project)),
        text("tag", "Tags", lambda run: run.tags),
        text("note", "Note", lambda run: one(run.note)),
        Field("starred", "Star", "flag", "fact", lambda run: run.starred),
        Field("baseline", "Baseline run", "flag", "fact", lambda run: run.id in baselines),
        Field("archived", "Archived", "flag", "fact", lambda run: run.archived_at is not None),
        Field("created", "Started", "time", "fact", began),
        Field("finished", "Ended", "time", "fact", lambda run: run.finished_at),
        number("time", "Took", seconds_taken, "s"),
        number("steps", "Steps", lambda run: run.steps),
        number("examples", "Examples seen", lambda run: run.examples_seen or None),
        number("size", "Trainable parameters", lambda run: run.parameter_count or None),
        text("device", "Device", lambda run: one(run.device)),
        text("origin", "Comes from", lambda run: (run.origin or "here",)),
        text("id", "Id", lambda run: (run.id,)),
        text("parent", "Came from run", lambda run: one(run.parent_id)),
        text("verdict", "Verdict", lambda run: one(run.verdict)),
        text("reason", "Why it ended", lambda run: one(run.reason)),
    ]


def _scores(service: Service, runs: Sequence[Run], logged: Logged) -> list[Field]:
    specs = {metric.name: metric for task in service.tasks().values() for metric in task.metrics}
    others = {name: None for run in runs if run.test for name in run.test if name not in specs}

    def score(name: str) -> Callable[[Run], float | None]:
        def read(run: Run) -> float | None:
            if (found := run.test.get(name)) is not None:
                return found.value
            return None if run.is_own else logged.same_measure(name, run)

        return read

    known = [Field(n, m.title.partition(" (")[0], "number", "score", score(n), m) for n, m in specs.items()]
    return known + [Field(name, name, "number", "score", score(name)) for name in others]


def _settings(service: Service, runs: Sequence[Run]) -> list[Field]:
    titles = {n: info.title or n for n, info in TrainConfig.model_fields.items() if n not in _HIDDEN}
    for model in service.models().values():
        titles |= {name: titles.get(name) or info.title or name for name, info in model.params.model_fields.items()}
    external = {run.id: dict(_flat(run.settings)) for run in runs if not run.is_own}
    for names in (external.get(run.id, run.config.params) for run in runs):
        titles |= {name: name for name in names if name not in titles and len(titles) < MOST_SETTINGS}
    return [_setting(name, title, external) for name, title in titles.items()]


def _setting(name: str, title: str, external: Mapping[str, Mapping[str, Any]]) -> Field:
    in_config = name in TrainConfig.model_fields

    def read(run: Run) -> Any:
        if not run.is_own:
            return external.get(run.id, {}).get(name)
        return getattr(run.config, name) if in_config else run.config.params.get(name)

    return Field(name, title, "setting", "setting", read)
