"""What can be done with a whole data set: title, download, trash and back."""

from collections.abc import Sequence

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs.dataset_types import DatasetEntry, VersionInfo
from pages.components.data.undo import offer_restore
from pages.components.widgets.dataset_words import many, task_of
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.status_badge import status_chip
from pages.components.widgets.text import plain

SHOWN_RUNS = 5
LARGEST_DOWNLOAD = 500_000_000  # bytes: a download is made in memory


@st.dialog("Rename")
def _rename(entry: DatasetEntry) -> None:
    with st.form("retitle", border=False):
        title = st.text_input("Title", entry.title, max_chars=80)
        st.caption(f"Commands keep the name {plain(entry.name)}.")
        if st.form_submit_button("Rename", type="primary"):
            with shown_errors():
                shared_service().dataset_service.retitle(entry.name, title or "")
                st.rerun()


@st.dialog("Move to the trash?")
def _confirm(entry: DatasetEntry, runs: Sequence[Run]) -> None:
    st.markdown(
        f"{many(len(runs), 'run')} used it. Their results stay as they are, but while it is in the trash "
        "nothing new can be trained or evaluated on it."
    )
    for run in runs[:SHOWN_RUNS]:
        st.page_link("run.py", label=plain(run.name), query_params={"run": run.id}, icon=":material/show_chart:")
    if len(runs) > SHOWN_RUNS:
        st.caption(f"and {len(runs) - SHOWN_RUNS:,} more")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="keep-set"):
            st.rerun()
        if st.button("Move to the trash", key="trash-set-anyway", type="primary", icon=":material/delete:"):
            _move_to_trash(entry)


def data_actions(entry: DatasetEntry, info: VersionInfo) -> None:
    """Show the buttons for a brought data set."""
    service = shared_service()
    if st.button("Rename", key="rename-set", icon=":material/edit:", width="stretch"):
        _rename(entry)
    task = task_of(info.task)
    if (task is None or task.input_kind != "image") and info.size_bytes <= LARGEST_DOWNLOAD:
        st.download_button(
            "Download as CSV", lambda: service.dataset_service.export_rows(entry.name, info.fingerprint),
            f"{entry.name}.csv", "text/csv", key="download-set", icon=":material/download:", on_click="ignore",
            width="stretch", help="Safe to open in a spreadsheet: no cell is taken for a formula.",
        )  # fmt: skip
    if entry.deleted_at is not None:
        if st.button("Restore", key="restore-set", icon=":material/restore_from_trash:", width="stretch"):
            service.dataset_service.restore(entry.name)
            st.rerun()
    elif st.button("Move to trash", key="trash-set", icon=":material/delete:", width="stretch"):
        runs = service.runs_using(entry.name)
        if runs:
            _confirm(entry, runs)
        else:
            _move_to_trash(entry)


def _move_to_trash(entry: DatasetEntry) -> None:
    with shown_errors():
        shared_service().dataset_service.delete(entry.name)
        offer_restore(entry.name, entry.title)
        st.switch_page("data.py")


@st.dialog("Empty the trash?")
def confirm_empty_trash(entries: Sequence[DatasetEntry]) -> None:
    """Ask whether the data sets in the trash may go for good."""
    service = shared_service()
    needed = {entry.name for entry in entries if service.runs_using(entry.name)}
    doomed = [entry for entry in entries if entry.name not in needed]
    if doomed:
        names = ", ".join(plain(entry.title) for entry in doomed[:SHOWN_RUNS])
        more = f" and {len(doomed) - SHOWN_RUNS:,} more" if len(doomed) > SHOWN_RUNS else ""
        st.markdown(f"{names}{more}: removed for good, with every version. There is no way back.")
    if needed:
        st.markdown(f"{many(len(needed), 'data set')} stay{'s' if len(needed) == 1 else ''}, because runs used them.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="keep-sets"):
            st.rerun()
        if doomed and st.button("Remove for good", key="remove-sets", type="primary", icon=":material/delete_forever:"):
            with shown_errors():
                service.empty_data_trash()
                st.rerun()


def runs_of(runs: Sequence[Run], head_only: bool) -> None:
    """Show which runs used a version."""
    if not runs:
        st.caption("No run has used this version yet." if head_only else "No run has used it yet.")
    for run in runs[:SHOWN_RUNS]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"used-by-{run.id}"):
            st.page_link("run.py", label=plain(run.name), query_params={"run": run.id}, icon=":material/show_chart:")
            status_chip(run)
    if len(runs) > SHOWN_RUNS:
        st.caption(f"and {len(runs) - SHOWN_RUNS:,} more")
