"""Bring: any file, folder, pictures or pasted table; a look, corrections, and one button."""

from typing import Any

import pandas as pd
import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import SourcePreview
from pages.components.data.charts import class_chart
from pages.components.import_data.class_thumbnails import class_thumbnails
from pages.components.import_data.column_choices import column_choices, missing_column, reading_choices
from pages.components.import_data.import_form import ImportForm, decide, field_key, import_form, look_again
from pages.components.import_data.label_mapping import label_mapping
from pages.components.import_data.layout_choices import layout_choices
from pages.components.import_data.source import Source
from pages.components.import_data.source_choice import TABLES, choose_one, choose_source, forget_source
from pages.components.import_data.summary import import_summary
from pages.components.widgets.conversation import conversation
from pages.components.widgets.dataset_words import many, shortened
from pages.components.widgets.guesses import guess_list
from pages.components.widgets.target_form import TargetChoice, target_form
from pages.components.widgets.text import plain, size

UNITS = {"pictures": "image", "table": "row", "documents": "document"}
SIGNS = {"pictures": "photo_library", "table": "table_chart", "documents": "description"}
ROW_HEIGHT = 34  # pixels
SHOWN_LINES = 10  # of documents; with more, they scroll


def page() -> None:
    """Show the page."""
    st.title("Import your data", anchor=False)
    source = choose_source()
    if source is None:
        return
    state = import_form(source)
    with st.container(key="problem"):  # always there, so that what stands below stays as it is
        if state.problem:
            st.error(plain(state.problem), icon=":material/error:")
            _next_step(source)
        elif state.declined:
            st.warning(plain(state.declined), icon=":material/warning:")
    if state.preview is None:
        choose_one(source)
        if source.path.name.lower().endswith(TABLES):
            reading_choices(None)
        return
    found, summary = st.columns([1.9, 1], gap="large")
    with found:
        _what_it_is(state.preview)
        _task(state.preview)
        if state.preview.columns:
            st.header("Columns", anchor=False)
            column_choices(state.preview)
        if state.preview.kind == "table":
            reading_choices(state.preview)
        elif state.preview.kind == "pictures":
            layout_choices(state.preview)
        _labels(state, state.preview)
        target = _target(state.preview)
        _beginning(state.preview)
    with summary, st.container(key="summary"), st.container(border=True):
        missing = ("" if state.problem else missing_column(state.preview)) or target.problem
        is_open = state.problem or state.preview.problem
        blocked = missing or ("Fix the problem first." if is_open else "")
        import_summary(source, state.preview, blocked, target.target)


def _next_step(source: Source) -> None:
    """Offer another preview or source: uploads are final, but local sources can change.

    Local sources are on this machine or were assembled here.
    """
    if "upload" not in source.query:
        st.button("Look again", key="look-again", icon=":material/refresh:", on_click=look_again)
    elif not source.files:
        st.button(
            "Paste it again" if source.query["how"] == "paste" else "Choose another file",
            key="choose-again", type="primary", icon=":material/upload_file:", on_click=forget_source,
        )  # fmt: skip


def _what_it_is(preview: SourcePreview) -> None:
    about = "" if preview.rows_are_exact else "About "
    with st.container(border=True, gap="xsmall", key="what-it-is"):
        st.markdown(f"## :primary[:material/{SIGNS[preview.kind]}:] {plain(preview.format)}")
        facts = [f"{about}{many(preview.rows, UNITS[preview.kind])}" if preview.rows else "", size(preview.size_bytes)]
        if preview.columns:
            facts.insert(1, many(len(preview.columns), "column"))
        st.caption("  ·  ".join(fact for fact in facts if fact))
        for note in preview.notes:
            st.markdown(f":material/info: {plain(note)}")
    if preview.guesses:
        st.header("What was guessed", anchor=False)
        guess_list(
            preview.guesses, "Each of these can be chosen otherwise below, before anything is imported.", "guesses"
        )


def _task(preview: SourcePreview) -> None:
    tasks = shared_service().tasks()
    names = [name for name in preview.tasks if name in tasks]
    if not names:
        return
    st.header("What is it for?", anchor=False)
    if st.session_state.get(field_key("task")) not in names:
        st.session_state[field_key("task")] = preview.options.task if preview.options.task in names else names[0]
    st.segmented_control(
        "Task", names, key=field_key("task"), required=True, wrap=True, on_change=decide, args=("task",),
        format_func=lambda name: tasks[name].title, label_visibility="collapsed",
    )  # fmt: skip
    if preview.options.task in tasks:
        st.caption(tasks[preview.options.task].summary)


def _labels(state: ImportForm, preview: SourcePreview) -> None:
    if not preview.classes and not state.written:
        return
    st.header("Classes", anchor=False)
    class_chart(preview.classes, "look-classes")
    class_thumbnails(preview.thumbnails, len(preview.classes))
    if not preview.rows_are_exact:
        st.caption("As far as it was looked at; all of them are counted while it comes in.")
    label_mapping(state, preview)


def _target(preview: SourcePreview) -> TargetChoice:
    task = shared_service().tasks().get(preview.options.task)
    if task is None:
        return TargetChoice(None)
    st.header("Target", anchor=False)
    return target_form(task, list(preview.classes), f"target-{preview.options.name}-{task.name}")


def _beginning(preview: SourcePreview) -> None:
    if not preview.sample:
        return
    st.header("How it begins", anchor=False)
    if preview.kind == "documents":
        with st.container(height=260 if sum(map(len, preview.sample)) > SHOWN_LINES else "content", border=False):
            st.code("\n".join("\n".join(row) for row in preview.sample), language=None, wrap_lines=True)
        return
    if preview.conversations:
        for number, turns in enumerate(preview.conversations):
            with st.container(border=True):
                conversation(turns, f"begins-{number}")
        return
    names = [column.name for column in preview.columns]
    rows: list[dict[str, Any]] = [
        {names[i] if i < len(names) else f"column {i + 1}": shortened(cell, 300) for i, cell in enumerate(row)}
        for row in preview.sample
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=ROW_HEIGHT, height="content", key="beginning",
        alt="The first rows as they were read",
    )  # fmt: skip


if __name__ == "__main__":
    page()
