"""A data set's versions, newest first; any can be used again."""

from collections.abc import Sequence

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs.dataset_types import VersionInfo
from pages.components.data.actions import runs_of
from pages.components.data.undo import forget_undo
from pages.components.widgets.dataset_words import classes, counted, many, parts
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import ago, plain, size

SHORT = 12  # digits of a fingerprint that people compare


def version_list(versions: Sequence[VersionInfo], head: str, shown: str) -> None:
    """Show every version: what made it, when, how large, which runs use it.

    Args:
        versions: The newest first.
        head: Fingerprint of the version in use.
        shown: Fingerprint of the version that the page is about.
    """
    st.caption("A version never changes. A fix or a correction makes a new one; going back is one click.")
    numbers = {info.fingerprint: place for place, info in enumerate(reversed(versions), 1)}
    runs = shared_service().runs_using(versions[0].name)
    for info in versions:
        _version(info, numbers, head, shown, [run for run in runs if run.config.dataset_version == info.fingerprint])


def _version(info: VersionInfo, numbers: dict[str, int], head: str, shown: str, used: Sequence[Run]) -> None:
    service = shared_service()
    number = numbers[info.fingerprint]
    with st.container(border=True, gap="xsmall", key=f"version-{number}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{number}\\. {plain(info.change)}**", width="content")
            if info.fingerprint == head:
                st.badge("In use", icon=":material/check_circle:", color="green")
        facts = [counted(info.examples, info.task), classes(info), size(info.size_bytes), ago(info.created_at)]
        if info.parent in numbers:
            facts.append(f"from version {numbers[info.parent]}")
        st.caption("  ·  ".join(plain(fact) for fact in facts if fact))
        st.caption(f"{parts(info)}  ·  fingerprint {info.fingerprint[:SHORT]}")
        if used:
            st.caption(f"Used by {many(len(used), 'run')}:")
            runs_of(used, head_only=True)
        with st.container(horizontal=True, vertical_alignment="center"):
            if info.fingerprint != head and st.button(
                "Use this version", key=f"use-{number}", icon=":material/history:"
            ):
                with shown_errors():
                    service.dataset_service.use_version(info.name, info.fingerprint)
                    forget_undo()
                    st.query_params.pop("version", None)
                    st.toast(f"Version {number} is in use.", icon=":material/check_circle:")
                    st.rerun()
            if info.fingerprint != shown:
                query = {"set": info.name, "part": "versions"}
                if info.fingerprint != head:
                    query["version"] = info.fingerprint
                st.page_link("data.py", label="Preview", query_params=query, icon=":material/visibility:")
