"""Data: every data set; and with `?set=NAME` all that is known of one."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import DatasetEntry
from pages.components.data.actions import confirm_empty_trash
from pages.components.data.cards import data_cards
from pages.components.data.dataset import data_set
from pages.components.data.undo import undo_notice
from pages.components.import_data.import_progress import find_import, finish_import, import_list
from pages.components.widgets.notices import empty_state
from pages.components.widgets.url_state import read_choice, was_changed, write_choice

VIEWS = {"sets": "All data", "trash": "Trash"}


def page() -> None:
    """Show the page."""
    # A link from this page to itself changes what is shown but not the browser's address: tell it, so that a reload,
    # Back and a copied link lead here again. Nothing happens where the address is right.
    st.query_params.update()
    if name := st.query_params.get("set", ""):
        data_set(name)
        return
    _forward()
    st.title("Data", anchor=False)
    undo_notice()
    import_list()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        read_choice("shelf", VIEWS, "sets")
        view = st.segmented_control(
            "Show", list(VIEWS), key="shelf", required=True, format_func=lambda name: VIEWS[name],
            label_visibility="collapsed",
        )  # fmt: skip
        write_choice("shelf", "sets")
        if st.button("Import your data", key="bring", type="primary", icon=":material/add:"):
            st.switch_page("import_data.py")
    _list(trashed=view == "trash")


def _forward() -> None:
    """Switch to the dataset of the import in the URL, once finished."""
    progress = find_import(st.query_params.get("import", ""))
    if progress is not None and progress.state == "done":
        finish_import(progress)
        st.query_params.from_dict({"set": progress.dataset})
        st.rerun()


def _list(trashed: bool) -> None:
    entries = shared_service().dataset_service.entries(trashed=trashed)
    if not entries:
        empty_state("delete", "The trash is empty", "Data sets that you move here can be restored.")
        return
    if trashed and st.button("Empty the trash", key="empty-trash", icon=":material/delete_forever:"):
        confirm_empty_trash(entries)
    found = _filter(entries)
    if found:
        data_cards(found)
    else:
        empty_state("filter_alt_off", "No matching data sets", "Remove a filter, or search for something else.")
    if not trashed and all(entry.built_in for entry in entries):
        empty_state(
            "upload_file", "Your own data tells you most",
            "A messy CSV, a folder of phone photos, a text in an old encoding: import it as it is.",
        )  # fmt: skip


def _filter(entries: Sequence[DatasetEntry]) -> list[DatasetEntry]:
    titles: Mapping[str, str] = {name: task.title for name, task in shared_service().tasks().items()}
    with st.grid(3, min_column_width=180):
        if was_changed("search"):
            st.session_state["search"] = st.query_params.get("search", "")
        text = st.text_input("Search", key="search", type="search", placeholder="Title, source …", live=True)
        write_choice("search", "")
        read_choice("of_task", titles, None)
        task = st.selectbox(
            "Task", list(titles), None, key="of_task", placeholder="Any", format_func=lambda name: titles[name]
        )
        write_choice("of_task", None)
    words = (text or "").lower().split()
    return [
        entry for entry in entries if task in (None, entry.task) and all(word in _searchable(entry) for word in words)
    ]


def _searchable(entry: DatasetEntry) -> str:
    return f"{entry.name} {entry.title} {entry.source} {entry.summary} {entry.licence}".lower()


if __name__ == "__main__":
    page()
