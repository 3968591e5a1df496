"""Runs as a table that sorts: state, score, the shape of its loss, times."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.bootstrap import shared_service
from core.runs import Run
from core.specs import TaskSpec
from pages.components.chips import status_text
from pages.components.foreign_run import origin_of
from pages.components.text import duration, interval, number

ROW_HEIGHT = 40  # pixels
SHOWN_WHOLE = 12  # runs; with more, the table scrolls
_PICKED = "picked-run"


def run_table(runs: Sequence[Run]) -> Run | None:
    """Show the runs and return the one that was picked.

    A selection is a row number. Other runs are another table, so that a number never comes to mean another run; the
    pick goes along by its id.
    """
    tasks, ids = shared_service().tasks(), [run.id for run in runs]
    before = st.session_state.get(_PICKED)
    state: Any = st.dataframe(
        pd.DataFrame([_row(run, tasks) for run in runs]),
        key=table_key(ids),
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content" if len(runs) <= SHOWN_WHOLE else 560,
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [ids.index(before)] if before in ids else []}},
        alt="Table of runs: pick a row to open, rename, annotate or remove it.",
        column_config={
            "name": st.column_config.TextColumn("Name", width=195),
            "status": st.column_config.TextColumn("Status", width=90),
            "score": st.column_config.TextColumn(
                "Score", width=160, help="The deciding metric on unseen examples, with its 95 % interval"
            ),
            "loss": st.column_config.LineChartColumn("Loss", width=70, help="The training loss so far"),
            "task": st.column_config.TextColumn("Task", width=160),
            "model": st.column_config.TextColumn("Model", width=110),
            "created": st.column_config.DatetimeColumn("Started", format="distance", width=110),
            "took": st.column_config.TextColumn("Took", width=75),
        },
    )
    rows = state.selection.rows
    picked = runs[rows[0]] if rows and rows[0] < len(runs) else None
    st.session_state[_PICKED] = picked.id if picked else None
    return picked


def table_key(ids: Sequence[str]) -> str:
    """Return the key of the table of these runs."""
    return f"table-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:12]}"


def _row(run: Run, tasks: Mapping[str, TaskSpec]) -> dict[str, Any]:
    task = tasks.get(run.task)
    metric = task.metric(task.primary_metric) if task else None
    score = run.test.get(metric.name) if metric else None
    took = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None
    return {
        "name": run.name,
        "status": status_text(run),
        "score": f"{number(metric, score.value)}  ({interval(metric, score)})" if metric and score else "",
        "loss": list(run.sparkline) or None,
        "task": task.title if task else run.project,
        "model": run.config.model or origin_of(run),
        "created": run.started_at or run.created_at,
        "took": "" if took is None else duration(took),
    }
