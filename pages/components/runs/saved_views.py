"""Saved views of the Runs page, as links: saved, renamed and removed, with undo."""

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.run_search.saved_views import LONGEST, PARTS, SavedViews, View
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain
from pages.components.widgets.undo import offer_undo


def views_menu() -> None:
    """Show the saved views, and what can be done with them."""
    views = SavedViews(shared_service()).all()
    with st.popover("Views", icon=":material/bookmarks:", key="views"):
        if not views:
            st.markdown("A view keeps the filter, the order, the columns and the groups as they are now.")
        for number, view in enumerate(views):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"view-{number}"):
                st.button(
                    plain(view.name), key=f"open-view-{number}", width="stretch", on_click=_open, args=(view,),
                    help="Its address can be sent to somebody else.",
                )  # fmt: skip
                if st.button("", key=f"rename-view-{number}", icon=":material/edit:", type="tertiary", help="Rename"):
                    _rename(view)
                if st.button("", key=f"remove-view-{number}", icon=":material/delete:", type="tertiary", help="Remove"):
                    _remove(view)
        _save()


def _open(view: View) -> None:
    """Write the view into the address, from which the page reads everything."""
    st.session_state["filter"] = view.query.get("filter", "")  # its field writes it into the address itself
    for part in PARTS:
        if part in view.query and part != "filter":
            st.query_params[part] = view.query[part]
        elif part != "filter":
            st.query_params.pop(part, None)


def _save() -> None:
    with st.form("save-view", border=False, clear_on_submit=True):
        name = st.text_input("Save what is shown now as", max_chars=LONGEST, key="view-name", placeholder="A name")
        if st.form_submit_button("Save", icon=":material/bookmark_add:"):
            with shown_errors():
                query = {part: str(st.query_params[part]) for part in PARTS if part in st.query_params}
                query |= {"filter": str(st.session_state.get("filter") or "")}
                SavedViews(shared_service()).save(name or "", query)
                st.rerun()


@st.dialog("Rename the view")
def _rename(view: View) -> None:
    name = st.text_input("Name", view.name, max_chars=LONGEST, key="view-new-name")
    if st.button("Rename", type="primary", key="rename-view"):
        with shown_errors():
            SavedViews(shared_service()).rename(view.name, name or "")
            st.rerun()


def _remove(view: View) -> None:
    with shown_errors():
        offer_undo(
            f"The view {view.name} is removed.", "bookmark_remove", SavedViews(shared_service()).remove(view.name)
        )
        st.rerun()
