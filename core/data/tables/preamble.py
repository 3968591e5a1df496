"""Lines above a table that are not rows: comments and ARFF attributes.

Comments begin with # or %.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO

from core.data.tables.numbers import is_plain_number

MARKS = ("#", "%", "//")
_MOST_LINES = 500
_ATTRIBUTE = re.compile(r"@attribute\s+('[^'\n]{1,200}'|\"[^\"\n]{1,200}\"|\S{1,200})\s", re.IGNORECASE)


@dataclass(frozen=True)
class Preamble:
    """What stands above a table.

    Args:
        lines: How many.
        mark: With which comments begin, also further down; "" if none do.
        header: The names of the columns, as a line of the table would write them, where a comment gave them; else "".
        names: The names themselves, where they do not depend on how the cells are separated.
        kind: "comments" or "ARFF".
    """

    lines: int = 0
    mark: str = ""
    header: str = ""
    names: tuple[str, ...] = ()
    kind: str = ""

    def read_over(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield a file's lines with those above the table blanked, keeping line numbers."""
        if not self.lines:
            yield from lines
        for number, line in enumerate(lines, 1):
            if number > self.lines:
                yield line
            else:
                yield f"{self.header}\n" if number == self.lines else "\n"


NOTHING = Preamble()


def find_preamble(sample: str) -> Preamble:
    """Return what stands above a table."""
    lines = sample.split("\n", _MOST_LINES)[:_MOST_LINES]
    if (arff := _arff(lines)) is not None:
        return arff
    first = next((line.strip() for line in lines if line.strip()), "")
    mark = next((mark for mark in MARKS if first.startswith(mark)), "")
    count = 0
    while mark and count < len(lines) and (not lines[count].strip() or lines[count].lstrip().startswith(mark)):
        count += 1
    rest = [line for line in lines[count : count + 3] if line.strip()]
    if not count or len(rest) < 2:
        return NOTHING
    last = next(line for line in reversed(lines[:count]) if line.strip())
    return Preamble(count, mark, last.strip().lstrip("#%/").strip(), kind="comments")


def settled(found: Preamble, rest: Sequence[Sequence[str]], split: Callable[[str], list[str]]) -> Preamble:
    """Return the preamble, settled by how the table's cells are separated.

    Args:
        found: The lines that begin with a sign of comments.
        rest: The first rows below them.
        split: Takes the cells out of a line.
    """
    if found.kind != "comments":
        return found
    width = Counter(map(len, filter(None, rest))).most_common(1)[0][0] if any(rest) else 0
    header = split(found.header)
    names_columns = len(header) == width > 1 and not any(is_plain_number(cell) for cell in header)
    above_numbers = any(is_plain_number(cell) for cell in next(filter(None, rest), []))
    return replace(found, header=found.header if names_columns and above_numbers else "")


def _arff(lines: Sequence[str]) -> Preamble | None:
    """Return the column names of an ARFF file's attributes; None for other files."""
    starts = [line.strip().lower()[:10] for line in lines]
    if "@relation" not in {start[:9] for start in starts}:
        return None
    data = next((number for number, start in enumerate(starts, 1) if start.startswith("@data")), 0)
    found = [match for line in lines[:data] if (match := _ATTRIBUTE.match(f"{line.strip()} ")) is not None]
    names = tuple(match[1].strip("'\"") for match in found)
    if not data or not names:
        return None
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return Preamble(data, "%", text.getvalue(), names, "ARFF")
