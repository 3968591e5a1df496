"""Browser of an imported dataset's examples: by class, split, search or finding."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import Finding, VersionInfo
from pages.components.data.label_corrections import Corrections, correction_bar, corrections_of, right_label
from pages.components.data.sample_gallery import sample_gallery
from pages.components.widgets.conversation import conversation
from pages.components.widgets.dataset_words import SPLIT_TITLES, counted, shortened, task_of, unit
from pages.components.widgets.notices import empty_state
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import read_choice, was_changed, write_choice

if TYPE_CHECKING:
    from core.services.dataset_service import BrowseItem

PER_PAGE = 24
ROW_HEIGHT = 34  # pixels
EXCERPT = 600  # characters of a text
TO_PREDICT = "To predict"
_FILTERED, _BROWSED, _PAGE = "browse-filter", "browsed-set", "browse-page"  # in the session


def data_browser(info: VersionInfo, findings: Sequence[Finding]) -> None:
    """Show the examples of a version.

    Args:
        info: The version.
        findings: Of the version: "Show these" leads here.
    """
    if st.session_state.setdefault(_BROWSED, info.name) != info.name:
        for key in ("find", "at"):  # what was sought in another data set is not sought in this one
            st.session_state.pop(key, None)
        st.session_state[_BROWSED] = info.name
    rows = _picked_finding(findings)
    label, split, search = _filters(info)
    fixable = bool(info.labels)
    correcting = fixable and st.toggle(
        "Correct wrong labels", key="correcting", help="Choose the right label beside an example; save them together."
    )
    _first_page_of(f"{info.fingerprint} {label} {split} {search} {len(rows)} {rows[:1]}")
    at = max(1, int(st.session_state.get("at") or 1))
    dataset_service = shared_service().dataset_service
    found = dataset_service.browse(
        info.name, info.fingerprint, label=label, split=split, search=search, rows=rows,
        offset=(at - 1) * PER_PAGE, limit=PER_PAGE,
    )  # fmt: skip
    corrections = corrections_of(info)
    if fixable:
        bar = st.container(key="corrections")
    if not found.total:
        empty_state("filter_alt_off", f"No matching {unit(info.task)}", "Remove a filter, or search for other words.")
    else:
        st.caption(_how_many(found.total, info))
        _items(info, found.items, corrections if correcting else None)
    pages = -(-found.total // PER_PAGE)
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(pages, key="at")
    _write_page(at if pages > 1 else 1)
    if fixable:
        with bar:
            correction_bar(info, corrections)


def _picked_finding(findings: Sequence[Finding]) -> tuple[int, ...]:
    """Return the rows of the finding in the URL, and offer to show all."""
    code = st.query_params.get("finding", "")
    picked = next((finding for finding in findings if finding.code == code and finding.rows), None)
    if picked is None:
        return ()
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="only-finding"):
        st.markdown(f":material/filter_alt: Only these: {plain(picked.message)}", width="stretch")
        if st.button("Show all", key="show-all", icon=":material/close:"):
            del st.query_params["finding"]
            st.rerun()
    return picked.rows


def _filters(info: VersionInfo) -> tuple[str, str, str]:
    """Ask which examples; all of it is in the URL."""
    with st.grid(3, min_column_width=180):
        # Not bound by Streamlit: what the other choices write into the address would take a bound one out again.
        if was_changed("find"):
            st.session_state["find"] = st.query_params.get("find", "")
        search = st.text_input("Search", key="find", type="search", placeholder="Words in it, or its name", live=True)
        write_choice("find", "")
        labels = list(info.class_counts) if info.labels else []
        label = None
        if labels:
            read_choice("label", labels, None)
            label = st.selectbox(
                "Class", labels, None, key="label", placeholder="Any",
                format_func=distinct(labels, lambda name: f"{shortened(name, 60)} ({info.class_counts[name]:,})"),
            )  # fmt: skip
            write_choice("label", None)
        split = None
        task = task_of(info.task)
        if task is None or not task.split_unit:  # long texts are divided within, by their characters
            splits = [name for name in SPLIT_TITLES if info.split_sizes.get(name)]
            read_choice("split", splits, None)
            split = st.selectbox(
                "Split",
                splits,
                None,
                key="split",
                placeholder="Any",
                format_func=lambda name: f"{SPLIT_TITLES[name]} ({info.split_sizes[name]:,})",
            )
            write_choice("split", None)
    return label or "", split or "", search or ""


def _first_page_of(wanted: str) -> None:
    """Begin at the first page where other examples are wanted than a moment ago."""
    before = st.session_state.get(_FILTERED)
    if before is not None and before != wanted:
        st.session_state["at"] = 1
    elif "at" not in st.session_state or st.query_params.get("at") != st.session_state.get(_PAGE):
        asked = st.query_params.get("at", "")
        st.session_state["at"] = int(asked) if asked.isdecimal() else 1
    st.session_state[_FILTERED] = wanted


def _write_page(at: int) -> None:
    """Write the page into the URL, or remove it for the first page."""
    st.session_state[_PAGE] = str(at) if at > 1 else None
    if at > 1:
        st.query_params["at"] = str(at)
    else:
        st.query_params.pop("at", None)


def _how_many(total: int, info: VersionInfo) -> str:
    if total == info.examples:
        return f"All {counted(total, info.task)}."
    return f"{total:,} of {counted(info.examples, info.task)}."


def _items(info: VersionInfo, items: "Sequence[BrowseItem]", corrections: Corrections | None) -> None:
    if any(item.has_image for item in items):
        sample_gallery(info, items, corrections)
    elif any(item.values for item in items):
        _table(info, items)
    else:
        _texts(info, items, corrections)


def _table(info: VersionInfo, items: "Sequence[BrowseItem]") -> None:
    target = shared_service().dataset_service.facts(info.name, info.fingerprint).get("target")
    predicted = f"{target} (to predict)" if target else TO_PREDICT
    rows = [
        {
            "Row": item.position + 1,
            **{_heading(name, predicted): value for name, value in item.values.items()},
            "Split": SPLIT_TITLES.get(item.split, item.split),
        }
        for item in items
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=ROW_HEIGHT, height="content", key="rows",
        alt="Rows of the table", column_config={"Row": st.column_config.NumberColumn(pinned=True, width=70)},
    )  # fmt: skip


def _heading(name: str, predicted: str) -> str:
    """Return the heading of a column, renaming a user's "Row" or "Split".

    These are the page's own columns.
    """
    if name == "target":
        return predicted
    return f"{name} (yours)" if name in ("Row", "Split") else name


def _texts(info: VersionInfo, items: "Sequence[BrowseItem]", corrections: Corrections | None) -> None:
    for item in items:
        with st.container(border=True, gap="xsmall", key=f"text-{item.position}"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                if corrections is not None:
                    right_label(info, item, corrections)
                elif item.label:
                    st.badge(plain(item.label), color="gray")
                about = [
                    item.name,
                    SPLIT_TITLES.get(item.split, item.split),
                    f"{unit(info.task, 1)} {item.position + 1:,}",
                ]
                st.caption("  ·  ".join(plain(part) for part in about if part))
            if item.turns:
                conversation(item.turns, f"turns-{item.position}")
                continue
            if len(item.text) <= EXCERPT:
                st.text(item.text)
                continue
            st.text(item.text[:EXCERPT].rstrip() + " …")
            with st.expander("Read on"):
                st.text(item.text)
