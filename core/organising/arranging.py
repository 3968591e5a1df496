"""Runs in another order, and in groups with their best scores."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.organising.fields import SCORE, Field, deciding
from core.runs import Run
from core.specs import MetricSpec, TaskSpec

GROUPS = ("task", "data", "model", "project", "tag", "status")


@dataclass(frozen=True)
class Group:
    """Runs that have something in common."""

    name: str  # as in a filter; empty: the runs without any
    title: str
    runs: tuple[Run, ...]
    metric: MetricSpec | None  # that decides; None where the runs are of several tasks, or none is scored
    best: Run | None


def sorted_by(runs: Sequence[Run], field: Field, tasks: Mapping[str, TaskSpec], falling: bool) -> list[Run]:
    """Return the runs in order of a field; those without a value come last either way.

    Args:
        runs: The runs, the newest first, which decides between equals.
        field: What to sort by; by the score, the best run counts as the largest.
        tasks: Know which metric decides.
        falling: Whether the largest comes first.
    """
    keys: list[tuple[Any, Run]] = [
        (_quality(run, tasks) if field.name == SCORE else _key(run, field), run) for run in runs
    ]
    known = [pair for pair in keys if pair[0] is not None]
    ordered: list[tuple[Any, Run]] = sorted(known, key=lambda pair: pair[0], reverse=falling)
    return [run for _, run in ordered] + [run for key, run in keys if key is None]


def _key(run: Run, field: Field) -> Any:
    value = field.read(run)
    if field.kind == "text":
        return ", ".join(value if field.name == "tag" else value[:1]).casefold() or None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if field.kind == "setting":  # one name may stand for a number here and for a text there
        return (1, 0.0, value.casefold()) if isinstance(value, str) else (0, float(value), "")
    return value


def _quality(run: Run, tasks: Mapping[str, TaskSpec]) -> float | None:
    """Return the deciding score so that higher is better; None where there is none."""
    metric = deciding(run, tasks)
    score = run.test.get(metric.name) if metric else None
    if metric is None or score is None or math.isnan(score.value):
        return None
    return score.value if metric.direction == "max" else -score.value


def grouped(runs: Sequence[Run], field: Field, tasks: Mapping[str, TaskSpec]) -> list[Group]:
    """Return the runs in groups, the largest first; a run with two tags is in two groups."""
    members: dict[str, list[Run]] = {}
    titles: dict[str, str] = {}
    for run in runs:
        texts = field.read(run)
        for text in texts if field.name == "tag" else texts[:1]:
            members.setdefault(text, []).append(run)
            titles.setdefault(text, text if field.name == "tag" else texts[-1])
        if not texts:
            members.setdefault("", []).append(run)
    groups = [_group(name, titles.get(name, ""), found, tasks) for name, found in members.items()]
    return sorted(groups, key=lambda group: (not group.name, -len(group.runs), group.name.casefold()))


def _group(name: str, title: str, runs: Sequence[Run], tasks: Mapping[str, TaskSpec]) -> Group:
    scored = [(quality, run) for run in runs if (quality := _quality(run, tasks)) is not None]
    metrics = {metric.name: metric for _, run in scored if (metric := deciding(run, tasks)) is not None}
    best = max(scored, key=lambda pair: pair[0])[1] if len(metrics) == 1 else None
    return Group(name, title, tuple(runs), next(iter(metrics.values())) if best else None, best)
