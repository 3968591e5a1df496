"""Paragraphs that stand in a text more than once."""

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.text_sampling import Repeats, of_passages, passages
from core.data.splits.document_splits import JUDGED
from core.data.splits.duplicates import PARAGRAPH_BREAK, SHORTEST_TELLING_PARAGRAPH, fold
from core.data.task_kinds import DOCUMENTS
from core.data.wording import LOOKED_AT, counted, examples_of, shown
from core.specs.dataset_types import Finding

CODE = "repeated-paragraphs"
_PARAGRAPHS = ("paragraph repeats", "paragraphs repeat")


def run(context: CheckContext) -> Finding | None:
    """Find the long paragraphs that stood in the text before."""
    are_conversations = bool(context.facts.get("conversations"))
    repeats = Repeats()
    rows: dict[int, None] = {}
    given = context.column("given").to_pylist()
    if set(JUDGED) <= set(given):
        return None  # the parts are as the source has them: nothing is left out
    for row, document in passages(context):
        if given[row] in JUDGED:
            continue
        for paragraph in [document] if are_conversations else PARAGRAPH_BREAK.split(document):
            if len(paragraph) <= SHORTEST_TELLING_PARAGRAPH or len(folded := fold(paragraph)) <= (
                SHORTEST_TELLING_PARAGRAPH
            ):
                continue
            if repeats.meet(paragraph, folded):
                rows[row] = None
    if not repeats.count:
        return None
    where, length = of_passages(context), counted(repeats.characters, "character")
    what = ("conversation repeats", "conversations repeat") if are_conversations else _PARAGRAPHS
    message = f"{where}{counted(repeats.count, *what)} an earlier one"
    return Finding(
        code=CODE,
        severity="note",
        count=repeats.count,
        examples=examples_of(shown(paragraph) for paragraph in repeats.examples),
        message=f"{message} ({length}). Training leaves them out but for the first, so that "
        "none is memorised and then met again in the test.",
        why="What a model has seen before it does not have to foresee: the score would flatter.",
        rows=tuple(rows)[:LOOKED_AT],
    )


CHECK = CheckSpec(CODE, DOCUMENTS, run, order=70)
