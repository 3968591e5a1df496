"""Which column is what: guessed, shown with examples, and corrected by whoever knows better."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.specs.dataset_types import Column, SourcePreview
from pages.components.import_data.column_kinds import column_kinds
from pages.components.import_data.import_form import decide, field_key
from pages.components.widgets.dataset_words import shortened, task_of
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.text import plain

KINDS = {
    "text": "Text",
    "category": "Words that repeat",
    "number": "Number",
    "number-in-text": "Number in text",
    "date": "Date or time",
    "duration": "Duration",
    "identifier": "Identifier",
    "constant": "Always the same",
    "empty": "Empty",
}
ROLES = {
    "text": "Text",
    "label": "Label",
    "target": "To predict",
    "split": "Split",
    "group": "Group",
    "feature": "Feature",
    "ignored": "Left out",
}
DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "gb18030", "shift_jis", "euc-kr", "koi8-r")
ROW_HEIGHT = 34  # pixels
SHOWN_WHOLE = 12  # columns; with more, the table scrolls
HELP = {
    "text_column": "What the model reads.",
    "label_column": "What the model learns to say.",
    "target_column": "The number that the model learns to predict.",
    "split_column": "Says for each row whether it is for training, validation or test. Without one, the rows are "
    "split 70 / 15 / 15.",
    "group_column": "Names what rows belong to: a customer, a patient, a document. All rows of one are on one side, so "
    "that the test says how the model does on new ones.",
}


def column_choices(preview: SourcePreview) -> None:
    """Show a table's columns and ask for corrections; each triggers a new preview."""
    names, task = [column.name for column in preview.columns], task_of(preview.options.task)
    with st.grid(3, min_column_width=200, vertical_alignment="bottom"):
        for name, label in _needed(preview):
            _one_of(name, label, names)
        _one_of("split_column", "Split (optional)", names, may_be_none=True)
        if task is not None and task.input_kind != "image" and task.output_kind != "text":
            _one_of("group_column", "Groups (optional)", names, may_be_none=True)
    _of_texts(preview, names)
    if task is not None and task.input_kind == "table":
        column_kinds(preview)
    _table(preview)


def _of_texts(preview: SourcePreview, names: Sequence[str]) -> None:
    """Ask which columns are read besides the text, and how multi-label rows count."""
    if not _reads_texts(preview) or not preview.options.text_column:
        return
    others = [name for name in names if name not in (preview.options.text_column, preview.options.label_column)]
    _fitting("more_text_columns", others)
    with st.grid(2, min_column_width=240):
        st.multiselect(
            "Also read", others, key=field_key("more_text_columns"), on_change=decide, args=("more_text_columns",),
            help="Columns of texts that are read after it, in this order.", placeholder="Nothing else", wrap=True,
        )  # fmt: skip
        if preview.row_labels:
            choices = {"first": "The first of a row", "leave-out": "Leave rows with several out"}
            choices |= {f"against:{label}": f"{shortened(label, 40)} against the rest" for label in preview.row_labels}
            st.selectbox(
                "Rows with several labels", list(choices), key=field_key("several_labels"), on_change=decide,
                args=("several_labels",), format_func=lambda choice: choices[choice],
                help="One label each is learnt here.",
            )  # fmt: skip


def _needed(preview: SourcePreview) -> tuple[tuple[str, str], ...]:
    """Return the options whose columns the task needs, with their titles."""
    task = task_of(preview.options.task)
    return task.columns if task else ()


def _reads_texts(preview: SourcePreview) -> bool:
    task = task_of(preview.options.task)
    return task is not None and task.input_kind == "text"


def missing_column(preview: SourcePreview) -> str:
    """Return what a table's import still needs, as a sentence; empty if nothing."""
    missing = [label.lower() for name, label in _needed(preview) if not getattr(preview.options, name)]
    return f"Choose the column first: {' and '.join(missing)}." if preview.columns and missing else ""


