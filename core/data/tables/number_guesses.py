"""Guesses about a table's number columns, for each column not written as plain numbers."""

from collections.abc import Iterator

from core.data.tables.columns import ColumnProfile
from core.data.tables.durations import DurationStyle
from core.data.tables.features import Features
from core.data.tables.table_profile import TableProfile
from core.specs.dataset_types import Guess

_MOST_NAMED = 8  # columns that have a line of their own
_NAMED = {".": "point", ",": "comma"}


def number_guesses(seen: TableProfile, features: Features | None) -> Iterator[Guess]:
    """Yield the guessed unit and decimal sign of each column used as numbers.

    Args:
        seen: The table.
        features: What is predicted, and from what; None where no number is.
    """
    if features is None:
        return
    used = [seen.profile(name) for name in (features.target, *features.numbers)]
    spoken = [guess for profile in used if (guess := _guess(profile)) is not None]
    yield from spoken[:_MOST_NAMED]
    if len(spoken) > _MOST_NAMED:
        yield Guess("Numbers", f"{len(spoken) - _MOST_NAMED} more columns", "see the notes in the table of columns")


def _guess(profile: ColumnProfile) -> Guess | None:
    style = profile.style
    if style is None or isinstance(style, DurationStyle):  # durations have a line of their own
        return None
    has_comma = style.decimal == "," and any("," in value for value in profile.examples)
    says = [*style.says, *([f"the decimal sign is a {_NAMED[style.decimal]}"] if has_comma else [])]
    if not style.unit and not says:
        return None
    value = f"'{profile.name}' in {style.unit}" if style.unit else f"'{profile.name}' without a unit"
    shown = ", ".join(f"'{example}'" for example in profile.examples[:2])
    return Guess("Numbers", value, "; ".join([f"it writes {shown}", *says]))
