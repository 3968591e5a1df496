"""Preformatted text, line by line.

`st.code` would load a highlighter that takes a third of a second to start.
"""

from html import escape

import streamlit as st


def sample_text(text: str) -> None:
    """Show text with its line breaks and spaces, whatever is in it."""
    st.html(f'<pre class="sample-text">{escape(text)}</pre>')
