"""Paragraphs that stand in a text more than once."""

import hashlib

from core.imports import Finding
from core.intake.doctor.examined import LOOKED_AT, SHOWN, CheckSpec, Examined
from core.intake.doctor.passages import of_passages, passages
from core.intake.doctor.wording import counted, examples_of, shown
from core.intake.duplicates import PARAGRAPH_BREAK, SHORTEST_TELLING_PARAGRAPH, fold

CODE = "repeated-paragraphs"


def look(examined: Examined) -> Finding | None:
    """Find the long paragraphs that stood in the text before."""
    seen: set[bytes] = set()
    repeated: list[str] = []
    rows: dict[int, None] = {}
    count = characters = 0
    for row, document in passages(examined):
        for paragraph in PARAGRAPH_BREAK.split(document):
            if len(paragraph) <= SHORTEST_TELLING_PARAGRAPH or len(folded := fold(paragraph)) <= (
                SHORTEST_TELLING_PARAGRAPH
            ):
                continue
            key = hashlib.blake2b(folded.encode(), digest_size=16).digest()
            if key not in seen:
                seen.add(key)
                continue
            count, characters = count + 1, characters + len(paragraph)
            rows[row] = None
            if len(repeated) < SHOWN:
                repeated.append(paragraph)
    if not count:
        return None
    where = of_passages(examined)
    message = f"{where}{counted(count, 'paragraph repeats', 'paragraphs repeat')} an earlier one"
    return Finding(
        code=CODE,
        severity="note",
        count=count,
        examples=examples_of(shown(paragraph) for paragraph in repeated),
        message=f"{message} ({counted(characters, 'character')}). Training leaves them out but for the first, so that "
        "none is learnt by heart and then met again in the test.",
        why="What a model has seen before it does not have to foresee: the score would flatter.",
        rows=tuple(rows)[:LOOKED_AT],
    )


CHECK = CheckSpec(CODE, ("text-generation",), look, order=70)
