"""Runs as a table that sorts: state, score, the shape of its loss, times."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.bootstrap import shared_service
from core.runs import Run
from core.specs import TaskSpec
from pages.components.chips import status_text
from pages.components.text import duration, interval, number

ROW_HEIGHT = 40  # pixels


def run_table(runs: Sequence[Run], key: str) -> Run | None:
    """Show the runs and return the one that was picked."""
    tasks = shared_service().tasks()
    state: Any = st.dataframe(
        pd.DataFrame([_row(run, tasks) for run in runs]),
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content" if len(runs) <= 12 else 560,
        on_select="rerun",
        selection_mode="single-row",
        alt="Table of runs: pick a row to open, rename, annotate or remove it.",
        column_config={
            "name": st.column_config.TextColumn("Name", width="medium"),
            "status": st.column_config.TextColumn("Status", width="small"),
            "score": st.column_config.TextColumn(
                "Score", help="The deciding metric on unseen examples, with its interval"
            ),
            "loss": st.column_config.LineChartColumn("Loss", width="small", help="The training loss so far"),
            "task": st.column_config.TextColumn("Task", width="medium"),
            "model": st.column_config.TextColumn("Model", width="small"),
            "created": st.column_config.DatetimeColumn("Started", format="distance", width="small"),
            "took": st.column_config.TextColumn("Took", width="small"),
        },
    )
    picked = state.selection.rows
    return runs[picked[0]] if picked and picked[0] < len(runs) else None


def _row(run: Run, tasks: Mapping[str, TaskSpec]) -> dict[str, Any]:
    task = tasks[run.task]
    metric = task.metric(task.primary_metric)
    score = run.test.get(metric.name)
    took = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None
    return {
        "name": run.name,
        "status": status_text(run),
        "score": f"{number(metric, score.value)}  ({interval(metric, score)})" if score else "",
        "loss": list(run.sparkline) or None,
        "task": task.title,
        "model": run.config.model,
        "created": run.started_at or run.created_at,
        "took": "" if took is None else duration(took),
    }
