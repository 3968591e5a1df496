"""Label corrections, collected beside the examples and saved together as a new version.

What was collected is the truth; a widget is told what it shows before it is drawn, and tells in its callback what a
person chose. A widget that is drawn never changes what was collected by itself.
"""

from typing import TYPE_CHECKING

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import VersionInfo
from pages.components.widgets.dataset_words import many
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.once import once
from pages.components.widgets.starting import one_key

if TYPE_CHECKING:
    from core.services.dataset_service import BrowseItem

Corrections = dict[int, str]  # the right label by position
_COLLECTED = "label-corrections"  # by fingerprint


def corrections_of(info: VersionInfo) -> Corrections:
    """Return what was collected for a version so far; what is put in stays."""
    every: dict[str, Corrections] = st.session_state.setdefault(_COLLECTED, {})
    return every.setdefault(info.fingerprint, {})


def show_as(key: str, value: object) -> None:
    """Set the value of a widget drawn later, overriding the browser's state."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def right_label(info: VersionInfo, item: "BrowseItem", corrections: Corrections) -> None:
    """Ask for the right label of one example."""
    options = list(dict.fromkeys([*info.labels, item.label, *corrections.values()]))
    key = f"right-{info.fingerprint[:12]}-{item.position}"
    show_as(key, corrections.get(item.position, item.label))
    st.selectbox(
        f"Right label of example {item.position + 1}", options, key=key, label_visibility="collapsed",
        accept_new_options=True, on_change=_collect, args=(key, item.position, item.label, corrections),
    )  # fmt: skip


def _collect(key: str, position: int, given: str, corrections: Corrections) -> None:
    if (chosen := st.session_state.get(key)) is None:
        return  # the page was turned a moment before: this field has gone, and says nothing of what was collected
    if chosen and chosen != given:
        corrections[position] = chosen
    else:
        corrections.pop(position, None)


def correction_bar(info: VersionInfo, corrections: Corrections) -> None:
    """Show how many labels were changed, and save them."""
    if not corrections:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="correction-bar"):
        st.markdown(f":material/edit: **{many(len(corrections), 'label')} changed**, not saved yet.", width="stretch")
        clicked = st.button("Save as a new version", key="save-labels", type="primary", icon=":material/check:")
        key = one_key(f"relabel-{info.fingerprint}", clicked)
        st.button("Discard", key="forget-labels", icon=":material/close:", on_click=corrections.clear)
    if clicked:
        with shown_errors():
            dataset_service = shared_service().dataset_service
            work = once(key, lambda: dataset_service.start_relabel(info.name, dict(corrections), info.fingerprint))
            corrections.clear()
            st.query_params.pop("finding", None)
            st.query_params["work"] = work
            st.rerun()
