"""Runs page: every trained or logged run, to filter, sort, group, tag and compare.

Runs can also be archived, trashed and restored here.
"""

import time
from collections.abc import Sequence

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_search.fields import Fields
from core.services.run_search.run_tags import RunTags
from core.services.verdict import meaning_of
from pages.components.run.actions import run_actions
from pages.components.runs.arrangement import arranged, group_choice, group_table
from pages.components.runs.bulk_actions import bulk_actions, counted, csv_button
from pages.components.runs.filter import choices, filter_field, filter_help, no_match, understood
from pages.components.runs.saved_views import views_menu
from pages.components.runs.table import run_table
from pages.components.widgets.browser_notification import notify_button
from pages.components.widgets.notices import empty_state, shown_errors
from pages.components.widgets.undo import undo_notice
from pages.components.widgets.url_state import read_choice, write_choice

REFRESH_S = 5.0
_READ = "runs-as-last-read"
VIEWS = {"runs": "All runs", "archived": "Archived", "trash": "Trash"}


def page() -> None:
    """Show the page."""
    st.title("Runs", anchor=False)
    undo_notice()
    counts = RunTags(shared_service()).counts()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        read_choice("view", VIEWS, "runs")
        view = st.segmented_control(
            "Show", list(VIEWS), key="view", required=True, label_visibility="collapsed",
            format_func=lambda name: f"{VIEWS[name]} ({counts[name]:,})",
        )  # fmt: skip
        write_choice("view", "runs")
        st.page_link("import_runs.py", label="Import runs", icon=":material/download:")
        if counts["runs"] and st.button("Train a model", key="train", type="primary", icon=":material/add:"):
            st.switch_page("train.py")
    active = bool(shared_service().active_runs())
    notify_button(shared_service().active_runs())
    st.session_state.pop(_READ, None)
    st.fragment(_list, run_every=REFRESH_S if active else None, key="list")(view or "runs")


def _list(view: str) -> None:
    with shown_errors():
        runs, fields, baselines = _read(view)
        if not runs:
            _empty(view)
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter-row"):
            text = filter_field()
            filter_help(fields)
            found, columns = arranged(runs, fields)
            views_menu()
        wanted = understood(text, fields)
        with st.grid(4, min_column_width=150):
            chosen = choices(found)
            group = group_choice(fields)
        found = [run for run in wanted.of(found) if all(fits(run) for fits in chosen.values())]
        if view == "trash":
            _empty_trash(len(runs))
        if not found:
            no_match(wanted, chosen, runs, fields)
            return
        if group is not None:
            found = group_table(found, group, fields)
        actions = st.container(key="run-actions-bar")  # above the table, which knows what is picked
        picked = run_table(found, columns, fields, baselines)
        with actions:
            _actions(picked, found, runs, fields)


def _read(view: str) -> tuple[list[Run], Fields, set[str]]:
    """Return the runs of a view, their filter fields, and the baseline runs.

    While somebody types, a look that is younger than the page's own refresh will do; each change draws the whole page,
    which looks again.
    """
    known: tuple[float, str, list[Run], Fields, set[str]] | None = st.session_state.get(_READ)
    if known is not None and known[1] == view and time.monotonic() - known[0] < REFRESH_S - 1:
        return known[2:]
    service = shared_service()
    every = service.runs(trashed=view == "trash")
    runs = every if view == "trash" else [run for run in every if bool(run.archived_at) is (view == "archived")]
    baselines = set(RunTags(service).baselines().values())
    fields = Fields(service, runs, baselines)
    st.session_state[_READ] = time.monotonic(), view, runs, fields, baselines
    return runs, fields, baselines


def _actions(picked: Sequence[Run], found: Sequence[Run], runs: Sequence[Run], fields: Fields) -> None:
    """Show actions on the picked runs; without any, the number of runs."""
    if len(picked) == 1:
        _picked(picked[0])
        return
    if picked:
        bulk_actions(picked, fields)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        todo = "A name opens its run; tick one to change it, several to compare or change them together."
        st.caption(f"{len(found):,} of {counted(len(runs))}. {todo}", width="content")
        with st.popover("CSV", icon=":material/download:", key="csv", type="tertiary"):
            csv_button(f"What is shown ({counted(len(found))})", found, fields, "csv-shown")
            csv_button(f"Everything ({counted(len(runs))})", runs, fields, "csv-all")


def _picked(run: Run) -> None:
    with st.container(horizontal=True, border=True, vertical_alignment="center", key="picked"):
        if st.button("Open", key="open-run", icon=":material/open_in_new:"):
            st.switch_page("run.py", query_params={"run": run.id})
        run_actions(run)
        st.text(" ".join(run.note.split())[:200] or meaning_of(shared_service(), run), width="stretch")


def _empty(view: str) -> None:
    if view == "trash":
        empty_state("delete", "The trash is empty", "Runs that you move here can be restored.")
        return
    if view == "archived":
        empty_state("archive", "Nothing is archived", "Put runs here that you keep but need not see every day.")
        return
    if shared_service().runs(limit=1):
        empty_state("archive", "Every run is archived", "They are under Archived, and can be restored.")
        return
    empty_state(
        "science", "No runs yet", "Everything that you train is listed here, with its score, for good.",
        ("Train a model", "model_training", "train.py"),
    )  # fmt: skip
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.page_link("start.py", label="Try a demo", icon=":material/play_arrow:")


def _empty_trash(count: int) -> None:
    if st.button("Empty the trash", key="empty-trash", icon=":material/delete_forever:"):
        _confirm(count)


@st.dialog("Empty the trash?")
def _confirm(count: int) -> None:
    runs = "This run, its curves and its files" if count == 1 else f"These {count:,} runs, their curves and files"
    st.markdown(f"{runs} are removed for good. There is no way back.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="keep"):
            st.rerun()
        if st.button("Remove for good", key="remove", type="primary", icon=":material/delete_forever:"):
            shared_service().empty_trash()
            st.rerun()


if __name__ == "__main__":
    page()
