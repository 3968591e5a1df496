"""The demo to take along: its size, or why there is none."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.demos.demos import Demos
from core.services.demos.take_along import can_take_along, make_take_along
from pages.components.widgets.notices import shown_errors


def offline_page(run: Run) -> None:
    """Offer the page that answers in a browser without a network."""
    found = can_take_along(shared_service(), run.id)
    if found.reason:
        st.caption(f"This run cannot be taken along. {found.reason}")
        return
    st.caption(
        "The same demo as a folder: opened in a browser it answers by itself, without a network and without Python. "
        f"{found.size_in_words}"
    )
    key = f"offline-{run.id}"
    if st.button("Prepare the folder", icon=":material/folder_zip:", key="offline-make"):
        with shown_errors(), st.spinner("Exporting the model ..."):
            words, asked = Demos(shared_service()).shown(run.id)
            st.session_state[key] = make_take_along(shared_service(), run.id, words, asked)
    if key in st.session_state:
        st.download_button(
            "Download the folder (ZIP)", st.session_state[key], f"demo-{run.id}.zip", "application/zip",
            icon=":material/download:", key="offline-download", on_click="ignore",
        )  # fmt: skip
