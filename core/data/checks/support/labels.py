"""Shared code of the label checks: renaming, and labels differing only in spelling."""

import re
import unicodedata
from collections.abc import Mapping

import pyarrow as pa

from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.classes import class_sizes
from core.data.rows import BATCH_ROWS
from core.data.wording import LISTED, counted, shown

_BETWEEN_WORDS = re.compile(r"(?<=\w)[\s_-]+(?=\w)")


def plain(label: str) -> str:
    """Return a label without case, spaces, underscores and hyphens, which users vary.

    >>> plain(" Very-Good") == plain("very_good"), plain("C++") == plain("C")
    (True, False)
    """
    return _BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFKC", label).casefold().strip())


def rename(context: CheckContext, names: Mapping[str, str]) -> pa.Table:
    """Return the rows with some labels renamed."""
    import pyarrow.compute as pc

    old = pa.array(list(names), pa.large_string())
    new = pa.array(list(names.values()), pa.large_string())
    renamed = []
    for batch in context.rows.to_batches(max_chunksize=BATCH_ROWS):
        place = batch.schema.get_field_index("label")
        found = pc.index_in(batch.column(place), old)
        labels = pc.coalesce(new.take(found), batch.column(place))
        renamed.append(batch.set_column(place, batch.schema.field(place), labels))
    return pa.Table.from_batches(renamed, schema=context.rows.schema)


def mapping(names: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    """Return how labels are renamed, in words: the most frequent first."""
    order = sorted(names, key=lambda name: -sizes[name])
    return [f"'{shown(old, 30)}' ({sizes[old]:,}) -> '{shown(names[old], 30)}'" for old in order]


def merges(context: CheckContext, names: Mapping[str, str]) -> tuple[list[str], str]:
    """Return the label renamings as texts, and the first ones as one phrase."""
    sizes = dict(zip(context.labels, class_sizes(context).tolist(), strict=True))
    arrows = mapping(names, sizes)
    more = f" and {counted(len(arrows) - LISTED, 'other')}" if len(arrows) > LISTED else ""
    return arrows, f"{'; '.join(arrows[:LISTED])}{more}"
