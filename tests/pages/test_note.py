"""Notes in Markdown: what is shown, and what never gets through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.widgets.note import note_html

TAGS = [
    "div",
    "p",
    "h6",
    "em",
    "strong",
    "s",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "hr",
    "br",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
]


def test_markdown_is_shown() -> None:
    assert note_html("# Learnt\n\n**a** and *b*\n\n- one\n- `two`") == (
        '<div class="note"><h6>Learnt</h6>\n<p><strong>a</strong> and <em>b</em></p>\n'
        "<ul>\n<li>one</li>\n<li><code>two</code></li>\n</ul>\n</div>"
    )


def test_a_link_to_the_web_is_a_link() -> None:
    assert note_html("[paper](https://arxiv.org)") == (
        '<div class="note"><p><a href="https://arxiv.org" rel="noopener noreferrer nofollow" target="_blank">'
        "paper</a></p>\n</div>"
    )


@pytest.mark.parametrize(
    "note",
    [
        "[x](javascript:alert(1))",
        "[x](JAVASCRIPT:alert(1))",
        "[x](data:text/html,hi)",
        "[x](&#106;avascript:alert(1))",
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
        "[x](//elsewhere.example)",
        "[x](file:///etc/passwd)",
    ],
)
def test_no_other_link_is_one(note: str) -> None:
    assert "<a" not in note_html(note)


def test_a_picture_is_a_link_and_is_not_loaded() -> None:
    shown = note_html("![cat](https://example.com/cat.png)")
    assert "<img" not in shown
    assert ">cat</a>" in shown


@given(st.text(alphabet=st.one_of(st.sampled_from(list("<>&\"'[]()!`*_#-|\n \\:/")), st.characters()), max_size=200))
def test_whatever_is_written_no_other_tag_comes_out(note: str) -> None:
    for tag in re.findall(r"</?([a-zA-Z0-9]+)", note_html(note)):
        assert tag in TAGS


@pytest.mark.parametrize("note", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<style>*{}</style>"])
def test_html_is_shown_as_it_was_written(note: str) -> None:
    assert note_html(note) == f'<div class="note"><p>{note.replace("<", "&lt;").replace(">", "&gt;")}</p>\n</div>'
