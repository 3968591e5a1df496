"""The verdict in three sentences; behind each, the numbers that it stands on."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.components.widgets.text import plain


def verdict_sentences(sentences: Sequence[Mapping[str, Any]]) -> None:
    """Show the sentences of a verdict card, each with a reference to its numbers.

    Args:
        sentences: From `core.evaluation.verdict_card.sentences_of`.
    """
    for place, sentence in enumerate(sentences, 1):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
            st.markdown(plain(str(sentence["text"])), width="stretch")
            with st.popover(f"[{place}]", type="tertiary", key=f"numbers-{sentence['topic']}", help="Its numbers"):
                _numbers(sentence["numbers"])


def _numbers(numbers: Sequence[Mapping[str, Any]]) -> None:
    for number in numbers:
        st.markdown(f"{plain(str(number['name']))}: **{plain(str(number['value']))}**")
        st.caption(plain(str(number["how"])))
