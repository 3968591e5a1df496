"""E-mail addresses, phone numbers and card numbers in texts."""

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.selection import rewrite, sample
from core.data.checks.support.text_sampling import LOOKED_THROUGH, is_cut, passages
from core.data.pii import Span, find_personal_data, mask
from core.data.task_kinds import DOCUMENTS, TEXTS
from core.data.wording import LONGEST_EXAMPLE, LOOKED_AT, counted, examples_of
from core.specs.dataset_types import Finding

CODE = "personal-data"
MAYBE = r"[^\s@]@[^\s@]+\.\p{L}|\p{Nd}(?:[ ().\-/]{0,3}\p{Nd}){7}"  # quick: only such texts are looked at closely
PLURALS = {"e-mail address": "e-mail addresses"}
DOMAIN_SHOWN = 40  # characters


def run(context: CheckContext) -> Finding | None:
    """Count what looks like personal data, by kind, and show it half hidden."""
    kinds: Counter[str] = Counter()
    examples: dict[str, None] = {}
    rows: list[int] = []
    for row, text in _suspects(context):
        found = find_personal_data(text)
        kinds.update(span.kind for span in found)
        examples.update((_half_hidden(text, span), None) for span in found if len(examples) < LOOKED_AT)
        if found and len(rows) < LOOKED_AT:
            rows.append(row)
    if not kinds:
        return None
    counts = [counted(count, kind, PLURALS.get(kind, "")) for kind, count in kinds.most_common()]
    listing = " and ".join([", ".join(counts[:-1]), counts[-1]] if len(counts) > 1 else counts)
    return Finding(
        code=CODE,
        severity="warning",
        count=kinds.total(),
        examples=examples_of(examples),
        message=f"{_where(context)} {'is' if kinds.total() == 1 else 'are'} what looks like {listing}. Names and "
        "addresses of houses are not looked for.",
        why="A model can memorise such things and say them to strangers, and the law may ask you for a reason to "
        "keep them.",
        fix="Mask them",
        rows=tuple(rows),
    )


def fix(context: CheckContext) -> pa.Table:
    """Put "[e-mail]", "[phone]" and "[card]" in the place of what was found."""
    import pyarrow.compute as pc

    return rewrite(context, "text", mask, lambda texts: pc.match_substring_regex(texts, MAYBE))


def _suspects(context: CheckContext) -> Iterable[tuple[int, str]]:
    if DOCUMENTS.fits(context.task):
        return passages(context)
    import pyarrow.compute as pc

    texts = sample(context, "text")
    chosen = pc.match_substring_regex(texts, MAYBE).fill_null(False)
    return zip(pc.indices_nonzero(chosen).to_pylist(), texts.filter(chosen).to_pylist(), strict=True)


def _where(context: CheckContext) -> str:
    if DOCUMENTS.fits(context.task):
        cut = is_cut(context)
        return f"In the first {LOOKED_THROUGH // 1_000_000} megabytes of the text there" if cut else "In the text there"
    looked_at = len(sample(context, "text"))
    return f"In the first {looked_at:,} texts there" if len(context) > looked_at else "In the texts there"


def _half_hidden(text: str, span: Span) -> str:
    """Return a masked match that its owner recognises and no other person can use."""
    found = text[span.start : span.end]
    if span.kind == "e-mail address":
        name, _, domain = found.partition("@")
        return f"{name[:1]}…@{domain[:DOMAIN_SHOWN]}"
    digits = [place for place, sign in enumerate(found) if sign.isdigit()]
    hidden = set(digits[2:-2])
    return "".join("•" if place in hidden else sign for place, sign in enumerate(found))[:LONGEST_EXAMPLE]


CHECK = CheckSpec(CODE, TEXTS, run, fix, order=15)
