"""Drop zone: files and folders stream to disk, bypassing Streamlit's in-memory uploader."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components.widgets.addresses import base_url

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "touchstone_uploader",
    css=(_HERE / "uploader.css").read_text(),
    js="\n".join((_HERE / name).read_text() for name in ("sending.js", "sending_files.js", "uploader.js")),
)


@dataclass(frozen=True)
class Uploaded:
    """Everything that was chosen has arrived in the upload's folder."""

    upload: str
    files: int
    bytes: int


def uploader(key: str, upload_id: str, accept: str = "", folders: bool = True, hint: str = "") -> Uploaded | None:
    """Show a drop zone; return the complete upload, or None while files are missing.

    Args:
        key: Unique on the page.
        upload_id: Where to: an id of `service.shelf.new_upload()` that the page keeps (in its address, so that a reload
            finds what has arrived). Another id starts anew.
        accept: What the file dialog offers, as in HTML: ".csv,.zip". Everything may be dropped.
        folders: Offer whole folders too.
        hint: A line below the buttons: what may be dropped here.
    """
    data = {
        "key": key,
        "upload": upload_id,
        "base": base_url(),
        "accept": accept,
        "folders": folders,
        "hint": hint,
        "label": "Files to upload",
        "uploaded": _told(key),
    }
    _component(key=key, data=data, on_uploaded_change=_rerun)
    found = _told(key)
    if not isinstance(found, Mapping) or found.get("upload") != upload_id:
        return None
    return Uploaded(upload_id, int(found.get("files", 0)), int(found.get("bytes", 0)))


def _told(key: str) -> Any:
    """Return what the component said last."""
    return st.session_state.get(key, {}).get("uploaded")


def _rerun() -> None:
    """The change itself reruns the page; nothing else is to be done."""
