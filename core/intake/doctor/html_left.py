"""Tags and entities of web pages, left over in texts."""

import html
import re
from collections import Counter

import pyarrow as pa

from core.imports import Finding
from core.intake.doctor.examined import LOOKED_AT, CheckSpec, Examined
from core.intake.doctor.selection import SAMPLE, rewrite, sample
from core.intake.doctor.wording import counted, examples_of, percent

CODE = "html-left"
# Known names only: "<user>", "<unk>" or "List<String>" are no web page.
BLOCKS = "p|div|li|ul|ol|tr|table|h[1-6]|hr|blockquote|pre|section|article|header|footer|title|body|head|html"
TAGS = (
    f"{BLOCKS}|br|span|a|b|i|u|em|strong|small|img|td|th|thead|tbody|font|script|style|meta|link|input|form|button|"
    "label|code|sup|sub|center|iframe|nav|main|video|audio|svg|path"
)
TAG = rf"</?(?:{TAGS})(?:\s[^<>]*)?\s?/?>|<!--|<!DOCTYPE[^<>]*>"
ENTITY = r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|mdash|ndash|[lr][sd]quo|copy|reg|trade|euro|pound|bull|middot|eacute);"
NUMBERED = r"&#(?:[0-9]{2,6}|[xX][0-9a-fA-F]{2,5});"
LEFT = f"(?i:{TAG})|{ENTITY}|{NUMBERED}"

# What is hidden on a web page, from its beginning to its end.
_HIDDEN = [
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<script\b[^<>]*>", re.IGNORECASE), re.compile(r"</script\s*>", re.IGNORECASE)),
    (re.compile(r"<style\b[^<>]*>", re.IGNORECASE), re.compile(r"</style\s*>", re.IGNORECASE)),
]
_BREAK = re.compile(rf"(?<!\s)\s*</?(?:br|{BLOCKS})(?:\s[^<>]*)?\s?/?>\s*", re.IGNORECASE)
_TAG = re.compile(TAG, re.IGNORECASE)
_KNOWN_ENTITY = re.compile(f"{ENTITY}|{NUMBERED}")
_SPACES = re.compile(r"[ \t\u00a0]{2,}")


def look(examined: Examined) -> Finding | None:
    """Find the texts with tags or entities in them."""
    import pyarrow.compute as pc

    texts = sample(examined, "text")
    chosen = pc.match_substring_regex(texts, LEFT).fill_null(False)
    rows = pc.indices_nonzero(chosen).slice(0, LOOKED_AT)
    count = int(pc.sum(chosen).as_py() or 0)
    if not count:
        return None
    kinds = Counter(match[0] for text in texts.take(rows).to_pylist() for match in re.finditer(LEFT, text))
    nouns, nouns_many = ("document", "documents") if examined.task == "text-generation" else ("text", "texts")
    first = "the first " if len(examined) > SAMPLE else "the "
    return Finding(
        code=CODE,
        severity="warning" if count > 0.01 * len(texts) else "note",
        count=count,
        examples=examples_of(f"{tag} ({times:,} times)" for tag, times in kinds.most_common(20)),
        message=f"{count:,} of {first}{counted(len(texts), nouns, nouns_many)} ({percent(count, len(texts))}) "
        f"{'has' if count == 1 else 'have'} bits of web pages left in: tags such as <br> or signs such as &amp;.",
        why="A model takes them for words, spends its attention on them, and may learn which web page a text came from.",
        fix="Clean them away",
        rows=tuple(rows.to_pylist()),
    )


def repair(examined: Examined) -> pa.Table:
    """Take tags out, with a new line where they make one, and write entities as the signs that they stand for."""
    import pyarrow.compute as pc

    return rewrite(examined, "text", clean, lambda texts: pc.match_substring_regex(texts, LEFT))


def clean(text: str) -> str:
    """Return a text without tags and entities.

    >>> clean("Great film!<br /><br />I&#39;d see it <b>again</b> &amp; again.")
    "Great film!\\nI'd see it again & again."
    """
    before = ""
    while text != before:  # an entity may hide another one, or a tag
        before = text
        for begin, end in _HIDDEN:
            text = _without(text, begin, end)
        text = _SPACES.sub(" ", _TAG.sub("", _BREAK.sub("\n", text))) if _TAG.search(text) else text
        text = _KNOWN_ENTITY.sub(lambda match: html.unescape(match[0]).replace("\u00a0", " "), text)
    return text.strip()


def _without(text: str, begin: re.Pattern[str], end: re.Pattern[str]) -> str:
    """Return a text without what lies between a beginning and the next end; in one pass, whatever the text."""
    kept, place = [], 0
    while (opened := begin.search(text, place)) and (closed := end.search(text, opened.end())):
        kept.append(text[place : opened.start()])
        place = closed.end()
    return " ".join([*kept, text[place:]])


CHECK = CheckSpec(CODE, ("text-classification", "text-generation"), look, repair, order=62)
