"""Texts that are longer than what a model reads of them."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.selection import of_sample, sample, values_where
from core.data.task_kinds import LABELLED_TEXTS
from core.data.wording import percent, positions
from core.specs.dataset_types import Finding

CODE = "long-texts"
READ = 128  # words, about what the pretrained encoder reads at once
SHORTEST_WORD = 2  # characters, with the space after it: shorter texts than READ of these need no counting
# A word, as models count: what stands between spaces, and each sign of the scripts that write no spaces.
WORD = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]+"


def run(context: CheckContext) -> Finding | None:
    """Find the texts of which some models read only a part."""
    import pyarrow.compute as pc

    texts = sample(context, "text")
    might = pc.greater(pc.binary_length(texts), READ * SHORTEST_WORD).fill_null(False).to_numpy()
    rows = np.flatnonzero(might)
    if not len(rows):
        return None
    words = pc.count_substring_regex(values_where(texts, might), WORD).to_numpy()
    long_rows = rows[words > READ]
    count = len(long_rows)
    if not count:
        return None
    return Finding(
        code=CODE,
        severity="note",
        count=count,
        examples=(),
        message=f"{count:,} of {of_sample(context, len(texts), 'texts')} ({percent(count, len(texts))}) "
        f"{'is' if count == 1 else 'are'} longer than {READ} words, the longest about {int(words.max()):,}: models "
        "that read word by word take the beginning and the end of such texts, the frozen encoder up to four parts.",
        why="What decides may stand in between. The linear model on n-grams reads all of it; a run says how many texts "
        "it cuts.",
        rows=positions(long_rows),
    )


CHECK = CheckSpec(CODE, LABELLED_TEXTS, run, order=60)
