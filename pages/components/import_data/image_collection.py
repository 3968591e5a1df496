"""A collection: images from the camera or dropped by class, each kept on disk."""

import streamlit as st

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from pages.components.import_data.camera import camera
from pages.components.widgets.dataset_words import many
from pages.components.widgets.text import ago, plain

LEAST_CLASSES, LEAST_EACH = 2, 10  # below it there is little to learn; the page says so


def images_source() -> None:
    """Name a collection, fill its classes, and go on; what was begun is listed."""
    dataset_service = shared_service().dataset_service
    collection = st.query_params.get("collection", "")
    if collection:
        try:
            found = dataset_service.collections.get(collection)
        except TouchstoneError:
            del st.query_params["collection"]
            st.rerun()
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.header(plain(found.title), anchor=False, width="content")
            if st.button("Another collection", key="other-collection", icon=":material/undo:"):
                del st.query_params["collection"]
                st.rerun()
        counts = camera("camera", collection)
        _go_on(counts)
        return
    _new()
    _begun()


def _go_on(counts: dict[str, int]) -> None:
    filled = {label: count for label, count in counts.items() if count}
    few = [label for label, count in filled.items() if count < LEAST_EACH]
    if len(filled) < LEAST_CLASSES:
        st.caption(f"A model tells things apart, so it needs images of at least {LEAST_CLASSES} classes.")
    elif few:
        st.caption(f"{plain(', '.join(few))}: with at least {LEAST_EACH} images each a model learns more.")
    if st.button(
        "Continue with these", key="collection-ready", type="primary", icon=":material/arrow_forward:",
        disabled=len(filled) < LEAST_CLASSES,
    ):  # fmt: skip
        st.query_params["ready"] = "1"
        st.rerun()


def _new() -> None:
    st.markdown(
        "Name what the images will be about, then take or drop images for each class. Every image is kept at "
        "once, also when this page is closed."
    )
    with st.form("new-collection", border=False):
        title = st.text_input("Title", key="collection-title", placeholder="Ripe or not", max_chars=80)
        if st.form_submit_button("Start", type="primary", icon=":material/photo_camera:"):
            if (title or "").strip():
                dataset_service = shared_service().dataset_service
                st.query_params["collection"] = dataset_service.collections.new((title or "").strip())
                st.rerun()
            st.error("Give it a title first.", icon=":material/error:")


def _begun() -> None:
    dataset_service = shared_service().dataset_service
    begun = dataset_service.collections.list()
    if begun:
        st.header("Started", anchor=False)
    for found in begun:
        with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"collection-{found.id}"):
            images = many(sum(found.counts.values()), "image")
            classes = many(len(found.counts), "class", "classes")
            about = f"{images} in {classes}  ·  {ago(found.created_at)}"
            st.markdown(f"**{plain(found.title)}**  \n:small[:gray[{about}]]", width="stretch")
            if st.button("Continue", key=f"continue-{found.id}", icon=":material/arrow_forward:"):
                st.query_params["collection"] = found.id
                st.rerun()
            if st.button("", key=f"discard-{found.id}", icon=":material/delete:", help="Remove it with its images"):
                dataset_service.collections.discard(found.id)
                st.rerun()
