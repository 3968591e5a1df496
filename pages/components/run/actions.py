"""Actions on a run from any page: rename, note, tags, star, archive, trash, restore.

A run can also be made the baseline.
"""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_search.run_tags import RunTags
from pages.components.run.labels import tags_dialog
from pages.components.widgets.note import note_dialog
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.undo import offer_undo


@st.dialog("Rename")
def rename_dialog(run: Run) -> None:
    """Ask for another name."""
    with st.form("rename", border=False):
        name = st.text_input("Name", run.name, max_chars=80)
        if st.form_submit_button("Rename", type="primary"):
            with shown_errors():
                shared_service().rename(run.id, name or "")
                st.rerun()


def run_actions(run: Run) -> None:
    """Show the buttons for one run."""
    if st.button("Rename", key="rename-run", icon=":material/edit:"):
        rename_dialog(run)
    if st.button("Note", key="note-run", icon=":material/sticky_note_2:"):
        note_dialog(run)
    if st.button("Tags", key="tags-run", icon=":material/label:"):
        tags_dialog(run)
    word = "Unstar" if run.starred else "Star"
    if st.button(word, key="star-run", icon=":material/star:"):
        RunTags(shared_service()).star([run.id], not run.starred)
        st.rerun()
    _baseline(run)
    _put_away(run)


def _baseline(run: Run) -> None:
    if not run.is_own or not run.test or run.deleted_at:
        return
    run_tags = RunTags(shared_service())
    is_baseline = run_tags.baselines().get(run.task) == run.id
    label = "No longer the baseline" if is_baseline else "Make it the baseline"
    help = "The other runs of its task are measured against it."
    if st.button(label, key="baseline-run", icon=":material/flag:", help=help):
        with shown_errors():
            if is_baseline:
                run_tags.forget_baseline(run.task)
            else:
                run_tags.set_baseline(run.id)
            st.rerun()


def _put_away(run: Run) -> None:
    run_tags = RunTags(shared_service())
    if run.deleted_at:
        if st.button("Restore", key="restore-run", icon=":material/restore_from_trash:"):
            run_tags.restore([run.id])
            st.rerun()
        return
    waits, why = run.status.is_active, "Stop it first." if run.status.is_active else None
    if run.archived_at:
        if st.button("Unarchive", key="archive-run", icon=":material/unarchive:"):
            offer_undo(f"{run.name} is in the list again.", "unarchive", run_tags.archive([run.id], on=False))
            st.rerun()
    elif st.button("Archive", key="archive-run", icon=":material/archive:", disabled=waits, help=why):
        offer_undo(f"{run.name} is archived.", "archive", run_tags.archive([run.id]))
        st.rerun()
    if st.button("Move to trash", key="trash-run", icon=":material/delete:", disabled=waits, help=why):
        with shown_errors():
            change = run_tags.trash([run.id])
            if not change:
                shared_service().delete(run.id)  # says why it cannot be
            offer_undo(f"{run.name} is in the trash.", "delete", change)
            st.rerun()
