"""What each column of a table holds, inferred from a sample of rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.tables.codes import NAMES_THINGS, names_things
from core.data.tables.dates import DateStyle, date_style
from core.data.tables.durations import duration_style, read_numbers
from core.data.tables.numbers import (
    NumberStyle,
    has_leading_zeros,
    is_missing,
    is_plain_number,
    number_style,
    why_no_number,
)
from core.data.tables.skip_report import shortened
from core.specs.dataset_types import ColumnKind

MOST_CATEGORIES = 50  # different words that a column may have to be of use as a feature
_SURE = 0.98  # share of the values that must agree on what they are
_MANY_NUMBERS, _MOST_ROWS = 10, 0.95  # different numbers, in this share of the rows: some words beside them are slips
_FEW_WORDS = 20  # amounts of so few kinds are of use as words, though they cannot be compared
# Scripts without spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_LONG_TEXT = 40  # characters on average
_ID_NAME = re.compile(
    r"(?:^|[\s_\-.])(?:id|ids|uuid|guid|key|code|nr|no|number|index|row|sku|isbn)$|(?<=[a-z])I[dD]$|^#$", re.IGNORECASE
)
_INDEX_NAME = re.compile(r"unnamed: ?\d+|column 1|index|level_0|__index_level_\d+__", re.IGNORECASE)
_CODE = re.compile(r"(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9_\-:./]{2,63}")


@dataclass(eq=False)
class ColumnProfile:
    """One column, as its sample shows it.

    Args:
        name: Of the column.
        position: Among the table's columns.
        values: (N,) of the sampled rows, as written.
    """

    name: str
    position: int
    values: Sequence[str]
    kind: ColumnKind = "empty"
    distinct: int = 0
    missing: int = 0
    style: NumberStyle | None = None  # of kinds "number", "number-in-text" and "duration"
    dates: DateStyle | None = None  # of kind "date"
    average_length: float = 0.0  # characters
    average_words: float = 0.0
    note: str = ""
    refusal: str = ""  # why numbers of several units are not read as numbers
    counts: Counter[str] = field(default_factory=Counter)  # of the values that are there
    _numbers: NDArray[np.float64] | None = None

    @property
    def examples(self) -> tuple[str, ...]:
        """A few values, the most frequent first."""
        return tuple(shortened(value, 60) for value, _ in self.counts.most_common(3))

    @property
    def numbers(self) -> NDArray[np.float64]:
        """(N,) the values as numbers, NaN where there is none."""
        if self._numbers is None:
            self._numbers = read_numbers(self.values, self.style or NumberStyle())[0]
        return self._numbers

    @property
    def is_index(self) -> bool:
        """Whether it only counts the rows, as pandas and spreadsheets like to add."""
        return self.kind == "identifier" and _INDEX_NAME.fullmatch(self.name.strip()) is not None


def profile_column(name: str, position: int, values: Sequence[str], hint: Literal[".", ","] = ".") -> ColumnProfile:
    """Return what a column holds.

    Args:
        name: Of the column.
        position: Among the table's columns.
        values: (N,) of the sampled rows, as written.
        hint: The decimal sign where the values do not tell.
    """
    profile = ColumnProfile(name, position, values)
    profile.counts = Counter(value for value in values if value.strip())
    there = [value for value in profile.counts if not is_missing(value)]
    profile.distinct = len(profile.counts)
    profile.missing = len(values) - profile.counts.total()
    if not profile.counts:
        return profile
    lengths = sum(len(value) * count for value, count in profile.counts.items())
    words = sum(_words(value) * count for value, count in profile.counts.items())
    profile.average_length = lengths / profile.counts.total()
    profile.average_words = words / profile.counts.total()
    profile.kind = _kind(profile, there, hint)
    if profile.style is not None:
        profile.missing += sum(count for value, count in profile.counts.items() if is_missing(value))
    return profile


def _words(value: str) -> int:
    """Return a value's approximate word count; two characters make one in spaceless scripts."""
    return len(value.split()) + (0 if value.isascii() else len(_UNSPACED.findall(value)) // 2)


def _kind(profile: ColumnProfile, there: list[str], hint: Literal[".", ","]) -> ColumnKind:
    """Return the kind, and set the style of numbers and the note.

    Args:
        profile: With counts.
        there: The different values that do not stand for a missing number.
        hint: The decimal sign where the values do not tell.
    """
    if there and (time := _time_kind(profile, there, hint)):
        return "constant" if len(there) == 1 and not profile.missing and len(profile.values) > 1 else time
    if there and (number := _number_kind(profile, there, hint)):
        if number != "number" or not names_things(profile.name, there, profile.counts.total()):
            return number
        profile.style, profile.note = None, NAMES_THINGS
        return "category"
    if profile.distinct == 1 and profile.missing == 0 and len(profile.values) > 1:
        return "constant"
    is_unique = profile.distinct == profile.counts.total() > 2
    if is_unique and profile.average_words < 1.5:
        codes = sum(_CODE.fullmatch(value.strip()) is not None for value in profile.counts)
        if codes >= _SURE * profile.distinct or (_ID_NAME.search(profile.name) and profile.average_length < 40):
            return "identifier"
    if _reads_as_text(profile):
        return "text"
    if there and (found := why_no_number(there)).why:
        profile.note = found.why
        profile.refusal = found.why if found.are_measures and profile.distinct > _FEW_WORDS else ""
    return "category"


def _reads_as_text(profile: ColumnProfile) -> bool:
    """Return whether values are texts, not categories: long or multi-word, and mostly distinct."""
    variety = profile.distinct / profile.counts.total()
    is_long = profile.average_length >= _LONG_TEXT or profile.average_words >= 4
    return variety >= (0.3 if is_long else 0.7) and (is_long or profile.average_words >= 2.5)


def _time_kind(profile: ColumnProfile, there: list[str], hint: Literal[".", ","]) -> ColumnKind | None:
    """Set a date, clock or duration column's style; return its kind or None."""
    if (durations := duration_style(there, profile.name)) is not None:
        profile.style = durations
        profile.note = f"{', '.join(profile.examples[:2])}: durations, in seconds"
        return "duration"
    profile.dates = date_style(there, profile.name, day_first=True if hint == "," else None)
    return None if profile.dates is None else "date"


def _number_kind(profile: ColumnProfile, there: list[str], hint: Literal[".", ","]) -> ColumnKind | None:
    """Return the kind of a column of numbers, None if it is none."""
    plain = [value for value in there if is_plain_number(value)]
    rows = sum(profile.counts[value] for value in there)
    # Few rows that say "on request" do not make words of hundreds of prices.
    are_most_rows = len(plain) >= _MANY_NUMBERS and sum(profile.counts[v] for v in plain) >= _MOST_ROWS * rows
    if len(plain) >= _SURE * len(there) or are_most_rows:
        if has_leading_zeros(there):
            profile.note = "codes that begin with zeros: they stay words"
            return "identifier" if _is_identifier(profile, there) else "category"
        profile.style = NumberStyle()
        if _is_identifier(profile, there):
            return "identifier"
        return "constant" if len(there) == 1 and profile.missing == 0 and len(profile.values) > 1 else "number"
    style = number_style(there, hint, profile.name)
    if style is None:
        return None
    profile.style = style
    shown = ", ".join(list(profile.examples)[:2])
    without = f", without '{style.unit}'" if style.unit else ""
    comma = ", with a decimal comma" if style.decimal == "," and any("," in value for value in there) else ""
    profile.note = f"{shown}: offered as numbers{without}{comma}{''.join(f'; {said}' for said in style.says)}"
    return "number-in-text"


def _is_identifier(profile: ColumnProfile, there: list[str]) -> bool:
    """Return whether whole numbers only name the rows."""
    if (
        profile.distinct < profile.counts.total()
        or profile.distinct < 3
        or not all(v.strip().isdecimal() for v in there)
    ):
        return False
    if _ID_NAME.search(profile.name) or _INDEX_NAME.fullmatch(profile.name):
        return True
    numbers = np.array([float(value) for value in there])  # in the order of the rows
    steps = np.diff(numbers)
    return len(numbers) >= 10 and bool((steps == steps[0]).all()) and abs(steps[0]) >= 1


def gives_away(candidate: ColumnProfile, target: ColumnProfile) -> str:
    """Return how a column leaks the target as text; "" if it does not."""
    if len(target.values) >= 3 and list(candidate.values) == list(target.values):
        return f"the same as '{target.name}': it gives the answer away"
    if candidate.style is None or target.style is None:
        return ""
    ours, theirs = candidate.numbers, target.numbers
    both = np.isfinite(ours) & np.isfinite(theirs)
    if both.sum() < 10:
        return ""
    ours, theirs = ours[both], theirs[both]
    if np.array_equal(ours, theirs):
        return f"the same numbers as '{target.name}': it gives the answer away"
    with np.errstate(all="ignore"):  # numbers near the largest there are have no spread that could be written
        is_idle = not (ours.std() > 0 and theirs.std() > 0) or len(np.unique(theirs)) < 3
        alike = 0.0 if is_idle else abs(float(np.corrcoef(ours, theirs)[0, 1]))
    if alike > 0.9999:
        return f"follows '{target.name}' exactly, only in another unit or scale: it gives the answer away"
    return ""
