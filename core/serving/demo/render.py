"""A demo page as one HTML document that asks for nothing but answers."""

import html
import json
import re
from pathlib import Path
from typing import Any

from core.services.demos.qr_code import qr_code
from core.specs.demo import LARGEST_IMAGE, LONGEST_TEXT, Demo

_PAGE = Path(__file__).parent / "page"
_PLACE = re.compile(r"\{\{(\w+)\}\}")
KEPT = "What you try on this page is kept, so that its owner can look at it."
NOT_KEPT = "What you try on this page is not kept. A thumb or a comment that you send is."
OFFLINE = (
    "This page works without a network: nothing that you try leaves this device. It cannot tell when something is "
    "unlike what the model was trained on: for that it would need the training data, and holds none of it."
)


def page_html(demo: Demo, *, nonce: str = "", room_address: str = "") -> str:
    """Return the page as its visitors get it.

    Args:
        demo: What it shows.
        nonce: That lets its own style and scripts run, and no other ones.
        room_address: Where devices in the same network find it; empty where they do not.
    """
    data = page_data(demo, KEPT if demo.keeps else NOT_KEPT) | {"keeps": demo.keeps}
    if room_address:
        data |= {"code": qr_code(room_address), "address": room_address}
    scripts = "".join(f'<script nonce="{nonce}">{_read(name)}</script>' for name in ("online.js", "page.js"))
    return filled(demo, data, scripts, nonce=nonce)


def page_data(demo: Demo, kept: str, *, offline: bool = False) -> dict[str, Any]:
    """Return what the page's script reads."""
    return {
        "words": demo.words.model_dump(), "input": demo.input.model_dump(mode="json"), "offline": offline,
        "kept": kept, "keeps": False, "longest_text": LONGEST_TEXT, "largest_image": LARGEST_IMAGE,
    }  # fmt: skip


def filled(demo: Demo, data: dict[str, Any], scripts: str, *, nonce: str = "", policy: str = "") -> str:
    """Return the template filled; no value is ever read as HTML."""
    values = {
        "title": html.escape(demo.words.title), "style": _read("page.css"), "data": json_in_html(data),
        "scripts": scripts, "nonce": nonce, "policy": policy,
    }  # fmt: skip
    return _PLACE.sub(lambda place: values[place[1]], _read("page.html"))  # once: what stands in a value stays


def json_in_html(document: Any) -> str:
    """Return JSON that cannot end the script element that it stands in."""
    text = json.dumps(document, ensure_ascii=True, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plain_page(title: str, text: str) -> str:
    """Return a page that only says something."""
    said = f"<main><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></main>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}'
    return f'<!doctype html><html lang="en"><head>{head}</title></head><body>{said}</body></html>'


def _read(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")
