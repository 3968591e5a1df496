"""Tags and entities of web pages, left over in texts."""

import re
from collections import Counter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.selection import rewrite, sample, texts_at
from core.data.tables.cleaning import clean_text
from core.data.task_kinds import DOCUMENTS, TEXTS
from core.data.wording import LOOKED_AT, counted, examples_of, percent, positions
from core.specs.dataset_types import Finding

CODE = "html-left"
# Names of HTML only: "<user>", "<unk>" or "List<String>" are no web page. All of it is what `clean_text` takes away.
NAMES = (
    "a|b|blockquote|body|br|center|code|div|em|font|footer|h[1-6]|head|header|hr|html|i|img|label|li|main|meta|nav|ol|"
    "p|pre|section|small|span|strong|sub|sup|table|tbody|td|th|thead|title|tr|u|ul"
)
TAG = rf"(?i:</?(?:{NAMES})(?:\s[^<>]{{0,400}})?/?>)"
ENTITY = r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|mdash|ndash|[lr][sd]quo|copy|reg|trade|euro|pound|bull|middot|eacute);"
NUMBERED = r"&#(?:[0-9]{2,6}|[xX][0-9a-fA-F]{2,5});"
LEFT = f"{TAG}|{ENTITY}|{NUMBERED}"
_LEFT = re.compile(LEFT)
COUNTED = 1_000_000  # characters in which the kinds of tags are counted


def run(context: CheckContext) -> Finding | None:
    """Find the texts with tags or entities in them."""
    import pyarrow.compute as pc

    texts = sample(context, "text")
    chosen = pc.match_substring_regex(texts, LEFT).fill_null(False)
    rows = pc.indices_nonzero(chosen).to_numpy()
    count = len(rows)
    if not count:
        return None
    nouns, nouns_many = ("document", "documents") if DOCUMENTS.fits(context.task) else ("text", "texts")
    first = "the first " if len(context) > len(texts) else "the "
    return Finding(
        code=CODE,
        severity="warning" if count > 0.01 * len(texts) else "note",
        count=count,
        examples=_examples(context, rows),
        message=f"{count:,} of {first}{counted(len(texts), nouns, nouns_many)} ({percent(count, len(texts))}) "
        f"{'has' if count == 1 else 'have'} bits of web pages left in: tags such as <br> or signs such as &amp;.",
        why="A model takes them for words, and may learn which web page a text came from instead of what it says.",
        fix="Clean them away",
        rows=positions(rows),
    )


def fix(context: CheckContext) -> pa.Table:
    """Remove tags, with line breaks where they make one, and decode entities."""
    import pyarrow.compute as pc

    return rewrite(context, "text", clean, lambda texts: pc.match_substring_regex(texts, LEFT))


def clean(text: str) -> str:
    r"""Return a text without tags and entities, also where one hides another.

    >>> clean("Great film!<br />I&#39;d see it <b>again</b> &amp;amp; again.")
    "Great film!\nI'd see it again & again."
    """
    while _LEFT.search(text):
        before, text = text, clean_text(text).strip()
        if text == before:
            break
    return text


def _examples(context: CheckContext, rows: NDArray[np.int64]) -> tuple[str, ...]:
    """Show the commonest tags and entities."""
    kinds: Counter[str] = Counter()
    left = COUNTED
    for row in rows[:LOOKED_AT]:
        [text] = texts_at(context, "text", np.array([row]))
        kinds.update(match[0] for match in _LEFT.finditer(text[:left]))
        left -= len(text)
        if left <= 0:
            break
    return examples_of(f"{tag} ({times:,} times)" for tag, times in kinds.most_common(20))


CHECK = CheckSpec(CODE, TEXTS, run, fix, order=62)
