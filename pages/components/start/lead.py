"""The lead of Start: what one gets, and one place for data."""

import streamlit as st

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from pages.components.import_data.source_choice import ACCEPT
from pages.components.upload.uploader import uploader

WAYS = {
    "Paste a table": ("paste", ":material/content_paste:"),
    "Use a camera": ("pictures", ":material/photo_camera:"),
    "Choose a well-known set": ("hub", ":material/public:"),
}
_UPLOAD = "start-upload"


def lead() -> None:
    """Say what one gets; take data and lead on to its preview."""
    said, data = st.columns([1, 1], gap="large", vertical_alignment="center")
    with said, st.container(key="lead", gap="small"):
        st.title("Know in minutes whether AI works on your data", anchor=False)
        st.markdown(
            "Drop your data and say how good it must be. You get a trained model, how often it is right on examples "
            "that it has never seen, and what to do next."
        )
        st.markdown(":material/lock: **Private:** nothing leaves this machine.")
    with data, st.container(key="your-data", gap="xsmall"):
        upload = _upload()
        if uploader("start-drop", upload, ACCEPT, folders=True, hint="A CSV, an Excel file, a ZIP of images, texts."):
            st.session_state.pop(_UPLOAD)
            st.switch_page("import_data.py", query_params={"upload": upload, "ready": "1"})
        with st.container(horizontal=True, horizontal_alignment="center", gap="small"):
            for label, (how, icon) in WAYS.items():
                st.page_link("import_data.py", label=label, icon=icon, query_params={"how": how})


def _upload() -> str:
    """Return the id of this visitor's upload; another one after an import."""
    datasets = shared_service().dataset_service
    try:
        datasets.upload_folder(st.session_state[_UPLOAD])
    except (KeyError, TouchstoneError):
        st.session_state[_UPLOAD] = datasets.new_upload()
    return str(st.session_state[_UPLOAD])
