"""Undo of the latest change to runs or views, until another change."""

from dataclasses import dataclass

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.run_search.run_tags import Change, RunTags
from core.services.run_search.saved_views import SavedViews, View
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

_UNDO = "undo-of-runs"


@dataclass(frozen=True)
class _Done:
    sentence: str
    icon: str
    back: Change | View  # columns of runs as they were; a view that was removed


def offer_undo(sentence: str, icon: str, back: Change | View) -> None:
    """Show at the next rerun what was done, and offer to undo it.

    Args:
        sentence: What was done; other people's words in it are shown as they are.
        icon: The name of a Material symbol.
        back: What to go back to.
    """
    st.session_state[_UNDO] = _Done(sentence, icon, back)


def undo_notice() -> None:
    """Offer to take back what was done last."""
    done: _Done | None = st.session_state.get(_UNDO)
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo"):
        st.markdown(f":material/{done.icon}: {plain(done.sentence)}", width="stretch")
        if st.button("Undo", key="undo-last", icon=":material/undo:"):
            with shown_errors():
                _take_back(done.back)
                del st.session_state[_UNDO]
                st.rerun()
        if st.button("", key="dismiss-undo", icon=":material/close:", help="Dismiss", type="tertiary"):
            del st.session_state[_UNDO]
            st.rerun()


def _take_back(back: Change | View) -> None:
    service = shared_service()
    if isinstance(back, View):
        SavedViews(service).save(back.name, back.query)
    else:
        RunTags(service).take_back(back)
