"""Notes on runs in Markdown, shown with lists, tables and links, sanitised.

The one place where a user's text is rendered. Two fences: markdown-it writes the HTML (tags in the text are escaped,
pictures become links, only http and https links stay), and Streamlit's `st.html` sanitises it once more in the browser.
"""

import re
from functools import cache

import streamlit as st
from markdown_it import MarkdownIt

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_service import LONGEST_NOTE
from pages.components.widgets.notices import shown_errors

_LINK = re.compile(r"https?://[^\s]", re.IGNORECASE)


@cache
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.disable(["image", "html_block", "html_inline"])
    reader.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    return reader


def note_html(note: str) -> str:
    """Return a note as HTML with only text, lists, tables, code and links.

    Links go to http and https only.
    """
    tokens = _markdown().parse(note)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h6"  # a note stands inside a page, whose headings are larger
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("rel", "noopener noreferrer nofollow")
                inner.attrSet("target", "_blank")
    return f'<div class="note">{_markdown().renderer.render(tokens, _markdown().options, {})}</div>'


def show_note(note: str) -> None:
    """Show a note, if there is one."""
    if note:
        with st.container(border=True, key="note"):
            st.html(note_html(note))


@st.dialog("Note", width="medium")
def note_dialog(run: Run) -> None:
    """Ask for a note on the run, and preview it."""
    note = st.text_area(
        "What did you learn from this run?", run.note, max_chars=LONGEST_NOTE, height=160, key=f"note-text-{run.id}",
        help="Markdown works: **bold**, *italic*, lists with - or 1., `code`, tables, [links](https://…).",
    )  # fmt: skip
    if st.button("Save", type="primary", key="keep-note"):
        with shown_errors():
            shared_service().set_note(run.id, note or "")
            st.rerun()
    if note:  # below the button, which must not move away from under a click
        with st.expander("Preview", expanded=True, icon=":material/visibility:"):
            st.html(note_html(note))
