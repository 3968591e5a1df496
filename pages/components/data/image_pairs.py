"""Images that are the same, or nearly: each beside its double, with both labels."""

from typing import TYPE_CHECKING

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs.dataset_types import Finding, VersionInfo
from pages.components.data.sample_gallery import image_url
from pages.components.widgets.dataset_words import SPLIT_TITLES, shortened
from pages.components.widgets.text import plain

if TYPE_CHECKING:
    from core.services.dataset_service import BrowseItem

WIDTH = 96  # pixels of one image
CELL_WIDTH = 220  # pixels of a pair


def image_pairs(finding: Finding, info: VersionInfo) -> None:
    """Show the pairs of a finding side by side."""
    wanted = {position for pair in finding.pairs for position in pair}
    found = shared_service().dataset_service.browse(info.name, info.fingerprint, rows=wanted, limit=len(wanted)).items
    items = {item.position: item for item in found}
    with st.container(key=f"pairs-{finding.code}"), st.grid(2, min_column_width=CELL_WIDTH, gap="small"):
        for first, second in finding.pairs:
            if first in items and second in items:
                with st.container(horizontal=True, gap="small", wrap=False, border=True):
                    _image(info, items[first], f"First of a pair, {items[first].label}")
                    _image(info, items[second], f"Its double, {items[second].label}")


def _image(info: VersionInfo, item: "BrowseItem", alt: str) -> None:
    with st.container(gap="xxsmall"):
        st.image(image_url(info.name, info.fingerprint, item.position, 2 * WIDTH), width=WIDTH, alt=alt)
        st.markdown(f":small[**{plain(shortened(item.label, 20))}**]")
        about = [SPLIT_TITLES.get(item.split, item.split), shortened(item.name.rpartition("/")[2], 20)]
        st.caption("  ·  ".join(plain(part) for part in about if part))
