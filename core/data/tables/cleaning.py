"""Texts without what web pages, faulty exports and wrong encodings left in them."""

import html
import re
from collections.abc import Sequence

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BREAK = re.compile(r"<\s?/?\s?(?:br|p|div|li|tr|h[1-6]|ul|ol|hr)(?:\s[^<>]{0,500})?/?>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]{0,500}>|<!--", re.IGNORECASE)  # how what nobody sees begins
_TAG = re.compile(
    r"</?(?:a|abbr|article|b|big|blockquote|body|center|cite|code|dd|del|dl|dt|em|figure|font|footer|head|header|html|"
    r"i|img|ins|label|main|mark|meta|nav|pre|q|s|section|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|"
    r"thead|title|tt|u)(?:\s[^<>]{0,1000})?/?>",
    re.IGNORECASE,
)
# Controls but tab and line ends, the BOM within a text, zero-width spaces; never the joiners, which emoji need.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\ufff9-\ufffb]")
_C1 = re.compile("[\x80-\x9f]")
_MAYBE_BROKEN = re.compile("[\u00c2-\u00f4\u0102\u0103\u0413\u0420\u0421\u0432][^\x00-\x7f]|[\x80-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return a text without HTML, encoding errors, control characters; lines end in line feeds."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _without_hidden(text)))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if not text.isascii() and _MAYBE_BROKEN.search(text):
        text = _mend(text)
    if not text.isprintable():
        text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
        text = _C1.sub("", text)
    return text


def _without_hidden(text: str) -> str:
    """Return a text without scripts, styles and comments; what is never closed stays."""
    begin, kept, small = 0, [], text.lower()
    if len(small) != len(text):  # a few letters become two
        small = text
    missing: set[str] = set()
    for found in _HIDDEN.finditer(text):
        end = f"</{found[1].lower()}" if found[1] else "-->"
        if found.start() < begin or end in missing:
            continue
        at = small.find(end, found.end())
        closed = text.find(">", at) if at >= 0 else -1
        if closed < 0:
            missing.add(end)  # nor will a later one be
            continue
        kept.append(text[begin : found.start()])
        begin = closed + 1
    return "".join([*kept, text[begin:]])


def _mend(text: str) -> str:
    """Return a text as intended, repairing UTF-8 that was decoded as something else."""
    import ftfy
    import ftfy.badness

    if not ftfy.badness.is_bad(text) and not _C1.search(text):
        return text
    return str(ftfy.fix_encoding(text))


def clean_texts(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return texts cleaned and trimmed, and positions of changes beyond spaces.

    Only those that hold something suspicious are looked at closely: the others cost a tenth of a microsecond.
    """
    cleaned = [text.strip() for text in texts]
    changed = []
    suspicious = [
        position
        for position, text in enumerate(cleaned)
        if "&" in text or "<" in text or not text.isprintable() or (not text.isascii() and _MAYBE_BROKEN.search(text))
    ]
    for position in suspicious:
        text = cleaned[position]
        better = clean_text(text).strip()
        if better != text:
            cleaned[position] = better
            if better != text.replace("\r\n", "\n").replace("\r", "\n"):
                changed.append(position)
    return cleaned, changed


def without_surrogates(texts: list[str]) -> list[str]:
    """Return texts with surrogate halves, which no file can hold, replaced by �."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return [_SURROGATE.sub("\ufffd", text) for text in texts]
    return texts


def looks_like_formula(text: str) -> bool:
    """Return whether a spreadsheet would evaluate a text."""
    return text.startswith(("=", "+", "-", "@")) and _FORMULA.match(text) is not None


_FORMULA = re.compile(r"[=+\-@]\s*(?:[A-Z][A-Z0-9.]{1,30}\(|cmd\s*\||[A-Z]{1,3}\$?\d+\s*[+\-*/:)])", re.IGNORECASE)
