"""Labels that a trained model doubts: looked at one by one; a person changes them or keeps them as they are."""

from collections.abc import Sequence

import streamlit as st

from core.bootstrap import shared_service
from core.doubts import Doubts
from core.imports import DoubtedLabel, VersionInfo
from pages.components.data_words import many, shortened, unit
from pages.components.label_corrections import Corrections, correction_bar, corrections_of
from pages.components.notices import shown_errors
from pages.components.sample_gallery import picture_url
from pages.components.text import plain

PER_PAGE = 6
LONGEST_TEXT = 280  # characters
THUMBNAIL_WIDTH = 84  # pixels
_PICKED = "doubted"  # before the key of a tick box


def doubt_choices(doubts: Doubts, info: VersionInfo, may_change: bool) -> None:
    """Show every doubted label with what the model would say, to change it or to keep it."""
    corrections = corrections_of(info)
    st.page_link(
        "run.py", label=f"The run: {plain(doubts.run.name)}", query_params={"run": doubts.run.id},
        icon=":material/show_chart:",
    )  # fmt: skip
    if doubts.is_older:
        st.caption("It was trained on an earlier version. Train on this one, and other examples are judged.")
    pages = -(-len(doubts.labels) // PER_PAGE)
    shown = st.container(gap="small", key="doubted-labels")
    at = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            at = min(st.pagination(pages, key="doubts-page"), pages)
    with shown:
        for one in doubts.labels[(at - 1) * PER_PAGE : at * PER_PAGE]:
            _doubted(one, info, corrections, may_change)
    if not may_change:
        return
    if st.button(f"Choose all {len(doubts.labels):,}", key="choose-doubted", icon=":material/done_all:"):
        _choose(doubts.labels, info, corrections)
        st.rerun()
    correction_bar(info, corrections)


def _doubted(one: DoubtedLabel, info: VersionInfo, corrections: Corrections, may_change: bool) -> None:
    item = shared_service().shelf.browse(info.name, info.fingerprint, rows=(one.position,), limit=1).items[0]
    with st.container(border=True, gap="xsmall", key=f"doubted-{one.position}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=not item.has_picture):
            if item.has_picture:
                with st.container(width=THUMBNAIL_WIDTH):
                    url = picture_url(info.name, info.fingerprint, one.position)
                    st.image(url, width="stretch", alt=f"Picture {one.position + 1}, {one.given}")
            else:
                st.text(shortened(item.text, LONGEST_TEXT), width="stretch")
            if item.has_picture:
                st.text(item.name, width="stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{plain(one.given)}** :gray[→ the model says] **{plain(one.suggested)}** "
                f":gray[({100 * one.confidence:.0f} % sure)]",
                width="stretch",
            )
            if may_change:
                _decision(one, info, corrections)


def _decision(one: DoubtedLabel, info: VersionInfo, corrections: Corrections) -> None:
    what = f"{unit(info.task, 1)} {one.position + 1}"
    chosen = st.checkbox(
        f"Change to {plain(one.suggested)}", corrections.get(one.position) == one.suggested,
        key=_key(info, one), help=f"Collected until you save, as a new version ({what}).",
    )  # fmt: skip
    if chosen:
        corrections[one.position] = one.suggested
    elif corrections.get(one.position) == one.suggested:
        corrections.pop(one.position)
    if st.button("Keep as it is", key=f"keep-label-{one.position}", help=f"No model's doubt is shown again ({what})."):
        with shown_errors():
            corrections.pop(one.position, None)
            shared_service().shelf.keep_labels(info.name, (one.position,), info.fingerprint)
            st.rerun()


def kept_notice(info: VersionInfo) -> None:
    """Say how many labels were kept against a model's doubt, and offer to see them again."""
    shelf = shared_service().shelf
    if not info.labels or not (kept := shelf.kept_labels(info.name)):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="kept-labels"):
        st.caption(f"{many(kept, 'label')} kept as {'it is' if kept == 1 else 'they are'} against a model's doubt.")
        if st.button("Undo", key="doubt-again", icon=":material/undo:", type="tertiary"):
            with shown_errors():
                shelf.doubt_again(info.name)
                st.rerun()


def _choose(doubted: Sequence[DoubtedLabel], info: VersionInfo, corrections: Corrections) -> None:
    for one in doubted:
        corrections[one.position] = one.suggested
        st.session_state.pop(_key(info, one), None)


def _key(info: VersionInfo, one: DoubtedLabel) -> str:
    return f"{_PICKED}-{info.fingerprint[:12]}-{one.position}"
