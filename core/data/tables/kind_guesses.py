"""The guesses of unclear column kinds, a line each."""

from collections.abc import Iterator

from core.data.tables.codes import NAMES_THINGS
from core.data.tables.columns import ColumnProfile
from core.data.tables.dates import DateStyle
from core.data.tables.durations import DurationStyle
from core.data.tables.features import Features
from core.data.tables.table_profile import TableProfile
from core.specs.dataset_types import Guess, ImportOptions

_MOST_NAMED = 12  # columns that have a line of their own
_ORDERS = {"dmy": "day first", "mdy": "month first", "ymd": "year first", "named": "months by their names"}
_OTHER = {"dmy": "date-month-first", "mdy": "date-day-first"}
_FORMS = {
    "clock": "times of the day",
    "seconds": "seconds since 1970",
    "milliseconds": "milliseconds since 1970",
    "digits": "dates of eight digits",
    "days": "days as workbooks count them",
}
_FREE_TEXT = "free text: the words that tell most are counted"


def kind_guesses(seen: TableProfile, features: Features | None, asked: ImportOptions) -> Iterator[Guess]:
    """Yield how dates, durations, codes and texts of feature columns were understood.

    Args:
        seen: The table.
        features: What is predicted, and from what; None where no number is.
        asked: What the user decided.
    """
    if features is None:
        return
    open_ = [name for name in (features.target, *features.names) if name not in asked.column_kinds]
    found = [guess for name in open_ if (guess := _guess(seen.profile(name), name in features.texts)) is not None]
    yield from found[:_MOST_NAMED]
    if len(found) > _MOST_NAMED:
        yield Guess("Columns", f"{len(found) - _MOST_NAMED} more", "see the table of columns", "--as COLUMN=KIND")


def _guess(profile: ColumnProfile, is_text: bool) -> Guess | None:
    shown = ", ".join(f"'{example}'" for example in profile.examples[:2])
    if isinstance(profile.style, DurationStyle):
        two = " (12:34 is minutes and seconds)" if profile.style.colons == "m:s" else ""
        return Guess(
            "Column",
            f"'{profile.name}': durations, in seconds{two}",
            f"it writes {shown}",
            _otherwise(profile, "category"),
        )
    if profile.dates is not None:
        return _of_dates(profile, profile.dates, shown)
    if profile.note == NAMES_THINGS:
        why = f"{profile.distinct:,} different whole numbers that come again, such as {shown}"
        return Guess("Column", f"'{profile.name}': categories", why, _otherwise(profile, "number"))
    if is_text:
        return Guess("Column", f"'{profile.name}': {_FREE_TEXT}", "hardly two are alike", f"--skip {profile.name}")
    return None


def _of_dates(profile: ColumnProfile, style: DateStyle, shown: str) -> Guess:
    said = _FORMS.get(style.form, f"dates, {_ORDERS[style.order]}")
    zone = "; hours are left as written, in their own time zone" if style.has_zone else ""
    other = _OTHER.get(style.order, "category") if style.form == "written" else "category"
    why = f"it writes {shown}{'' if style.is_sure else ', which could be either'}{zone}"
    return Guess("Column", f"'{profile.name}': {said}", why, _otherwise(profile, other))


def _otherwise(profile: ColumnProfile, kind: str) -> str:
    name = f'"{profile.name}={kind}"' if " " in profile.name else f"{profile.name}={kind}"
    return f"--as {name}"
