"""Rows with several labels: lists, "a, b", columns of 0 and 1.

One label a row is learnt, by a choice that is reported.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from core.data.tables.columns import ColumnProfile
from core.data.tables.derived import Cells, Derived, Make
from core.data.tables.labels import MOST_LABELS, folded
from core.data.tables.skip_report import SkipReport
from core.errors import DataError
from core.formatting import listed

FIRST, LEAVE_OUT, AGAINST = "first", "leave-out", "against:"
NONE = "none"  # the label of rows that have none of those in columns of 0 and 1
MARKS = ("|", ";", ",", "\n")
_LONGEST_LIST = 4_000  # characters of a cell that is read as a list
_MOSTLY = 0.9  # of the cells must be lists
_MOST_WORDS, _LONGEST_PART, _MOST_EACH = 12, 60, 6  # words of a cell, characters of a label, labels of a row
_SHARED = 0.9  # of the parts must occur in several different cells: "Washington, DC" is one label
_YES = frozenset({"1", "1.0", "true", "yes", "y", "t", "x"})
_NO = frozenset({"0", "0.0", "false", "no", "n", "f", ""})
Labels = Callable[[str], list[str]]


def listed_labels(cell: str) -> list[str] | None:
    """Return the labels of a cell with a JSON or Python list; None otherwise.

    Of things with a name, as trackers and film databases list them, the names: `[{"id": 28, "name": "Action"}]`.
    """
    text = cell.strip()
    if not (2 <= len(text) <= _LONGEST_LIST and (text[0], text[-1]) in (("[", "]"), ("(", ")"), ("{", "}"))):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            return None
    if isinstance(value, (set, tuple)):
        value = sorted(value, key=str) if isinstance(value, set) else list(value)
    if isinstance(value, list) and all(isinstance(part, dict) and isinstance(part.get("name"), str) for part in value):
        value = [part["name"] for part in value]
    if not isinstance(value, list) or any(isinstance(part, (list, dict, set, tuple)) for part in value):
        return None
    return [str(part).strip() for part in value if part is not None and str(part).strip()]


def labels_in(profile: ColumnProfile, is_label: bool) -> Labels | None:
    """Return a function that splits a column's cells into labels; None for single labels.

    Args:
        profile: Of the column.
        is_label: Whether it was chosen as the label, or is called one: then "a, b" may be two of them.
    """
    cells = list(profile.counts)
    lists = [found for cell in cells if (found := listed_labels(cell)) is not None]
    are_all = len(lists) >= _MOSTLY * len(cells)
    if lists and (_repeat(lists) if not is_label else are_all or _are_shared([*map(_listed_or_one, cells)])):
        return _listed_or_one
    if not is_label or profile.style is not None or profile.average_words > _MOST_WORDS:
        return None
    for mark in MARKS:
        if any(mark in cell for cell in cells) and _are_shared([_cut(cell, mark) for cell in cells]):
            return partial(_cut, mark=mark)
    return None


def _listed_or_one(cell: str) -> list[str]:
    found = listed_labels(cell)
    return [cell.strip()] * bool(cell.strip()) if found is None else found


def _cut(cell: str, mark: str) -> list[str]:
    return [part.strip() for part in cell.split(mark) if part.strip()]


def _repeat(lists: Sequence[Sequence[str]]) -> bool:
    """Check whether lists repeat a few values, as labels do and words do not."""
    known = {label for labels in lists for label in labels}
    return len(known) <= MOST_LABELS and 2 * len(known) <= sum(map(len, lists)) <= _MOST_EACH * len(lists)


def _are_shared(cells: Sequence[Sequence[str]]) -> bool:
    """Check whether parts that occur together also occur in other combinations, as labels do."""
    parts = Counter(part for cell in cells for part in {*map(folded, cell)})
    joined = {part for cell in cells if len(cell) > 1 for part in map(folded, cell)}
    if not joined or len(parts) > MOST_LABELS or any(len(part) > _LONGEST_PART for part in joined):
        return False
    return sum(parts[part] > 1 for part in joined) >= _SHARED * len(joined)


def of_lists(profile: ColumnProfile, take_apart: Labels, choice: str) -> Derived:
    """Return the label of a column whose cells hold several."""
    found = Counter(label for cell, count in profile.counts.items() for label in take_apart(cell) * count)
    several = sum(count for cell, count in profile.counts.items() if len(set(take_apart(cell))) > 1)
    known = tuple(label for label, _ in found.most_common())
    if not several and not choice:
        said = f"The labels of '{profile.name}' stand in brackets: they are read without them."
        return Derived(profile.name, (profile.name,), _make(take_apart, FIRST), "label", said)
    total = profile.counts.total()
    chosen = checked(choice, known) or FIRST
    firsts = {label for cell in profile.counts for label in take_apart(cell)[:1]}
    lost = [label for label in known if label not in firsts] if chosen == FIRST else []
    said = (
        f"{_of_rows(several, total)} have several labels in '{profile.name}', such as {_example(profile, take_apart)}."
    )
    said += f" {told(chosen)}" + (f" Never the first of a row, and so no class: {listed(lost)}." if lost else "")
    return Derived(profile.name, (profile.name,), _make(take_apart, chosen), "label", said, known, chosen)


def _example(profile: ColumnProfile, take_apart: Labels) -> str:
    return next(listed(take_apart(cell)) for cell in profile.counts if len(take_apart(cell)) > 1)


def _of_rows(several: int, total: int) -> str:
    return f"{several:,} of {total:,} rows looked at"


def told(choice: str) -> str:
    """Return how rows with several labels are handled, and the alternatives."""
    others = {
        FIRST: "only the first of a row is used",
        LEAVE_OUT: "rows with several are left out",
    }
    label = choice.removeprefix(AGAINST)
    done = others.get(choice, f"'{label}' is learnt against all the rest")
    return (
        f"One label each is learnt here: {done}. The choices: the first label, one label against the rest, or "
        "leave out rows with several."
    )


def checked(choice: str, known: Sequence[str]) -> str:
    """Return a choice as it is meant, "" where there is none.

    Raises:
        DataError: It is none of the choices, or a label that does not occur.
    """
    if choice in ("", FIRST, LEAVE_OUT):
        return choice
    label = choice.removeprefix(AGAINST)
    if not choice.startswith(AGAINST):
        raise DataError(
            f"'{choice}' is no choice for rows with several labels. Choose {FIRST}, {LEAVE_OUT} or {AGAINST}LABEL."
        )
    if label not in known:
        raise DataError(f"There is no label '{label}' to learn against the rest. There are: {listed(known, 20)}.")
    return choice


def _make(take_apart: Labels, choice: str) -> Make:
    def make(cells: Cells, lines: Sequence[int], skipped: SkipReport) -> list[str | None]:
        return [one_of(take_apart(cell), choice, line, skipped) for cell, line in zip(cells[0], lines, strict=True)]

    return make


def one_of(labels: Iterable[str], choice: str, line: int, skipped: SkipReport) -> str | None:
    """Return the label learnt from a row; None leaves it out for having several."""
    labels = list(dict.fromkeys(labels))
    if choice.startswith(AGAINST):
        label = choice.removeprefix(AGAINST)
        return label if label in labels else f"not {label}"
    if len(labels) > 1:
        skipped.add("several-labels" if choice == LEAVE_OUT else "first-labels", line, ", ".join(labels))
        return None if choice == LEAVE_OUT else labels[0]
    return labels[0] if labels else ""


def of_columns(profiles: Sequence[ColumnProfile], choice: str, taken: Sequence[str]) -> Derived:
    """Return the one label derived from binary columns, one column a label."""
    names = _without_prefix([profile.name for profile in profiles])
    rows = [*zip(*(profile.values for profile in profiles), strict=True)]
    counts = Counter(sum(_is_yes(cell) for cell in row) for row in rows if any(cell.strip() for cell in row))
    several, nothing = sum(n for count, n in counts.items() if count > 1), counts[0]
    chosen = checked(choice, names) or FIRST
    has_none = nothing > 0

    def make(cells: Cells, lines: Sequence[int], skipped: SkipReport) -> list[str | None]:
        made: list[str | None] = []
        for line, row in zip(lines, zip(*cells, strict=True), strict=True):
            labels = [name for name, cell in zip(names, row, strict=True) if _is_yes(cell)]
            is_empty = not any(cell.strip() for cell in row)
            made.append("" if is_empty else one_of(labels or [NONE] * has_none, chosen, line, skipped))
        return made

    columns = listed([profile.name for profile in profiles], 6)
    said = f"{columns} hold one label together: the column that says 1 names it."
    if nothing:
        said += f" {_of_rows(nothing, counts.total())} have 0 in all of them: their label is '{NONE}'."
    if several:
        said += f" {_of_rows(several, counts.total())} have 1 in several of them. {told(chosen)}"
    name = " / ".join(names[:4]) + (" / …" if len(names) > 4 else "")
    while name in taken:
        name += " (label)"
    sources = tuple(profile.name for profile in profiles)
    is_choice = bool(several or choice)
    return Derived(name, sources, make, "label", said, tuple(names) * is_choice, chosen * is_choice)


def _is_yes(cell: str) -> bool:
    return cell.strip().lower() in _YES


def is_binary(profile: ColumnProfile) -> bool:
    """Check whether a column holds both 0 and 1, or yes and no."""
    values = {value.strip().lower() for value in profile.counts}
    return len(values) <= 4 and values <= _YES | _NO and bool(values & _YES) and bool(values & (_NO - {""}))


def _without_prefix(names: Sequence[str]) -> list[str]:
    """Return "positive", "negative" for "sentiment_positive", "sentiment_negative", as pandas makes them."""
    found = [re.fullmatch(r"(.{1,60}?)[_.:= ](.{1,60})", name) for name in names]
    prefixes = {match[1] if match else None for match in found}
    if len(prefixes) == 1 and None not in prefixes:
        return [match[2] for match in found if match]
    return list(names)


def together(profiles: Sequence[ColumnProfile]) -> list[ColumnProfile]:
    """Return the binary columns that form one label together; none if there are none.

    Each row has exactly one 1 (one-hot), or there are at least three beside each other (multi-hot, dummy coding).
    """
    binary = [profile for profile in profiles if is_binary(profile)]
    if len(binary) < 2:
        return []
    rows = [[_is_yes(cell) for cell in row] for row in zip(*(profile.values for profile in binary), strict=True)]
    if sum(sum(row) == 1 for row in rows) >= 0.98 * len(rows):
        return binary
    places = [profile.position for profile in binary]
    return binary if len(binary) >= 3 and places == list(range(places[0], places[0] + len(places))) else []