def _one_of(name: str, label: str, names: Sequence[str], may_be_none: bool = False) -> None:
    key = field_key(name)
    if st.session_state.get(key) not in names:
        st.session_state[key] = None
    st.selectbox(
        label, list(names), None, key=key, on_change=decide, args=(name,), help=HELP[name],
        placeholder="None" if may_be_none else "Choose a column", required=not may_be_none,
        format_func=distinct(names, lambda column: shortened(column, 60)),
    )  # fmt: skip


def _fitting(name: str, options: Sequence[str]) -> None:
    chosen = st.session_state.get(field_key(name)) or []
    st.session_state[field_key(name)] = [value for value in chosen if value in options]


def _table(preview: SourcePreview) -> None:
    columns = preview.columns
    rows = [
        {
            "Column": column.name,
            "Role": ROLES[column.role],
            "Type": KINDS[column.kind],
            "Examples": "  |  ".join(shortened(example, 40) for example in column.examples),
            "Distinct": column.distinct,
            "Missing": column.missing,
        }
        for column in columns
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=ROW_HEIGHT, key="columns",
        height="content" if len(rows) <= SHOWN_WHOLE else 460, alt="Every column with its role, kind and examples",
        column_config={
            "Column": st.column_config.TextColumn(pinned=True, width=130),
            "Role": st.column_config.TextColumn(width=115),
            "Type": st.column_config.TextColumn(width=125),
            "Examples": st.column_config.TextColumn(width=260),
            "Distinct": st.column_config.NumberColumn(width=75, help="Distinct values in the rows that were read"),
            "Missing": st.column_config.NumberColumn(width=75),
        },
    )  # fmt: skip
    noted = [column for column in columns if column.note and not _is_said(column, preview.notes)]
    if noted:
        with st.container(gap="xxsmall", key="column-notes"):
            for column in noted:
                st.caption(f":material/info: **{plain(column.name)}**: {plain(column.note)}")


def _is_said(column: Column, notes: Sequence[str]) -> bool:
    """Return whether a column's note stands at the top of the page already."""
    return any(f"'{column.name}'" in note and column.note in note for note in notes)


def reading_choices(preview: SourcePreview | None) -> None:
    """Ask how to read a source, correcting a wrong guess.

    Without a preview, all options are asked.
    """
    options = preview.options if preview else None
    with st.expander("How it is read", key="reading", icon=":material/tune:"), st.grid(3, min_column_width=200):
        if options is None or options.delimiter:
            found = options.delimiter if options else ""
            _reading("delimiter", "Between columns", [*DELIMITERS, found], DELIMITERS)
        if options is None or options.encoding:
            _reading("encoding", "Encoding", [*ENCODINGS, options.encoding if options else ""], {})
        if options is None or options.has_header is not None:
            _reading("has_header", "First row", [True, False], {True: "Names of the columns", False: "Is data already"})
        if options is not None and options.sheet:
            st.text_input("Sheet", key=field_key("sheet"), on_change=decide, args=("sheet",))
        task = task_of(preview.options.task) if preview else None
        if task is not None and task.output_kind == "label":
            _switch("normalise_labels", "Make labels alike", "'Positive ' and 'pos' become one label.")
        if task is not None and task.input_kind == "text":
            _switch("clean_text", "Clean the texts", "Takes out <br /> and puts &amp; and broken characters right.")


def _switch(name: str, label: str, help_: str) -> None:
    st.session_state.setdefault(field_key(name), True)
    st.toggle(label, key=field_key(name), on_change=decide, args=(name,), help=help_)


def _reading(name: str, label: str, choices: Sequence[object], titles: Mapping[Any, str]) -> None:
    key, offered = field_key(name), [choice for choice in dict.fromkeys(choices) if choice != ""]
    if st.session_state.get(key) not in offered:
        st.session_state[key] = None
    st.selectbox(
        label, offered, None, key=key, on_change=decide, args=(name,), placeholder="Automatic",
        format_func=lambda value: titles.get(value, str(value)),
    )  # fmt: skip
