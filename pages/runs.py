"""Runs: everything that was ever trained here; sort, filter, open, rename, remove and bring back."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.bootstrap import shared_service
from core.runs import Run
from pages.components.chips import LOOKS
from pages.components.notices import empty_state, shown_errors
from pages.components.run_actions import run_actions, undo_notice
from pages.components.run_table import run_table
from pages.components.url_state import read_choice, write_choice

REFRESH_S = 5.0
VIEWS = {"runs": "All runs", "trash": "Trash"}


def page() -> None:
    """Show the page."""
    st.title("Runs", anchor=False)
    undo_notice()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        read_choice("view", VIEWS, "runs")
        view = st.segmented_control(
            "Show", list(VIEWS), key="view", required=True, format_func=lambda name: VIEWS[name],
            label_visibility="collapsed",
        )  # fmt: skip
        write_choice("view", "runs")
        st.page_link("import_runs.py", label="Import runs", icon=":material/download:")
        st.page_link("train.py", label="Train a model", icon=":material/add:")
    active = bool(shared_service().active_runs())
    st.fragment(_list, run_every=REFRESH_S if active else None, key="list")(view == "trash")


def _list(trashed: bool) -> None:
    with shown_errors():
        runs = shared_service().runs(trashed=trashed)
        if not runs:
            _empty(trashed)
            return
        found = _filter(runs)
        if trashed:
            _empty_trash(len(runs))
        if not found:
            empty_state("filter_alt_off", "No run fits", "Take a filter away, or search for something else.")
            return
        picked = run_table(found)
        if picked is None:
            st.caption(f"{len(found):,} of {len(runs):,} runs. Pick a row to open or change it.")
        else:
            _picked(picked)


def _filter(runs: Sequence[Run]) -> list[Run]:
    tasks = shared_service().tasks()
    signs = {status.value: f"{look.sign} {look.word}" for status, look in LOOKS.items()}
    with st.grid(4, min_column_width=150):
        text = st.text_input(
            "Search", key="search", type="search", placeholder="Name, note, data …", bind="query-params", live=True
        )
        status = _choice("Status", "status", signs)
        of_task = _choice("Task", "of_task", {name: task.title for name, task in tasks.items()})
        with_model = _choice("Model", "with_model", {name: name for name in sorted({r.config.model for r in runs})})
    words = (text or "").lower().split()
    return [
        run
        for run in runs
        if status in (None, run.status)
        and of_task in (None, run.task)
        and with_model in (None, run.config.model)
        and all(word in _searchable(run) for word in words)
    ]


def _choice(label: str, key: str, titles: Mapping[str, str]) -> str | None:
    read_choice(key, [*titles], None)
    chosen = st.selectbox(label, list(titles), None, key=key, placeholder="Any", format_func=lambda name: titles[name])
    write_choice(key, None)
    return chosen


def _searchable(run: Run) -> str:
    return f"{run.id} {run.name} {run.note} {run.config.dataset} {run.config.model} {run.verdict}".lower()


def _picked(run: Run) -> None:
    with st.container(horizontal=True, border=True, vertical_alignment="center", key="picked"):
        if st.button("Open", key="open-run", type="primary", icon=":material/open_in_new:"):
            st.switch_page("run.py", query_params={"run": run.id})
        run_actions(run)
        st.text(run.note or run.verdict, width="stretch")


def _empty(trashed: bool) -> None:
    if trashed:
        empty_state("delete", "The trash is empty", "Runs that you move here can be brought back.")
        return
    empty_state("science", "No runs yet", "Everything that you train is listed here, with its score, for good.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link("start.py", label="Try a demo", icon=":material/play_arrow:")
        st.page_link("train.py", label="Train a model", icon=":material/model_training:")


def _empty_trash(count: int) -> None:
    if st.button("Empty the trash", key="empty-trash", icon=":material/delete_forever:"):
        _confirm(count)


@st.dialog("Empty the trash?")
def _confirm(count: int) -> None:
    runs = "This run, its curves and its files" if count == 1 else f"These {count:,} runs, their curves and files"
    st.markdown(f"{runs} are removed for good. There is no way back.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep them", key="keep"):
            st.rerun()
        if st.button("Remove for good", key="remove", type="primary", icon=":material/delete_forever:"):
            shared_service().empty_trash()
            st.rerun()


if __name__ == "__main__":
    page()
