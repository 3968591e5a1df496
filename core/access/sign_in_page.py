"""The only page shown without the token: what is missing, and a token field."""

from collections.abc import Sequence
from html import escape

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;min-height:100vh;"
    "place-items:center;background:light-dark(#fff,#141210);color:light-dark(#1f1c18,#ece8e1)}"
    "main{max-width:30rem;padding:1.5rem}h1{font-size:1.4rem}label{display:block;margin:1rem 0 .3rem}"
    "input,button{font:inherit;padding:.5rem .7rem;border-radius:.5rem;border:1px solid light-dark(#8a8376,#7a7367)}"
    "input{width:100%;box-sizing:border-box;background:transparent;color:inherit}"
    "button{margin-top:.8rem;background:light-dark(#7d5604,#d9a441);color:light-dark(#fff,#141210);border:0}"
    ":focus-visible{outline:3px solid light-dark(#2b6cb0,#6ca9ea);outline-offset:2px}"
)
_FORM = (
    '<form method="get">{kept}<label for="token">Token of this start</label>'
    '<input id="token" name="token" type="password" autocomplete="off" required autofocus>'
    "<button>Open Touchstone</button></form>"
    "<p>It stands in the terminal where Touchstone was started, in the printed address after <code>token=</code>; "
    "<code>touchstone ui</code> says it again.</p>"
)


def sign_in_page(sentence: str, query: Sequence[tuple[str, str]] = (), *, asks: bool) -> str:
    """Return the page as HTML.

    Args:
        sentence: Why nothing else is shown.
        query: Of the address that was asked for, to go on with.
        asks: Whether a token would help.
    """
    title = "Touchstone: open it with its token" if asks else "Touchstone cannot be opened from here"
    kept = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in query)
    form = _FORM.replace("{kept}", kept) if asks else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1><p>{escape(sentence)}</p>{form}"
        "</main></body></html>"
    )
