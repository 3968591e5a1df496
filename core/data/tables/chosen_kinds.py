"""What somebody says that a column holds, against what it seems to hold."""

from collections.abc import Mapping

from core.data.tables.columns import ColumnProfile
from core.data.tables.dates import date_style
from core.data.tables.durations import DurationStyle, duration_style
from core.data.tables.numbers import NumberStyle, is_missing, number_style
from core.data.tables.table_profile import TableProfile
from core.errors import DataError
from core.specs.dataset_types import CHOSEN_KINDS

_SAID = "read as chosen"


def take_chosen_kinds(seen: TableProfile, kinds: Mapping[str, str]) -> None:
    """Let columns be what the user says they are.

    Args:
        seen: The table, whose profiles are changed.
        kinds: Column -> one of `CHOSEN_KINDS`.

    Raises:
        DataError: A column or kind is not there, or the column holds nothing of that kind.
    """
    for name, kind in kinds.items():
        if kind not in CHOSEN_KINDS:
            raise DataError(
                f"'{kind}' is no kind of column, so '{name}' cannot be read as one. Choose one of: "
                f"{', '.join(CHOSEN_KINDS)}."
            )
        _take(seen.profile(name), kind, seen.table.path.name)


def _take(profile: ColumnProfile, kind: str, file: str) -> None:
    there = [value for value in profile.counts if not is_missing(value)]
    profile.refusal, profile._numbers = "", None
    if kind in ("category", "text", "identifier"):
        profile.style = profile.dates = None
        profile.kind, profile.note = kind, _SAID  # type: ignore[assignment]  # these three are kinds by the same name
        return
    if kind == "number":
        parsable = [value for value in there if number_style([value]) is not None]
        style = number_style(parsable, name=profile.name) if parsable else None
        _check(profile, style is not None and len(parsable) > len(there) / 10, "numbers", file)
        profile.style, profile.dates = style, None
        profile.kind = "number" if style == NumberStyle() else "number-in-text"
    elif kind == "duration":
        readable = [value for value in there if duration_style([value], is_chosen=True) is not None]
        durations = duration_style(readable, profile.name, is_chosen=True)
        _check(profile, durations is not None and len(readable) > len(there) / 10, "durations such as 1:23:45", file)
        profile.style, profile.dates, profile.kind = durations or DurationStyle(), None, "duration"
    else:
        day_first = {"date-day-first": True, "date-month-first": False}.get(kind)
        dates = [value for value in there if date_style([value], is_chosen=True) is not None]
        profile.dates = date_style(dates, profile.name, day_first=day_first, is_chosen=True)
        _check(profile, profile.dates is not None and len(dates) > len(there) / 10, "dates or times", file)
        profile.style, profile.kind = None, "date"
    profile.note = _SAID


def _check(profile: ColumnProfile, is_so: bool, what: str, file: str) -> None:
    if not is_so:
        shown = ", ".join(f"'{example}'" for example in profile.examples) or "nothing"
        raise DataError(
            f"The column '{profile.name}' of {file} holds {shown}, which are no {what}, so it cannot be read so. "
            "Leave it as it is, or choose category or text."
        )
