"""Lines repeated in a text whose paragraphs are not: duplicate poems, refrains, forms.

The poems are ones under two titles.
"""

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.text_sampling import Repeats, of_passages, passages
from core.data.splits.document_splits import FACT, JUDGED
from core.data.splits.duplicates import fold, without_repeated_paragraphs
from core.data.task_kinds import DOCUMENTS
from core.data.wording import counted, examples_of, percent, shown
from core.specs.dataset_types import Finding

CODE = "repeated-lines"
TELLING = 30  # bytes of UTF-8 from which a line says something: half a line of prose, ten Chinese characters
MANY = 0.02  # of all characters, from which it is worth saying


def run(context: CheckContext) -> Finding | None:
    """Find that much of the text stood in it before, line by line."""
    if context.facts.get("conversations"):
        return None  # the same instruction may well stand above each of them
    documents, _ = without_repeated_paragraphs(tuple(document for _, document in passages(context)))
    repeats = Repeats()
    for document in documents:
        for line in document.split("\n"):
            folded = fold(line)
            if len(folded.encode()) >= TELLING:
                repeats.meet(line, folded)
    total = sum(map(len, documents))
    if not total or repeats.characters / total < MANY:
        return None
    where, share = of_passages(context), percent(repeats.characters, total)
    message = f"{where}{counted(repeats.count, 'line repeats', 'lines repeat')} an earlier one"
    return Finding(
        code=CODE,
        severity="note",
        count=repeats.count,
        examples=examples_of(shown(line) for line in repeats.examples),
        message=f"{message}: {share} of the text. They stay in, because a text with holes reads badly"
        f"{_judged(context)}.",
        why="A model that remembers would look better on them than it is on new text, and so would the n-grams.",
    )


def _judged(context: CheckContext) -> str:
    """Return how drawn splits treat training lines; empty if every line is evaluated."""
    facts = context.facts.get(FACT) or {}
    if set(JUDGED) <= set(context.column("given").to_pylist()) or not all(
        facts[name]["masked"] for name in JUDGED if name in facts
    ):
        return ""
    return "; where one of validation or test stands in the training text too, it is read as context and not judged"


CHECK = CheckSpec(CODE, DOCUMENTS, run, order=70)
