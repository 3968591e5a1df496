"""What is found out about the texts of a version, besides what its reader said: their languages."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from core.imports import Guess
from core.languages import MOST_READ, describe, writings_of

LANGUAGE = "Language"  # what the guess is about


def with_languages(facts: Mapping[str, Any], rows: pa.Table) -> dict[str, Any]:
    """Return facts with the languages of a version's texts, and the guess that says them; without texts, as they are.

    Args:
        facts: What the reader found out, or what is known of the version that this one was made from.
        rows: The version's rows.
    """
    known = dict(facts)
    if "text" not in rows.column_names:
        return known
    step = -(-rows.num_rows // MOST_READ) or 1
    column = rows.column("text")
    texts = [text or "" for text in column.take(pa.array(range(0, rows.num_rows, step))).to_pylist()]
    writings = writings_of(texts)
    others = [guess for guess in known.get("guesses", ()) if guess.get("about") != LANGUAGE]
    if writings:
        why = f"found in {'all' if step == 1 else f'{len(texts):,} of'} {rows.num_rows:,} texts"
        others.append(asdict(Guess(LANGUAGE, describe(writings), why)))
    return known | {"languages": [asdict(one) for one in writings], "guesses": others}
