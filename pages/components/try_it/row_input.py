"""A row of a table: a form of its columns, or pasted rows."""

import csv
import io
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import TouchstoneError
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.try_it.question import put
from pages.components.try_it.test_example import test_example_button
from pages.components.widgets.text import plain

MOST_ROWS, MOST_CATEGORIES = 200, 200
LONGEST = 200_000  # characters of pasted rows
UNKNOWN = "not known"


def row_input(run: Run, place: str) -> None:
    """Show the input."""
    try:
        sample = _sample(run.config.dataset, run.config.dataset_version)
    except TouchstoneError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    way = st.segmented_control(
        "How", ["Form", "Paste rows"], default="Form", key=f"try-way-{place}", label_visibility="collapsed"
    )
    if way == "Paste rows":
        _pasted(sample, place)
        return
    with st.form(f"ask-{place}", border=False):
        columns = st.columns(2)
        for at, name in enumerate(sample.columns):
            with columns[at % 2]:
                _field(sample[name], _key(place, run, str(name)))
        names = [str(name) for name in sample.columns]
        st.form_submit_button("Ask", type="primary", icon=":material/send:", on_click=_ask, args=(place, run, names))
    test_example_button(run, place, lambda row, truth: _example(place, run, row, truth))


@st.cache_data(max_entries=32, show_spinner=False)
def _sample(name: str, fingerprint: str) -> pd.DataFrame:
    inputs = shared_service().dataset_service.rows_sample(name, fingerprint).inputs
    assert isinstance(inputs, pd.DataFrame)
    return inputs


def _key(place: str, run: Run, name: str) -> str:
    return f"try-cell-{place}-{run.config.dataset}-{name}"


def _field(values: "pd.Series[Any]", key: str) -> None:
    """Show the field of one column, with what the training data has there."""
    name, known = str(values.name), values.dropna()
    if pd.api.types.is_numeric_dtype(values.dtype):
        low, high, middle = (float(known.quantile(at)) if len(known) else math.nan for at in (0, 1, 0.5))
        first = f"{middle:.6g}" if math.isfinite(middle) else ""
        help = f"In the training data from {low:.6g} to {high:.6g}."
        st.text_input(name, first, key=key, placeholder=UNKNOWN, help=help)
        return
    kinds = known.astype(str).value_counts().index.tolist()
    if len(kinds) <= MOST_CATEGORIES and not pd.api.types.is_datetime64_any_dtype(values.dtype):
        set_by_example = st.session_state.get(key)
        st.selectbox(
            name, list(dict.fromkeys([*kinds, *filter(None, [set_by_example])])), 0 if kinds else None, key=key,
            accept_new_options=True, placeholder=UNKNOWN, help="The commonest first; another one can be typed.",
        )  # fmt: skip
        return
    st.text_input(name, kinds[0] if kinds else "", key=key, placeholder=UNKNOWN)


def _ask(place: str, run: Run, names: list[str]) -> None:
    row = {name: st.session_state.get(_key(place, run, name)) or "" for name in names}
    put(place, "row", [row], [{"row": row}])


def _example(place: str, run: Run, row: Mapping[str, Any], truth: str) -> None:
    for name, value in row.items():
        st.session_state[_key(place, run, name)] = value
    st.session_state[f"try-way-{place}"] = "Form"
    put(place, "row", [dict(row)], [{"row": dict(row), "truth": truth}], truth)


def _pasted(sample: pd.DataFrame, place: str) -> None:
    key = f"try-rows-{place}"
    with st.form(f"ask-rows-{place}", border=False):
        st.text_area(
            "Rows with their headings", key=key, height=180, max_chars=LONGEST,
            placeholder="\t".join(map(str, sample.columns[:4])) + "\n…",
            help="Copied from a spreadsheet, or CSV. The first line names the columns.",
        )  # fmt: skip
        st.form_submit_button(
            "Ask", type="primary", icon=":material/send:", shortcut="Ctrl+Enter", on_click=_ask_rows, args=(place, key)
        )


def _ask_rows(place: str, key: str) -> None:
    rows = rows_of(st.session_state.get(key, ""))
    if rows:
        put(place, "row", list(rows), [{"row": row} for row in rows])
    else:
        st.toast("Paste a line of headings and at least one row below it.", icon=":material/table:")


def rows_of(text: str) -> list[dict[str, str]]:
    """Return pasted rows by column; at most `MOST_ROWS`."""
    first = text.strip("\n").partition("\n")[0]
    sign = max("\t;,", key=first.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text.strip("\n")), delimiter=sign) if any(line)]
    except csv.Error:
        return []
    if len(lines) < 2:
        return []
    names = [name.strip() for name in lines[0]]
    return [dict(zip(names, line, strict=False)) for line in lines[1 : MOST_ROWS + 1]]
