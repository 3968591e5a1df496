"""Images by class: from the camera or dropped, counted once on disk.

The camera takes images while a button is held.
"""

from pathlib import Path

import streamlit as st

from core.services.bootstrap import shared_service
from pages.components.widgets.addresses import base_url

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "touchstone_camera",
    css=(_HERE / "camera.css").read_text(),
    js="\n".join(
        (_HERE / name).read_text()
        for name in ("../upload/sending.js", "class_card.js", "camera_device.js", "camera.js")
    ),
)


def camera(key: str, collection_id: str) -> dict[str, int]:
    """Show camera and classes of a collection; return the image counts on disk.

    Args:
        key: Unique on the page.
        collection_id: An id of `service.shelf.collections.new(...)` that the page keeps, in its address, so that a
            reload finds every picture.

    Raises:
        UserError: There is no such collection.
    """
    counts = dict(shared_service().dataset_service.collections.get(collection_id).counts)
    data = {"key": key, "collection": collection_id, "base": base_url(), "counts": counts}
    _component(key=key, data=data, on_counts_change=_rerun)
    return counts


def _rerun() -> None:
    """Rerun the page when the component reports new counts, read from disk."""
