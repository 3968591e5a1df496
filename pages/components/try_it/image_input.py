"""An image: drawn, from the camera, chosen, dropped or pasted."""

from pathlib import Path

import streamlit as st

from core.errors import TouchstoneError
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.tried_inputs import TriedInputs
from pages.components.try_it.question import Question, put
from pages.components.try_it.test_example import test_example_button
from pages.components.widgets.addresses import base_url

_HERE = Path(__file__).parent
SHOWN = 96  # pixels
_component = st.components.v2.component(
    "touchstone_image_input",
    css=(_HERE / "image_input.css").read_text(),
    js="\n".join(
        (_HERE / name).read_text() for name in ("../charts/mounting.js", "../upload/sending.js", "image_input.js")
    ),
)


def image_input(run: Run, place: str) -> None:
    """Show the input."""
    key = f"image-input-{place}"
    found = _component(key=key, data={"base": base_url()}, on_given_change=_nothing)
    given = found.get("given")
    if given and st.session_state.get(f"{key}-last") != given:
        st.session_state[f"{key}-last"] = given
        _asked(place, str(given).partition(":")[0])
    test_example_button(run, place, lambda content, truth: _example(place, content, truth))


def _nothing() -> None:
    """Let the page run again with what was given."""


def _asked(place: str, image: str) -> None:
    try:
        content = TriedInputs(shared_service()).image(image)
    except TouchstoneError as error:
        st.toast(str(error), icon=":material/error:")
        return
    put(place, "image", [content], [{"image": image}])


def _example(place: str, content: bytes, truth: str) -> None:
    image = TriedInputs(shared_service()).keep_image(content)
    put(place, "image", [content], [{"image": image, "truth": truth}], truth)


def asked_image(question: Question) -> None:
    """Show the image that was asked."""
    with st.container(key="pictures-asked"):
        try:
            st.image(thumbnail(str(question.contents[0]["image"])), width=SHOWN, alt="The image that was asked")
        except TouchstoneError:  # the answers say what is wrong with it
            st.caption("No preview.")


@st.cache_data(max_entries=256, show_spinner=False)
def thumbnail(image: str) -> bytes:
    """Return a small copy of a kept image."""
    return TriedInputs(shared_service()).thumbnail(image)
