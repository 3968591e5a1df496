"""Sources of runs to import: uploaded files or a folder, or a local path."""

from pathlib import Path

import streamlit as st

from core.errors import TouchstoneError
from core.exchange.formats import importers
from core.services.bootstrap import shared_service
from pages.components.upload.uploader import uploader
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import read_choice, write_choice
from pages.components.widgets.visitor import is_local

HOWS = {"files": ":material/upload_file: Files or a folder", "path": ":material/folder_open: A path on this machine"}


def runs_source() -> Path | None:
    """Ask where the runs are; return it once it is there."""
    hows = [how for how in HOWS if how == "files" or is_local()]
    if len(hows) > 1:
        read_choice("how", hows, hows[0])
        st.segmented_control(
            "Where are they?", hows, key="how", required=True, wrap=True, format_func=lambda how: HOWS[how]
        )
        write_choice("how", hows[0])
    found = None
    with shown_errors():
        found = _path() if st.session_state.get("how") == "path" and is_local() else _files()
    with st.expander("What Touchstone can read", icon=":material/help:"):
        for importer in importers().values():
            st.markdown(f"**{plain(importer.title)}**: {plain(importer.takes)}")
        st.caption("Nothing is changed where it lies, and importing the same runs again updates them.")
    return found


def _files() -> Path | None:
    dataset_service = shared_service().dataset_service
    upload = st.query_params.get("upload", "")
    try:
        dataset_service.upload_folder(upload)
    except TouchstoneError:  # none yet, or a link of long ago
        upload = st.query_params["upload"] = dataset_service.new_upload()
    # The dialog offers every file: the names of event files end in anything.
    hint = "A log folder of TensorBoard, mlruns, mlflow.db, wandb, a ZIP of one of these, or a CSV table."
    if uploader("drop-runs", upload, hint=hint) is None:
        return None
    return dataset_service.uploaded(upload)


def _path() -> Path | None:
    with st.form("runs-path", border=False):
        typed = st.text_input(
            "File or folder on this machine", key="typed-runs-path", placeholder="/home/you/project/mlruns"
        )
        st.caption("It stays as it is.")
        if st.form_submit_button("Preview", type="primary", icon=":material/search:"):
            if path := str(typed or "").strip().strip("\"'"):
                return Path(path).expanduser()
            st.error("Type where the file or folder is first.", icon=":material/error:")
    return None
