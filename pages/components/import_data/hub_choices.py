"""Well-known data sets of the hub, and any other by its id."""

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import HubSet, ImportOptions
from pages.components.import_data.import_progress import address_of
from pages.components.widgets.dataset_words import icon
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.once import once
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import plain, size

CARD_WIDTH = 330  # pixels


def hub_choices() -> None:
    """Show what can be fetched by name; a click fetches it."""
    st.caption(
        "Public data sets from the Hugging Face hub, to learn with or to compare with. They are downloaded once, so "
        "this needs a network connection."
    )
    wanted = st.query_params.get("hub", "")
    with st.grid(3, min_column_width=CARD_WIDTH):
        for known in sorted(shared_service().dataset_service.hub_sets(), key=lambda known: known.id != wanted):
            _card(known, is_wanted=known.id == wanted)
    st.header("Any other", anchor=False)
    _any_other()


def _card(known: HubSet, is_wanted: bool) -> None:
    tasks = shared_service().tasks()
    with st.container(border=True, gap="xsmall", key=f"hub-{known.id}", height="stretch"):
        st.markdown(f"**{plain(known.title)}**")
        title = tasks[known.task].title if known.task in tasks else known.task
        st.caption(f"{icon(known.task)} {plain(title)}")
        st.markdown(f":small[{plain(known.summary)}]")
        st.caption(
            f"{known.examples:,} examples  ·  about {size(known.size_bytes)} to download  ·  "
            f"licence: {plain(known.licence)}"
        )
        clicked = st.button(
            "Download", key=f"fetch-{known.id}", type="primary" if is_wanted else "secondary",
            icon=":material/download:",
        )  # fmt: skip
        key = one_key(f"hub-{known.id}", clicked)
        if clicked:
            _fetch(known.id, known.config, ImportOptions(task=known.task, title=known.title), key)


def _any_other() -> None:
    tasks = shared_service().tasks()
    with st.form("hub", border=False):
        with st.grid(3, min_column_width=220, vertical_alignment="bottom"):
            hub_id = st.text_input("ID on the hub", key="hub-id", placeholder="owner/name")
            config = st.text_input("Configuration, where it has several", key="hub-config", placeholder="default")
            task = st.selectbox("Task", list(tasks), key="hub-task", format_func=lambda name: tasks[name].title)
        clicked = st.form_submit_button("Download", icon=":material/download:")
    key = one_key("hub-other", clicked)
    if clicked:
        if not (hub_id or "").strip():
            st.error("Write the id first, as it stands in the data set's address on the hub.", icon=":material/error:")
            return
        _fetch((hub_id or "").strip(), (config or "").strip(), ImportOptions(task=task or ""), key)


def _fetch(hub_id: str, config: str, options: ImportOptions, key: str) -> None:
    dataset_service = shared_service().dataset_service
    with shown_errors():
        import_id = once(key, lambda: dataset_service.start_hub_import(hub_id, options, config))
        st.switch_page("data.py", query_params=address_of(import_id, {"how": "hub", "hub": hub_id}))
