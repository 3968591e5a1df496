"""Kind and use of each column of a table: one field per column."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.specs.dataset_types import CHOSEN_KINDS, Column, SourcePreview
from pages.components.import_data.import_form import decide, decide_column, field_key, said_of_column
from pages.components.widgets.dataset_words import shortened
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.text import plain

LEFT_OUT = "left out"
TITLES = {
    "number": "Number",
    "category": "Category (words or codes that repeat)",
    "date": "Date or time",
    "date-day-first": "Date, day first (31/1)",
    "date-month-first": "Date, month first (1/31)",
    "duration": "Duration",
    "text": "Free text",
    "identifier": "Identifier (not used)",
    LEFT_OUT: "Leave out",
}
FOUND = {
    "number": "number",
    "number-in-text": "number",
    "category": "category",
    "date": "date or time",
    "duration": "duration",
    "text": "free text",
    "identifier": "identifier",
    "constant": "always the same",
    "empty": "empty",
}
SHOWN = 24  # fields; of more columns, those to change are chosen first
SPLITS = {"random": "At random", "time": "By time: the last rows are the test"}


def column_kinds(preview: SourcePreview) -> None:
    """Show a field for each feature column of a regression, and the splitting."""
    columns = [column for column in preview.columns if column.role not in ("target", "label", "split", "group")]
    with st.expander("How each column is used", key="column-kinds", icon=":material/view_column:", expanded=True):
        shown = columns if len(columns) <= SHOWN else _chosen(columns)
        with st.grid(3, min_column_width=200, vertical_alignment="bottom"):
            for column in shown:
                _field(column)
        if not (preview.options.split_column or preview.options.group_column) and _has_dates(preview):
            st.segmented_control(
                "Training, validation and test", list(SPLITS), key=field_key("split_by"), on_change=decide,
                args=("split_by",), format_func=SPLITS.__getitem__, required=True,
                help="Where later rows are predicted from earlier ones, as in use, only a test on the last ones is "
                "honest.",
            )  # fmt: skip


def _has_dates(preview: SourcePreview) -> bool:
    return preview.options.split_by == "time" or any(c.kind == "date" and c.role == "feature" for c in preview.columns)


def _chosen(columns: Sequence[Column]) -> list[Column]:
    """Ask which of many columns to change."""
    names = [column.name for column in columns]
    decided = [name for name in names if said_of_column(name, LEFT_OUT)]
    wanted = st.multiselect(
        f"Columns to change (of {len(columns):,})", names, decided, key="columns-to-change", wrap=True,
        placeholder="Choose columns", format_func=distinct(names, lambda name: shortened(name, 60)),
    )  # fmt: skip
    return [column for column in columns if column.name in wanted]


def _field(column: Column) -> None:
    key = f"column-kind-{column.name}"
    st.session_state[key] = said_of_column(column.name, LEFT_OUT)
    guessed = FOUND[column.kind] if column.role == "feature" else "left out"
    st.selectbox(
        plain(shortened(column.name, 60)), ["", *CHOSEN_KINDS, LEFT_OUT], key=key,
        on_change=partial(_decided, column.name), help=plain(column.note) if column.note else None,
        format_func=lambda kind: TITLES.get(kind, f"As found: {guessed}"),
    )  # fmt: skip


def _decided(name: str) -> None:
    decide_column(name, st.session_state[f"column-kind-{name}"], LEFT_OUT)
