"""Runs as a table that sorts and lets one or many be picked."""

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_search.fields import Fields
from pages.components.runs.columns import OPENED, table_of

ROW_HEIGHT = 40  # pixels
SHOWN_WHOLE = 12  # runs; with more, the table scrolls
_PICKED = "picked-runs"


def run_table(runs: Sequence[Run], columns: Sequence[str], fields: Fields, baselines: Collection[str]) -> list[Run]:
    """Show the runs and return those that were picked.

    A selection is row numbers. Other runs are another table, so that a number never comes to mean another run; the
    pick goes along by ids.

    Args:
        runs: The rows, in their order.
        columns: See `run_columns.table_of`.
        fields: What can be known of the runs.
        baselines: Ids of the runs that others are measured against.
    """
    ids = [run.id for run in runs]
    rows_before = {run_id: row for row, run_id in enumerate(ids)}
    before = [rows_before[run_id] for run_id in st.session_state.get(_PICKED, ()) if run_id in rows_before]
    frame, config = table_of(runs, columns, fields, shared_service().tasks(), baselines)
    state: Any = st.dataframe(
        frame,
        key=table_key(ids),
        hide_index=True,
        row_height=ROW_HEIGHT,
        placeholder="",
        height="content" if len(runs) <= SHOWN_WHOLE else 560,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": before}},
        alt="Table of runs: a name opens its run; tick rows to compare, tag, annotate or remove them.",
        column_config=config,
    )
    if (opened := st.session_state.get(OPENED)) is not None and opened.row < len(runs):
        st.switch_page("run.py", query_params={"run": runs[opened.row].id})
    picked = [runs[row] for row in state.selection.rows if row < len(runs)]
    st.session_state[_PICKED] = [run.id for run in picked]
    return picked


def table_key(ids: Sequence[str]) -> str:
    """Return the key of the table of these runs."""
    return f"table-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:12]}"
