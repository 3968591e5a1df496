"""Imports and fixes in progress: their progress, outcome and possible actions."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from core.specs.dataset_types import ImportProgress
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import duration, plain, size

REFRESH_S = 1.0
_SOURCES = "import-sources"  # by import id: the query of the page that it was started from


def address_of(import_id: str, source: Mapping[str, str]) -> dict[str, str]:
    """Return the query of the page that shows an import.

    Where it was started from goes with it, so that it can be tried again with what was entered, also after a reload.

    Args:
        import_id: The import.
        source: The query of the Bring page.
    """
    _sources()[import_id] = dict(source)
    return {"import": import_id, "from": urlencode(source)}


def _sources() -> dict[str, dict[str, str]]:
    sources: dict[str, dict[str, str]] = st.session_state.setdefault(_SOURCES, {})
    if (shown := st.query_params.get("import", "")) and shown not in sources and "from" in st.query_params:
        sources[shown] = dict(parse_qsl(st.query_params["from"]))
    return sources


def import_list() -> None:
    """Show every import that is running or not dismissed, refreshing while one runs."""
    working = _working_ids(shared_service().dataset_service.imports())
    st.fragment(_list, run_every=REFRESH_S if working else None, key="imports")(working)


def _list(were_working: set[str]) -> None:
    with shown_errors():
        found = shared_service().dataset_service.imports()
        if were_working - _working_ids(found):
            st.rerun()
        for progress in found:
            import_card(progress)


def _working_ids(found: Iterable[ImportProgress]) -> set[str]:
    return {progress.id for progress in found if progress.state == "working"}


def watched(import_id: str) -> None:
    """Show one import or fix until it ends, then rerun the page."""
    st.fragment(_watch, run_every=REFRESH_S, key="watched")(import_id)


def _watch(import_id: str) -> None:
    with shown_errors():
        progress = shared_service().dataset_service.import_progress(import_id)
        if progress.state != "working":
            st.rerun()
        import_card(progress)


def finish_import(progress: ImportProgress) -> None:
    """Remove a finished import from the list, and delete its upload."""
    dataset_service = shared_service().dataset_service
    upload = _sources().pop(progress.id, {}).get("upload")
    if upload:
        dataset_service.discard_upload(upload)
    dataset_service.forget_import(progress.id)


def find_import(import_id: str) -> ImportProgress | None:
    """Return the import named by a link; None if it is deleted or unknown."""
    try:
        return shared_service().dataset_service.import_progress(import_id) if import_id else None
    except TouchstoneError:
        return None


def import_card(progress: ImportProgress) -> None:
    """Show one import: its progress, or its end."""
    with st.container(border=True, gap="small", key=f"import-{progress.id}"):
        if progress.state == "working":
            _working(progress)
        elif progress.state == "done":
            _done(progress)
        else:
            _failed(progress)


def _working(progress: ImportProgress) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":blue[:material/progress_activity:] **{plain(progress.title)}**", width="content")
        if st.button("Cancel", key=f"cancel-{progress.id}", icon=":material/close:", help="Nothing of it stays."):
            shared_service().dataset_service.cancel_import(progress.id)
            st.rerun()
    share = min(1.0, progress.done / progress.total) if progress.total else 0.0
    st.progress(share, text=" · ".join(map(plain, in_words(progress))))


def in_words(progress: ImportProgress) -> list[str]:
    """Return the progress of an import: stage, amount done, time left."""
    words = [progress.stage or "Starting"]
    if progress.total:
        if progress.unit == "bytes":
            words.append(f"{size(progress.done)} of {size(progress.total)}")
        else:
            words.append(f"{progress.done:,} of {progress.total:,} {progress.unit}")
    elif progress.done:
        done = size(progress.done) if progress.unit == "bytes" else f"{progress.done:,} {progress.unit}"
        words.append(f"{done} so far")
    if progress.time_left_s is not None:
        words.append(f"about {duration(progress.time_left_s)} left")
    return words


def _done(progress: ImportProgress) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":green[:material/check_circle:] **{plain(progress.title)}** is imported.", width="content")
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            if st.button("See what was found", key=f"see-{progress.id}", icon=":material/arrow_forward:"):
                finish_import(progress)
                st.switch_page("data.py", query_params={"set": progress.dataset})
            _dismiss(progress, "")


def _failed(progress: ImportProgress) -> None:
    if progress.state == "cancelled":
        st.markdown(f":gray[:material/cancel:] **{plain(progress.title)}** was cancelled. Nothing of it stays.")
    else:
        st.markdown(f":red[:material/error:] **{plain(progress.title)}** was not imported.")
        st.markdown(plain(progress.message or "It ended without a word. Try it again."))
    query = _sources().get(progress.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        if query is not None and st.button("Try again", key=f"again-{progress.id}", icon=":material/refresh:"):
            shared_service().dataset_service.forget_import(progress.id)
            st.switch_page("import_data.py", query_params=query)
        if query is None:
            st.page_link("import_data.py", label="Import again", icon=":material/refresh:")
        _dismiss(progress, "Dismiss")


def _dismiss(progress: ImportProgress, label: str) -> None:
    help_ = None if label else "Removes it from this list; the data set stays."
    if st.button(label, key=f"dismiss-{progress.id}", icon=":material/close:", type="tertiary", help=help_):
        shared_service().dataset_service.forget_import(progress.id)
        st.rerun()
