"""Data sets as cards: what each is, how large, since when."""

from collections.abc import Sequence

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import DatasetEntry
from pages.components.widgets.dataset_words import classes, counted, icon, many
from pages.components.widgets.text import ago, plain, size

CARD_WIDTH = 300  # pixels, at least, where there is room for more than one
PER_PAGE = 30


def data_cards(entries: Sequence[DatasetEntry]) -> None:
    """Show data sets, each with a link to all that is known of it."""
    imported = [entry for entry in entries if not entry.built_in]
    built_in = [entry for entry in entries if entry.built_in]
    if imported:
        st.header("Yours", anchor=False)
        pages = -(-len(imported) // PER_PAGE)
        at = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
        _grid(imported[(at - 1) * PER_PAGE : at * PER_PAGE])
    if built_in:
        st.header("Built in", anchor=False)
        _grid(built_in)


def _grid(entries: Sequence[DatasetEntry]) -> None:
    with st.grid(3, min_column_width=CARD_WIDTH, gap="small"):
        for entry in entries:
            _card(entry)


def _card(entry: DatasetEntry) -> None:
    service = shared_service()
    with st.container(border=True, gap="xsmall", key=f"set-{entry.name}", height="stretch"):
        st.page_link("data.py", label=f"**{plain(entry.title)}**", query_params={"set": entry.name})
        task = service.tasks().get(entry.task)
        st.caption(f"{icon(entry.task)} {plain(task.title if task else entry.task)}")
        if entry.built_in:
            st.markdown(f":small[{plain(entry.summary)}]")
            return
        info = service.dataset_service.version(entry.name, entry.fingerprint)
        st.markdown(f"**{counted(info.examples, entry.task)}**")
        facts = [classes(info), size(info.size_bytes), many(entry.version_count, "version")]
        st.caption("  ·  ".join(plain(fact) for fact in facts if fact))
        when = f"Imported {ago(entry.created_at)}" if entry.created_at else ""
        st.caption("  ·  ".join(filter(None, [plain(info.change), when])))
        if entry.deleted_at is not None and st.button(
            "Restore", key=f"restore-{entry.name}", icon=":material/restore_from_trash:"
        ):
            service.dataset_service.restore(entry.name)
            st.rerun()
