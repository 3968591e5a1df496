"""State of one import: its source, the user's decisions so far, and the preview."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from core.specs.dataset_types import ImportOptions, SourcePreview
from pages.components.import_data.source import Source
from pages.components.widgets.visitor import browser_id

_STATE = "bringing"
SLOW_FROM_S = 4
_LONG = "It is large or unusual. What takes too much of the machine is stopped, and says so; you may also leave."
# What depends on the label column, or on the task: it is guessed again when that changes.
DEPENDS = {
    "task": (
        "text_column",
        "more_text_columns",
        "label_column",
        "several_labels",
        "target_column",
        "group_column",
        "ignored_columns",
        "number_columns",
        "label_map",
    ),
    "text_column": ("more_text_columns",),
    "label_column": ("label_map", "several_labels", "ignored_columns", "number_columns"),
    "several_labels": ("label_map",),
    "normalise_labels": ("label_map",),
    "target_column": ("ignored_columns", "number_columns"),
    "layout": ("text_column", "label_column", "split_column", "label_map"),
}
READING = ("delimiter", "encoding", "has_header", "sheet")
ANEW = (
    "text_column", "more_text_columns", "label_column", "several_labels", "target_column", "split_column",
    "group_column",
    *DEPENDS["target_column"], "label_map",
    "column_kinds", "split_by",
)  # fmt: skip


@dataclass
class ImportForm:
    """What is known of one source; a failed look leaves the last good one."""

    source: str
    asked: dict[str, Any] = field(default_factory=dict)  # what the user decided; the rest is guessed
    answered: dict[str, Any] | None = None  # what was asked when it was last looked at
    preview: SourcePreview | None = None
    problem: str = ""
    declined: str = ""  # why it cannot be what the address asks for, or what is guessed; it is shown all the same
    written: dict[str, str] = field(default_factory=dict)  # label as written -> as first proposed


def import_form(source: Source) -> ImportForm:
    """Return the state of a source's import, with a new preview after any decision."""
    key = " ".join(f"{name}={value}" for name, value in sorted(source.query.items()))
    state: ImportForm | None = st.session_state.get(_STATE)
    if state is None or state.source != key:
        state = st.session_state[_STATE] = ImportForm(key, _asked_by_url())
    if state.answered != state.asked:
        with st.spinner("Looking at it …"):
            line = st.empty()
            _preview(state, source, _said_on(line))
            line.empty()
    return state


def _said_on(line: DeltaGenerator) -> Callable[[float], None]:
    """Return a callback that shows how long the preview takes.

    Drawing also lets the script notice that its page was left.
    """
    said = 0

    def say(waited_s: float) -> None:
        nonlocal said
        if (whole := int(waited_s)) > said:
            said = whole
            line.caption(f"{whole} s so far. {_LONG if whole >= SLOW_FROM_S else ''}")

    return say


def _asked_by_url() -> dict[str, Any]:
    task = st.query_params.get("as", "")
    return {"task": task} if task in shared_service().tasks() else {}


def _preview(state: ImportForm, source: Source, say: Callable[[float], None]) -> None:
    asked = dict(state.asked)
    try:
        preview = shared_service().dataset_service.preview_source(
            source.path, ImportOptions(**asked), say, browser_id()
        )
    except TouchstoneError as error:
        state.answered, state.problem = asked, str(error)
        if state.preview is None and state.asked:  # as it is without what the address asks for, it can be corrected
            state.asked = {}
            _preview(state, source, say)
            state.declined = str(error)
        return
    state.answered, state.preview, state.problem, state.declined = asked, preview, "", preview.problem
    if "label_map" not in state.asked:
        state.written = dict(preview.label_map)
    for name in ImportOptions.model_fields:  # the fields show what the look has found out
        value = getattr(preview.options, name)
        st.session_state[field_key(name)] = list(value) if isinstance(value, tuple) else value


def field_key(name: str) -> str:
    """Return the key of the widget for one option."""
    return f"bring-{name}"


def decide(name: str) -> None:
    """Store the value of an option's widget; dependent options are guessed again."""
    state: ImportForm = st.session_state[_STATE]
    value = st.session_state[field_key(name)]
    for dependent in ANEW if name in READING else DEPENDS.get(name, ()):
        state.asked.pop(dependent, None)
    if name == "split_column" and state.preview:
        _leave_out(state, "" if value else state.preview.options.split_column, value or "")
    if (
        name == "more_text_columns" and state.preview
    ):  # read beside the text that is shown, whatever would be guessed now
        state.asked["text_column"] = state.preview.options.text_column
    if value in (None, ""):  # taken back: it is guessed again
        state.asked.pop(name, None)
    else:
        state.asked[name] = tuple(value) if isinstance(value, list) else value
    if name == "task":
        st.query_params["as"] = value


def said_of_column(name: str, skipped: str) -> str:
    """Return the kind that the user chose for a column, or "".

    For a column not to be used it is `skipped`.
    """
    asked = st.session_state[_STATE].asked
    return skipped if name in asked.get("ignored_columns", ()) else str(asked.get("column_kinds", {}).get(name, ""))


def decide_column(name: str, kind: str, skipped: str) -> None:
    """Take over what a column is read as.

    Args:
        name: Of the column.
        kind: One of `core.specs.dataset_types.CHOSEN_KINDS`; "" takes back what was said.
        skipped: The kind that stands for a column that is not used.
    """
    asked = st.session_state[_STATE].asked
    ignored = [column for column in asked.get("ignored_columns", ()) if column != name]
    kinds = {column: said for column, said in asked.get("column_kinds", {}).items() if column != name}
    asked["ignored_columns"] = (*ignored, *[name] * (kind == skipped))
    asked["column_kinds"] = kinds | ({name: kind} if kind and kind != skipped else {})


def _leave_out(state: ImportForm, unwanted: str, wanted: str) -> None:
    """Ignore the guessed split column if the user chose none."""
    skipped = ({*state.asked.get("ignored_columns", ())} | {unwanted}) - {wanted, ""}
    state.asked["ignored_columns"] = tuple(sorted(skipped))


def decide_labels(label_map: dict[str, str]) -> None:
    """Take over what the labels are to become."""
    state: ImportForm = st.session_state[_STATE]
    state.asked["label_map"] = label_map


def look_again() -> None:
    """Look at the source once more with the same decisions: the file was changed."""
    st.session_state[_STATE].answered = None
