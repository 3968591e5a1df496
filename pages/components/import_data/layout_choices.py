"""Reading of an image source: layout, background of transparent images, given splits."""

import streamlit as st

from core.specs.dataset_types import SourcePreview
from pages.components.import_data.import_form import decide, field_key

GROUNDS = {"white": "White", "black": "Black", "grey": "Grey"}
GROUPS = {"": "None: only copies stay together", "folder": "Images of one folder stay together"}


def layout_choices(preview: SourcePreview) -> None:
    """Ask how to read images, for the case of a wrong guess."""
    options = preview.options
    with st.expander("How it is read", key="reading", icon=":material/tune:"), st.grid(3, min_column_width=200):
        if options.layout in preview.layouts:
            st.selectbox(
                "Layout", list(preview.layouts), key=field_key("layout"), on_change=decide, args=("layout",),
                format_func=lambda name: preview.layouts.get(name, name), help="Where it stands what an image shows.",
            )  # fmt: skip
        if options.ground:
            st.selectbox(
                "Background of transparent images", list(GROUNDS), key=field_key("ground"), on_change=decide,
                args=("ground",), format_func=lambda name: GROUNDS.get(name, name),
            )  # fmt: skip
        st.selectbox(
            "Groups", list(GROUPS), key=field_key("group_column"), on_change=decide, args=("group_column",),
            format_func=lambda name: GROUPS.get(name, name),
            help="Where images of one folder are alike (a session, a patient, a day), all of them are on one side, "
            "so that the test says how the model does on new ones.",
        )  # fmt: skip
        st.toggle(
            "Split again", key=field_key("divide_anew"), on_change=decide, args=("divide_anew",),
            help="Draw training, validation and test anew, whatever the source says.",
        )  # fmt: skip
