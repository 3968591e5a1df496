"""A sentence, or many, one a line."""

import streamlit as st

from core.runs import Run
from pages.components.try_it.question import put
from pages.components.try_it.test_example import test_example_button
from pages.components.widgets.dataset_words import many

MOST_LINES = 200
LONGEST = 100_000  # characters


def text_input(run: Run, place: str) -> None:
    """Show the input."""
    key = f"try-text-{place}"
    with st.form(f"ask-{place}", border=False):
        st.text_area("Text", key=key, height=150, max_chars=LONGEST, placeholder="Type or paste what it shall judge.")
        st.checkbox("Every line is a text of its own", key=f"{key}-lines")
        st.form_submit_button(
            "Ask", type="primary", icon=":material/send:", shortcut="Ctrl+Enter", on_click=_ask, args=(place, key)
        )
    test_example_button(run, place, lambda text, truth: _example(place, key, str(text), truth))


def _ask(place: str, key: str) -> None:
    text = st.session_state.get(key, "")
    lines = [line.strip() for line in text.splitlines() if line.strip()] if st.session_state.get(f"{key}-lines") else []
    asked = lines or [text.strip()]
    if len(asked) > MOST_LINES:
        st.toast(f"The first {MOST_LINES} of {many(len(asked), 'line')} were asked.", icon=":material/info:")
        asked = asked[:MOST_LINES]
    if any(asked):
        put(place, "text", list(asked), [{"text": one} for one in asked])
    else:
        st.toast("Type or paste a text first.", icon=":material/edit:")


def _example(place: str, key: str, text: str, truth: str) -> None:
    st.session_state[key], st.session_state[f"{key}-lines"] = text[:LONGEST], False
    put(place, "text", [text], [{"text": text, "truth": truth}], truth)
