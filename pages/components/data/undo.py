"""Undo of the latest change to a dataset, until another change."""

from dataclasses import dataclass

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import VersionInfo
from pages.components.widgets.dataset_words import counted
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

_UNDO = "data-undo"


@dataclass(frozen=True)
class _Done:
    text: str
    name: str
    fingerprint: str  # of the version to go back to; empty brings the data set back from the trash


def offer_restore(name: str, title: str) -> None:
    """Show that a dataset is in the trash, and offer to restore it."""
    st.session_state[_UNDO] = _Done(f"{title} is in the trash.", name, "")


def offer_version(old: VersionInfo, new: VersionInfo) -> None:
    """Say what a new version changed, and offer the old one."""
    gone = old.examples - new.examples
    what = f" {counted(abs(gone), new.task)} {'fewer' if gone > 0 else 'more'}." if gone else ""
    st.session_state[_UNDO] = _Done(
        f"{new.change}.{what} The version before is still there.", new.name, old.fingerprint
    )


def undo_notice() -> None:
    """Show what was done last, with a button that takes it back."""
    done: _Done | None = st.session_state.get(_UNDO)
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo"):
        sign = "history" if done.fingerprint else "delete"
        st.markdown(f":material/{sign}: {plain(done.text)}", width="stretch")
        if st.button("Undo", key="undo-data", icon=":material/undo:"):
            with shown_errors():
                _take_back(done)
        if st.button("", key="dismiss-data-undo", icon=":material/close:", help="Dismiss", type="tertiary"):
            forget_undo()
            st.rerun()


def forget_undo() -> None:
    """Something else was done."""
    st.session_state.pop(_UNDO, None)


def _take_back(done: _Done) -> None:
    dataset_service = shared_service().dataset_service
    if done.fingerprint:
        dataset_service.use_version(done.name, done.fingerprint)
    else:
        dataset_service.restore(done.name)
    forget_undo()
    st.query_params.pop("version", None)
    st.toast("Undone.", icon=":material/undo:")
    st.rerun()
