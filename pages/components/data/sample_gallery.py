"""Images of an imported dataset side by side, each fetched by the browser."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import streamlit as st

from core.specs.dataset_types import VersionInfo
from pages.components.data.label_corrections import Corrections, right_label
from pages.components.widgets.addresses import base_url
from pages.components.widgets.dataset_words import SPLIT_TITLES, shortened
from pages.components.widgets.text import plain

if TYPE_CHECKING:
    from core.services.dataset_service import BrowseItem

THUMBNAIL = 160  # pixels of the longer side
CELL_WIDTH = 130  # pixels


def image_url(name: str, fingerprint: str, position: int, size: int = THUMBNAIL) -> str:
    """Return where the browser finds a small copy of a picture."""
    here = urlsplit(st.context.url or "http://localhost")
    place = f"{quote(name, safe='')}/{quote(fingerprint, safe='')}/{position}"
    return f"{here.scheme}://{here.netloc}{base_url()}/api/pictures/{place}?size={size}"


def sample_gallery(info: VersionInfo, items: "Sequence[BrowseItem]", corrections: Corrections | None) -> None:
    """Show pictures with their labels.

    Args:
        info: Their version.
        items: The pictures.
        corrections: Where right labels are collected; None only shows.
    """
    with st.container(key="gallery"), st.grid(8, min_column_width=CELL_WIDTH, gap="small"):
        for item in items:
            with st.container(gap="xxsmall", key=f"picture-{item.position}"):
                alt = f"Image {item.position + 1}, {item.label}"
                st.image(image_url(info.name, info.fingerprint, item.position), width="stretch", alt=alt)
                if corrections is not None:
                    right_label(info, item, corrections)
                else:
                    st.markdown(f":small[**{plain(shortened(item.label, 24))}**]")
                about = [SPLIT_TITLES.get(item.split, item.split), shortened(item.name.rpartition("/")[2], 22)]
                st.caption("  ·  ".join(plain(part) for part in about if part))
