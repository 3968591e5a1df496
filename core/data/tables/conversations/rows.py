"""Tables with one turn a row, such as chat logs, merged by conversation."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.data.tables.columns import ColumnProfile
from core.data.tables.conversations.template import written
from core.data.tables.conversations.turns import CONTENTS, ROLES, SYSTEM, Turn, role_of
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import BATCH_ROWS, LONGEST_CELL, Batch, Table, in_bounds
from core.data.tables.table_profile import TableProfile

_KNOWN = frozenset(
    ("system", "user", "assistant", "human", "gpt", "bot", "prompter", "customer", "agent", "tool", "model", "ai")
)
_IDS = re.compile(
    r"(?:(?:conversation|conv|dialog(?:ue)?|thread|session|chat|ticket|message_tree)[ _-]?(?:id|no|number)?|id)", re.I
)
COLUMN = "conversation"


def with_turns_together(seen: TableProfile) -> Table | None:
    """Return the table with a conversation a row; None if rows are not turns."""
    role, text = _find(seen, ROLES), _find(seen, CONTENTS)
    if role is None or text is None or not _are_roles(role):
        return None
    repeated = [p for p in seen.profiles if _IDS.fullmatch(p.name.strip()) and p.distinct < p.counts.total()]
    return _together(seen.table, role.name, text.name, repeated[0].name if repeated else "")


def _find(seen: TableProfile, names: Sequence[str]) -> ColumnProfile | None:
    return next((p for name in names for p in seen.profiles if p.name.strip().lower() == name), None)


def _are_roles(profile: ColumnProfile) -> bool:
    """Return whether a column names the sides of a conversation, and both of them."""
    values = {value.strip().lower() for value in profile.counts}
    return 2 <= len(values) <= 6 and values <= _KNOWN and len(values - {"system", "tool"}) >= 2


def _together(table: Table, role: str, text: str, key: str) -> Table:
    others = tuple(name for name in table.names if name not in (role, text))
    names = (COLUMN if COLUMN not in others else f"{COLUMN} (turns)", *others)
    rows = _Conversations(table, (role, text), key, others)
    by = f"those with the same '{key}'" if key else "all up to the next system message"
    note = f"Each row is one turn ('{role}' says '{text}'): {by} are one conversation."
    return replace(table, names=names, batches=rows.batches, notes=(*table.notes, note), label_names={})


@dataclass(frozen=True, eq=False)
class _Conversations:
    """The rows of a table, those of a conversation as one.

    Args:
        table: With one turn a row.
        turn: Its columns of who speaks, and of what is said.
        key: Its column that tells conversations apart; "" if it has none.
        others: Its other columns, of which the first row of a conversation counts.
    """

    table: Table
    turn: tuple[str, str]
    key: str
    others: tuple[str, ...]

    def batches(self, wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        """Yield the wanted columns; the first of them is the conversation."""
        lines: list[int] = []
        rows: list[tuple[str, ...]] = []
        waiting = done = 0
        for line, cells, done in self._rows(skipped):
            lines.append(line)
            rows.append(cells)
            waiting += len(cells[0])
            if len(rows) >= BATCH_ROWS or waiting > 8 * LONGEST_CELL:
                yield from _batch(lines, rows, wanted, done, skipped)
                lines, rows, waiting = [], [], 0
        if rows:
            yield from _batch(lines, rows, wanted, done, skipped)

    def _rows(self, skipped: SkipReport) -> Iterator[tuple[int, tuple[str, ...], int]]:
        """Yield each conversation's first line, cells and bytes read so far."""
        turns: list[Turn] = []
        line, cells, done = 0, tuple[str, ...](), 0
        for number, who, said, rest, reached in self._turns(skipped):
            if turns and self._is_next(cells, rest, who):
                yield line, (written(turns), *cells), done
                turns = []
            if not turns:
                line, cells = number, rest
            if said:
                turns.append(Turn(who, said))
            done = reached
        if turns:
            yield line, (written(turns), *cells), self.table.size_bytes

    def _turns(self, skipped: SkipReport) -> Iterator[tuple[int, str, str, tuple[str, ...], int]]:
        """Yield each turn's line, speaker, text, other cells and bytes read so far."""
        columns = [self.table.index(name) for name in (*self.turn, *self.others)]
        for batch in self.table.batches(columns, skipped):
            for number, (who, said, *rest) in zip(batch.lines, zip(*batch.columns, strict=True), strict=True):
                yield number, role_of(who), said.strip(), tuple(rest), batch.done

    def _is_next(self, cells: tuple[str, ...], rest: tuple[str, ...], who: str) -> bool:
        if not self.key:
            return who == SYSTEM
        place = self.others.index(self.key)
        return cells[place] != rest[place]


def _batch(
    lines: list[int], rows: list[tuple[str, ...]], wanted: Sequence[int], done: int, skipped: SkipReport
) -> Iterator[Batch]:
    columns = tuple([row[index] for row in rows] for index in wanted)
    return in_bounds(Batch(lines, columns, done), skipped)
