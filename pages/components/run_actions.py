"""What can be done with a run from any page: rename, note, trash, and back."""

import streamlit as st

from core.bootstrap import shared_service
from core.runs import Run
from pages.components.notices import shown_errors
from pages.components.text import plain

_UNDO = "moved-to-trash"


@st.dialog("Rename")
def rename_dialog(run: Run) -> None:
    """Ask for another name."""
    with st.form("rename", border=False):
        name = st.text_input("Name", run.name, max_chars=80)
        if st.form_submit_button("Rename", type="primary"):
            with shown_errors():
                shared_service().rename(run.id, name or "")
                st.rerun()


@st.dialog("Note")
def note_dialog(run: Run) -> None:
    """Ask for a thought to keep with the run."""
    with st.form("note", border=False):
        note = st.text_area("What did you learn from this run?", run.note, max_chars=2000, height=160)
        if st.form_submit_button("Keep", type="primary"):
            with shown_errors():
                shared_service().set_note(run.id, note or "")
                st.rerun()


def run_actions(run: Run) -> None:
    """Show the buttons for one run."""
    if st.button("Rename", key="rename-run", icon=":material/edit:"):
        rename_dialog(run)
    if st.button("Note", key="note-run", icon=":material/sticky_note_2:"):
        note_dialog(run)
    if run.deleted_at:
        if st.button("Restore", key="restore-run", icon=":material/restore_from_trash:"):
            shared_service().restore(run.id)
            st.rerun()
    elif st.button(
        "Move to trash",
        key="trash-run",
        icon=":material/delete:",
        disabled=run.status.is_active,
        help="Stop it first." if run.status.is_active else None,
    ):
        shared_service().delete(run.id)
        st.session_state[_UNDO] = (run.id, run.name)
        st.rerun()


def undo_notice() -> None:
    """Offer to take back the last move to the trash, until something else is done."""
    run_id, name = st.session_state.get(_UNDO, ("", ""))
    if not run_id:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo"):
        st.markdown(f":material/delete: {plain(name)} is in the trash.", width="stretch")
        if st.button("Undo", key="undo-trash", icon=":material/undo:"):
            shared_service().restore(run_id)
            del st.session_state[_UNDO]
            st.rerun()
        if st.button("", key="dismiss-undo", icon=":material/close:", help="Dismiss", type="tertiary"):
            del st.session_state[_UNDO]
            st.rerun()
