"""Wrong labels put right: collected beside the examples, then saved together as a new version."""

from typing import TYPE_CHECKING

import streamlit as st

from core.bootstrap import shared_service
from core.imports import VersionInfo
from pages.components.data_words import many
from pages.components.notices import shown_errors
from pages.components.once import once
from pages.components.starting import one_key

if TYPE_CHECKING:
    from core.shelf import BrowseItem

Corrections = dict[int, str]  # the right label by position
_COLLECTED = "label-corrections"  # by fingerprint


def corrections_of(info: VersionInfo) -> Corrections:
    """Return what was collected for a version so far; what is put in stays."""
    every: dict[str, Corrections] = st.session_state.setdefault(_COLLECTED, {})
    return every.setdefault(info.fingerprint, {})


def right_label(info: VersionInfo, item: "BrowseItem", corrections: Corrections) -> None:
    """Ask for the right label of one example."""
    options = list(dict.fromkeys([*info.labels, item.label, *corrections.values()]))
    now = corrections.get(item.position, item.label)
    chosen = st.selectbox(
        f"Right label of example {item.position + 1}", options, options.index(now),
        key=f"right-{info.fingerprint[:12]}-{item.position}", label_visibility="collapsed", accept_new_options=True,
    )  # fmt: skip
    if chosen and chosen != item.label:
        corrections[item.position] = chosen
    else:
        corrections.pop(item.position, None)


def correction_bar(info: VersionInfo, corrections: Corrections) -> None:
    """Show how many labels were changed, and save them."""
    if not corrections:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="correction-bar"):
        st.markdown(f":material/edit: **{many(len(corrections), 'label')} changed**, not saved yet.", width="stretch")
        clicked = st.button("Save as a new version", key="save-labels", type="primary", icon=":material/check:")
        key = one_key(f"relabel-{info.fingerprint}", clicked)
        if st.button("Forget them", key="forget-labels", icon=":material/close:"):
            _forget(info, corrections)
            st.rerun()
    if clicked:
        with shown_errors():
            shelf = shared_service().shelf
            work = once(key, lambda: shelf.start_relabel(info.name, dict(corrections), info.fingerprint))
            _forget(info, corrections)
            st.query_params.pop("finding", None)
            st.query_params["work"] = work
            st.rerun()


def _forget(info: VersionInfo, corrections: Corrections) -> None:
    for position in corrections:
        st.session_state.pop(f"right-{info.fingerprint[:12]}-{position}", None)
    corrections.clear()
