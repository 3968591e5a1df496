"""Columns of the run table, as a DataFrame and as grid configuration."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd
import streamlit as st

from core.runs import Run
from core.services.run_search.fields import SCORE, VALIDATION, Field, Fields, deciding
from core.services.run_search.logged_metrics import DecidingScore
from core.specs import TaskSpec, percent_digits
from pages.components.widgets.status_badge import status_text, target_text
from pages.components.widgets.text import duration, interval, number, value

LOSS = "loss-curve"  # the shape of the loss so far: the one column that no filter knows
USUAL = ("status", SCORE, LOSS, "task", "model", "created", "time")
MOST_OFFERED = 60  # logged metrics in a list of choices: any other can be written
MARKS = "marks"
OPENED = "opened-run"  # the row whose name was clicked, in the session's state
WIDTHS = {"status": 90, SCORE: 160, "target": 130, "task": 160, "model": 110, "data": 130, "project": 100, "tag": 130,
          "note": 220, "created": 110, "finished": 110, "time": 75}  # fmt: skip
_VALIDATION_HELP = (
    "The deciding metric on the validation split: choose by this one. The test score then chose nothing, and tells the "
    "truth."
)
_SCORE_HELP = (
    "The deciding metric on unseen examples, with its 95 % interval; of a run that was logged, the last value of the "
    "metric whose name says most"
)
_HELPS = {"logged": "As it was logged, the last value if nothing else is named; shares logged as 0 to 100 are percent"}
_TARGET_HELP = "How the test score, with its interval, stands against the target of the run or of its data"
ColumnConfig: TypeAlias = dict[str, Any]


def usual_columns(runs: Sequence[Run], fields: Fields) -> list[str]:
    """Return the columns where nobody has chosen any: what these runs have something in."""
    columns = list(USUAL)
    if fields.standings:
        columns.insert(2, "target")
    if any(run.tags for run in runs):
        columns.insert(3, "tag")
    if any(run.project for run in runs):
        columns.insert(3, "project")
    return columns


def column_titles(fields: Fields) -> dict[str, str]:
    """Return the titles of possible columns by name, those in use first."""
    order = [*fields.in_use, *fields.of_logged(MOST_OFFERED), *fields.all]
    return {LOSS: "Loss curve"} | {field.name: field.title for field in order if field.name != "name"}


def table_of(
    runs: Sequence[Run], columns: Sequence[str], fields: Fields, tasks: Mapping[str, TaskSpec],
    baselines: Collection[str],
) -> tuple[pd.DataFrame, ColumnConfig]:  # fmt: skip
    """Return the runs as a DataFrame, one row each, and its column configuration.

    Args:
        runs: The rows.
        columns: Names of fields, or `LOSS`; the name comes first in any case.
        fields: What can be known of the runs.
        tasks: Know which metric decides.
        baselines: Ids of the runs that others are measured against.
    """
    cells: dict[str, list[Any]] = {}
    config: ColumnConfig = {}
    marks = [_marks(run, baselines) for run in runs]
    if any(marks):
        cells[MARKS] = marks
        config[MARKS] = st.column_config.TextColumn("", width=45, help="★ starred, ⚑ baseline run of its task")
    cells["name"] = [run.name for run in runs]
    config["name"] = st.column_config.ButtonColumn(
        "Name", width=195, type="tertiary", alignment="left", key=OPENED, help="A click opens the run"
    )
    for name in columns:
        if name == LOSS:
            cells[name] = [list(run.sparkline) or None for run in runs]
            config[name] = st.column_config.LineChartColumn("Loss", width=70, help="The training loss so far")
        elif (field := fields.get(name)) is not None and field.name not in cells:
            cells[field.name], config[field.name] = _column(field, runs, tasks, fields)
    return pd.DataFrame(cells), config


def _marks(run: Run, baselines: Collection[str]) -> str:
    return ("★" if run.starred else "") + ("⚑" if run.id in baselines else "")


def _column(field: Field, runs: Sequence[Run], tasks: Mapping[str, TaskSpec], fields: Fields) -> tuple[list[Any], Any]:
    if field.name == SCORE:
        config = st.column_config.TextColumn(field.title, width=WIDTHS[SCORE], help=_SCORE_HELP)
        return _sortable([_score(run, tasks, fields) for run in runs]), config
    if field.name == VALIDATION:
        found = [fields.validation(run) for run in runs]
        config = st.column_config.TextColumn(field.title, width=110, help=_VALIDATION_HELP)
        return _sortable([deciding_number(score) if score is not None else "" for score in found]), config
    if field.name == "target":
        standings = [target_text(fields.standings.get(run.id)) for run in runs]
        return standings, st.column_config.TextColumn(field.title, width=WIDTHS["target"], help=_TARGET_HELP)
    shown, width = _SHOWN.get(field.name), WIDTHS.get(field.name)
    if shown is not None:
        return [shown(run) for run in runs], st.column_config.TextColumn(field.title, width=width)
    if field.kind == "time":
        config = st.column_config.DatetimeColumn(field.title, format="distance", width=width)
        return [field.read(run) for run in runs], config
    if field.kind == "flag":
        return [field.read(run) for run in runs], st.column_config.CheckboxColumn(field.title, width=80)
    if field.name == "tag":
        return [list(run.tags) for run in runs], st.column_config.ListColumn(field.title, width=width)
    if field.kind == "text":
        texts = [field.read(run) for run in runs]
        return [found[-1] if found else "" for found in texts], st.column_config.TextColumn(field.title, width=width)
    return _numbers(field, runs)


def _numbers(field: Field, runs: Sequence[Run]) -> tuple[list[Any], Any]:
    """Return values as numbers, so that the grid sorts them.

    A setting that is a text in one run is a text in all.
    """
    values = [field.read(run) for run in runs]
    if field.kind == "setting" and any(isinstance(v, str | bool) for v in values):
        return [None if v is None else value(v) for v in values], st.column_config.TextColumn(field.title, width=110)
    scale, style = (100, "%.1f %%") if field.is_percent else (1, "%.4g")
    if field.part == "fact" or all(v is None or float(v).is_integer() for v in values):
        style = "localized" if field.part == "fact" else style
    return [None if v is None else v * scale for v in values], st.column_config.NumberColumn(
        field.title, format=style, width=100, help=field.metric.help if field.metric else _HELPS.get(field.part)
    )


def _sortable(scores: Sequence[str]) -> list[str]:
    """Indent scores to align their decimal points, so that text sorting is numeric.

    >>> _sortable(["100.0 %", "9.5 %", ""])
    ['100.0 %', '  9.5 %', '']
    """
    whole = [re.split(r"[^\d,-]", score, maxsplit=1)[0] for score in scores]
    widest = max(map(len, whole), default=0)
    return [score and " " * (widest - len(w)) + score for score, w in zip(scores, whole, strict=True)]


def _score(run: Run, tasks: Mapping[str, TaskSpec], fields: Fields) -> str:
    metric = deciding(run, tasks)
    if metric is None:  # from elsewhere
        return f"{deciding_number(found)}  ({found.name})" if (found := fields.deciding(run)) is not None else ""
    score = run.test.get(metric.name)
    return f"{number(metric, score.value)}  ({interval(metric, score)})" if score else ""


def deciding_number(score: DecidingScore) -> str:
    """Return the primary score of a run as the table shows it."""
    if score.is_percent:
        return f"{percent_digits(score.value)} %"
    if abs(score.value) >= 10:
        return f"{score.value:,.1f}" if abs(score.value) < 10_000 else f"{score.value:,.0f}"
    return f"{score.value:.2g}" if 0 < abs(score.value) < 0.001 else f"{score.value:.3f}"


def _took(run: Run) -> str:
    return "" if run.took_s is None else duration(run.took_s)


def _short_model(run: Run) -> str:
    return run.config.model or str(run.settings.get("model", ""))


_SHOWN: Mapping[str, Callable[[Run], str]] = {
    "status": status_text,
    "time": _took,
    "model": _short_model,
    "note": lambda run: " ".join(run.note.split())[:300],
}
