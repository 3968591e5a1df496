"""Runs in another order, and in groups with their best scores."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.runs import Run
from core.services.run_search.fields import SCORE, VALIDATION, Field, Fields
from core.services.run_search.logged_metrics import DecidingScore

GROUPS = ("task", "data", "model", "project", "tag", "status")


@dataclass(frozen=True)
class Group:
    """Runs that have something in common."""

    name: str  # as in a filter; empty: the runs without any
    title: str
    runs: tuple[Run, ...]
    best: Run | None  # None where what decides is not the same metric in all of them, or none is scored
    score: DecidingScore | None  # of the best, on the test split
    by_validation: bool = False  # whether it was chosen there: a score that chose nothing does not flatter


def sorted_by(runs: Sequence[Run], field: Field, fields: Fields, falling: bool) -> list[Run]:
    """Return the runs sorted by a field; those without a value come last.

    This holds for both directions.

    Args:
        runs: The runs, the newest first, which decides between equals.
        field: What to sort by; by a score, the best run counts as the largest.
        fields: Know which score decides.
        falling: Whether the largest comes first.
    """
    keys: list[tuple[Any, Run]] = [
        (_quality(run, fields, field) if field.name in (SCORE, VALIDATION) else _key(run, field), run) for run in runs
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


def _quality(run: Run, fields: Fields, field: Field) -> float | None:
    score = fields.deciding(run) if field.name == SCORE else fields.validation(run)
    return score.quality if score is not None else None


def grouped(runs: Sequence[Run], field: Field, fields: Fields) -> list[Group]:
    """Return the runs grouped, largest group first; two tags mean two groups."""
    members: dict[str, list[Run]] = {}
    titles: dict[str, str] = {}
    for run in runs:
        texts = field.read(run)
        for text in texts if field.name == "tag" else texts[:1]:
            members.setdefault(text, []).append(run)
            titles.setdefault(text, text if field.name == "tag" else texts[-1])
        if not texts:
            members.setdefault("", []).append(run)
    groups = [_group(name, titles.get(name, ""), found, fields) for name, found in members.items()]
    return sorted(groups, key=lambda group: (not group.name, -len(group.runs), group.name.casefold()))


def _group(name: str, title: str, runs: Sequence[Run], fields: Fields) -> Group:
    scored = [(score, run) for run in runs if (score := fields.deciding(run)) is not None]
    if len({score.name for score, _ in scored}) != 1:
        return Group(name, title, tuple(runs), None, None)
    chosen = [fields.validation(run) for _, run in scored]
    known = [score.quality for score in chosen if score is not None]
    by_validation = len(known) == len(scored) and len({run.dataset_fingerprint for _, run in scored}) == 1
    qualities = known if by_validation else [score.quality for score, _ in scored]
    score, best = scored[max(range(len(scored)), key=lambda at: qualities[at])]
    return Group(name, title, tuple(runs), best, score, by_validation)
