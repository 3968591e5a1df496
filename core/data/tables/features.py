"""Which table columns are features for a numeric target, and why others are not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.data.tables.columns import MOST_CATEGORIES, ColumnProfile, gives_away
from core.data.tables.dates import DateStyle
from core.data.tables.durations import read_numbers
from core.data.tables.groups import NAMES_GROUPS
from core.data.tables.numbers import NumberStyle, number_style
from core.data.tables.rows_in_time import time_column
from core.data.tables.table_profile import TableProfile
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import Finding, ImportOptions

ONLY_NUMBERS = "only numbers the rows: it tells nothing"
NAMES_ROWS = "nearly every row has a word of its own: nothing of it can be learnt for new rows"
_NAMING = 0.9  # share of the rows from which different words only name them


@dataclass(frozen=True, eq=False)
class Features:
    """What a number is predicted from.

    Args:
        target: The column to predict.
        target_style: How its numbers are written; None of labels.
        numbers: Columns of numbers -> how they are written.
        dates: Columns of dates, or of times of the day -> how they are written.
        categories: Columns of words.
        texts: Columns of free texts.
        ignored: Columns that are not used -> why.
        column_notes: What to say of a column.
        notes: Whole sentences.
    """

    target: str
    target_style: NumberStyle | None  # None where kinds are predicted, not numbers
    numbers: Mapping[str, NumberStyle]
    dates: Mapping[str, DateStyle]
    categories: tuple[str, ...]
    texts: tuple[str, ...]
    ignored: Mapping[str, str]
    column_notes: Mapping[str, str]
    notes: tuple[str, ...]
    read_as_numbers: tuple[str, ...]  # of the columns of texts such as "8GB"
    time_column: str = ""  # by whose dates the rows are divided

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are used, numbers first."""
        return (*self.numbers, *self.dates, *self.categories, *self.texts)

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that are not used, without those that only number the rows."""
        return tuple(name for name, why in self.ignored.items() if why != ONLY_NUMBERS)


def choose_features(seen: TableProfile, target: str, options: ImportOptions, *, is_labelled: bool = False) -> Features:
    """Return what a number, or a label, is predicted from.

    Once the options say which columns to read as numbers, they also say which to ignore: what they do not name is used.

    Args:
        seen: The table.
        target: The column to predict.
        options: Of the user.
        is_labelled: Whether the target holds labels.

    Raises:
        DataError: The target holds no numbers, or always the same, or a column that the options name is not there.
    """
    style = None if is_labelled else _target_style(seen, target)
    is_first_preview = options.number_columns is None
    for name in (*options.ignored_columns, *(options.number_columns or ())):
        seen.table.index(name)
    target_profile = seen.profile(target)
    used = _Used()
    ignored: dict[str, str] = {}
    notes: dict[str, str] = {}
    for profile in seen.profiles:
        if profile.name in (target, options.split_column):
            continue
        if profile.name == options.group_column and profile.name not in options.used_columns:
            ignored[profile.name] = NAMES_GROUPS
            continue
        given_away = gives_away(profile, target_profile)
        doubt = given_away or _doubt(profile)
        notes[profile.name] = given_away or profile.note or doubt
        is_wanted = not is_first_preview or profile.name in (*options.used_columns, *options.column_kinds)
        if profile.name in options.ignored_columns:
            ignored[profile.name] = doubt or "left out by choice"
        elif options.column_kinds.get(profile.name) == "identifier":
            ignored[profile.name] = ONLY_NUMBERS
        elif profile.kind == "empty" or (doubt and not is_wanted):
            ignored[profile.name] = doubt
        else:
            used.add(profile, options)
    leaks = [name for name, reason in ignored.items() if "gives the answer away" in reason]
    return Features(
        target=target,
        target_style=style,
        numbers=used.numbers,
        dates=used.dates,
        categories=tuple(used.categories),
        texts=tuple(used.texts),
        ignored=ignored,
        column_notes={**notes, target: target_profile.note},
        notes=_sentences(ignored, leaks, target),
        read_as_numbers=tuple(name for name in used.numbers if seen.profile(name).kind not in _NUMBERS_ANYWAY),
        time_column=time_column(seen, used.dates, options),
    )


_NUMBERS_ANYWAY = ("number", "duration", "identifier")  # kinds that need no word of the user to be read as numbers


@dataclass
class _Used:
    """The columns that are used, by what they are read as."""

    numbers: dict[str, NumberStyle] = field(default_factory=dict)
    dates: dict[str, DateStyle] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, profile: ColumnProfile, options: ImportOptions) -> None:
        if profile.dates is not None:
            self.dates[profile.name] = profile.dates
        elif (as_number := _as_number(profile, options)) is not None:
            self.numbers[profile.name] = as_number
        elif profile.kind == "text":
            self.texts.append(profile.name)
        else:
            self.categories.append(profile.name)


def unused_columns(features: Features | None) -> list[Finding]:
    """Return unused columns and why, as a finding; none where all are used."""
    if features is None or not features.ignored:
        return []
    return [
        Finding(
            code="unused-columns",
            severity="note",
            count=len(features.ignored),
            examples=tuple(f"{name}: {reason}" for name, reason in list(features.ignored.items())[:5]),
            message=" ".join(features.notes),
            why="What a column tells is lost where it is left out; import again and choose otherwise if one matters.",
        )
    ]


def _as_number(profile: ColumnProfile, options: ImportOptions) -> NumberStyle | None:
    """Return how to read a column as numbers; None for a word column."""
    chosen = options.number_columns
    if profile.kind == "number-in-text":
        return profile.style if chosen is None or profile.name in chosen else None
    if profile.style is not None:
        return profile.style
    if chosen is None or profile.name not in chosen:
        return None
    # Asked for although not every value is one: the others will count as missing.
    parsable = [value for value in profile.counts if number_style([value]) is not None]
    return (number_style(parsable) if parsable else None) or NumberStyle()


def _doubt(profile: ColumnProfile) -> str:
    """Return why a column is of no use, "" if it may be."""
    return (
        profile.refusal
        or {
            "empty": "empty",
            "constant": "the same in every row: it tells nothing",
            "identifier": ONLY_NUMBERS,
        }.get(profile.kind, "")
        or (NAMES_ROWS if _names_rows(profile) else "")
    )


def _names_rows(profile: ColumnProfile) -> bool:
    rows = profile.counts.total()
    return profile.kind == "category" and rows > MOST_CATEGORIES and profile.distinct >= _NAMING * rows


def _target_style(seen: TableProfile, target: str) -> NumberStyle:
    profile = seen.profile(target)
    style = profile.style or number_style([v for v in profile.counts if number_style([v]) is not None]) or NumberStyle()
    numbers, _ = read_numbers(profile.values, style)
    there = numbers[numbers == numbers]
    if len(there) < max(1, len(numbers) // 10):
        shown = ", ".join(f"'{example}'" for example in profile.examples) or "nothing"
        raise DataError(
            f"The column '{target}' of {seen.table.path.name} holds {shown}, which are no numbers, so it cannot be "
            "predicted as one. Choose a column of numbers as the target."
        )
    if len(there) > 1 and (there == there[0]).all() and seen.is_whole:
        raise DataError(
            f"The column '{target}' of {seen.table.path.name} holds the same number ({there[0]:g}) in every row, "
            "so there is nothing to learn. Choose another column as the target."
        )
    profile.style = style
    return style


def _sentences(ignored: Mapping[str, str], leaks: list[str], target: str) -> tuple[str, ...]:
    """Return what was left out, in words: leaks first, then by reason."""
    sentences = []
    if leaks:
        one = len(leaks) == 1
        sentences.append(
            f"{listed(leaks)} give{'s' * one} '{target}' away and {'is' if one else 'are'} left out: "
            "a model that saw it would look perfect and be of no use."
        )
    by_reason: dict[str, list[str]] = {}
    for name, reason in ignored.items():
        if name not in leaks:
            by_reason.setdefault(reason, []).append(name)
    sentences += [f"Not used: {listed(names)} ({reason})." for reason, names in by_reason.items()]
    return tuple(sentences)
