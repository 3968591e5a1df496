"""What sets compared runs apart: their settings in one table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.comparison.settings_table import SettingRow, settings_table
from pages.components.compare.sentences import Looks
from pages.components.widgets.cells import safe_cell
from pages.components.widgets.text import plain, value
from pages.components.widgets.url_state import read_choice, write_choice

LONGEST_VALUE = 120  # characters
MISSING = "–"
SHOWN = {"different": "What differs", "all": "All settings"}


def settings(runs: Sequence[Run], styles: Looks) -> list[SettingRow]:
    """Show the settings of the runs side by side; return them."""
    st.header("Settings", anchor=False)
    rows = settings_table(shared_service(), runs)
    read_choice("settings", SHOWN, "different")
    shown = st.segmented_control(
        "Show", list(SHOWN), key="settings", required=True, format_func=lambda name: SHOWN[name],
        label_visibility="collapsed",
    )  # fmt: skip
    write_choice("settings", "different")
    differing = [row for row in rows if row.differs]
    st.markdown(f"**{plain(_finding(differing, len(rows)))}**")
    listed = rows if shown == "all" else differing
    if listed:
        st.dataframe(
            _table(listed, runs, styles), hide_index=True, row_height=36, key=f"settings-{shown}",
            height="content" if len(listed) <= 20 else 720, alt="Settings of the runs, one in a row",
            column_config={"Setting": st.column_config.TextColumn(pinned=True, width=190)},
        )  # fmt: skip
    return rows


def _finding(differing: Sequence[SettingRow], total: int) -> str:
    if not differing:
        return f"All {total} settings are the same: only chance sets these runs apart."
    names = ", ".join(row.label for row in differing[:4])
    more = f" and {len(differing) - 4} more" if len(differing) > 4 else ""
    verb = "setting differs" if len(differing) == 1 else "settings differ"
    return f"{len(differing)} of {total} {verb}: {names}{more}."


def _table(rows: Sequence[SettingRow], runs: Sequence[Run], styles: Looks) -> pd.DataFrame:
    table = {"Setting": [safe_cell(row.label) for row in rows]}
    for run in runs:
        table[styles[run.id].title] = [_written(row, run) for row in rows]
    return pd.DataFrame(table)


def _written(row: SettingRow, run: Run) -> str:
    found = row.values.get(run.id, None)
    return MISSING if found is None or found == "" else safe_cell(value(found)[:LONGEST_VALUE])
