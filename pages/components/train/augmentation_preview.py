"""Preview of augmentation: examples as they are, and as the model sees them."""

import base64
import binascii

import streamlit as st

from core.runs import Preflight, PreflightKind
from core.specs import ModelSpec
from core.specs.config import TrainConfig
from pages.components.train.preflight import ask, ask_in_turn, known, watched
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

KIND: PreflightKind = "augmentation"
_WANTED = "preview-wanted"


def augmentation_preview(model: ModelSpec, config: TrainConfig) -> None:
    """Show changed examples of the chosen data, once somebody has asked for them.

    Args:
        model: The model; one that changes nothing has no preview.
        config: What is about to be trained.
    """
    if not model.augmentations:
        return
    is_on = any(getattr(config, name) for name in model.augmentations)
    if not is_on:
        st.caption("Every change is off: the model sees the examples as they are.")
        return
    with shown_errors():
        preflight = known(KIND, config)
        if preflight is None and not st.session_state.get(_WANTED):
            if st.button("Show what it does to your examples", key="preview-augmentation", icon=":material/preview:"):
                ask(KIND, config)
                st.session_state[_WANTED] = True  # from now on every change is shown by itself
                st.rerun()
            return
        preflight = preflight or ask_in_turn(KIND, config)
        watched(KIND, config, preflight, _show, "Changing a few examples")


def _show(preflight: Preflight) -> None:
    result = preflight.result
    with st.container(key="augmented", gap="small"):
        if result.get("kind") == "texts":
            _texts(result.get("pairs", []))
            return
        try:
            image = base64.b64decode(str(result.get("png", "")), validate=True)
        except binascii.Error:
            image = b""
        if image:
            rows, columns = int(result.get("rows", 1)), int(result.get("columns", 1))
            st.markdown("First row: as they are. Below: as the model may see them.")
            alt = f"{columns} images as they are, and {rows - 1} changed versions of each below."
            st.image(image, width="stretch", alt=alt)


def _texts(pairs: list[list[str]]) -> None:
    for before, after in pairs:
        with st.container(border=True, gap="xxsmall"):
            st.caption("As it is")
            st.text(before)
            st.caption("As the model may see it")
            st.text(after)
    if not pairs:
        st.caption(plain("There is no text to show."))
