"""Evaluation of a filter tree on runs, with comparisons only."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any as Anything
from typing import TypeAlias

from core.runs import Run
from core.services.run_search.fields import SCORE, VALIDATION, Field, Fields
from core.services.run_search.query_parser import All, Any, Comparison, FilterError, Not, Term, Word, read_filter

Test: TypeAlias = Callable[[Run], bool]
MOST_NAMED = 8  # values that a hint lists
_ORDER: Mapping[str, Callable[[Anything, Anything], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?|[+-]?inf(?:inity)?)\s*([a-z%]*)", re.IGNORECASE)
_SECONDS = {"": "1", "s": "1", "sec": "1", "second": "1", "m": "60", "min": "60", "minute": "60", "h": "3600",
            "hour": "3600", "d": "86400", "day": "86400"}  # fmt: skip
_SIZES = {"": "1", "%": "0.01", "k": "1e3", "thousand": "1e3", "m": "1e6", "million": "1e6", "b": "1e9",
          "billion": "1e9"}  # fmt: skip
_FLAGS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
_CLOSED = ("status", "task", "model", "data", "project", "origin", "tag", "device")  # texts that come from a list


@dataclass(frozen=True)
class Filter:
    """A filter that was understood."""

    text: str
    fits: Test
    hints: tuple[str, ...]  # such as a value that no run has: said where nothing is found

    def of(self, runs: Sequence[Run]) -> list[Run]:
        """Return the runs that fit, in their order."""
        return [run for run in runs if self.fits(run)]


def understand(text: str, fields: Fields) -> Filter:
    """Return the filter that a text means for these runs.

    Args:
        text: Such as `accuracy > 90% and model = resnet`, or words to search for.
        fields: What can be asked of the runs at hand.

    Raises:
        FilterError: It cannot be understood; the message says where, and what would be.
    """
    hints: list[str] = []
    return Filter(text, _test(read_filter(text), fields, hints), tuple(hints))


def condition(term: Term, fields: Fields) -> Test:
    """Return whether a run fits a part of a filter.

    Raises:
        FilterError: It asks for what there is not.
    """
    return _test(term, fields, [])


def _test(term: Term, fields: Fields, hints: list[str]) -> Test:
    if isinstance(term, Not):
        inner = _test(term.term, fields, hints)
        return lambda run: not inner(run)
    if isinstance(term, All | Any):
        tests = [_test(part, fields, hints) for part in term.terms]
        decide = all if isinstance(term, All) else any
        return lambda run: decide(test(run) for test in tests)
    return _word(term, fields) if isinstance(term, Word) else _comparison(term, fields, hints)


def _word(word: Word, fields: Fields) -> Test:
    field = None if word.quoted else fields.known(word.text)
    if field is not None and field.kind == "flag":
        return lambda run: bool(field.read(run))
    text = " ".join(word.text.casefold().split())
    if field is not None and field.kind in ("number", "setting") and field.part != "fact":
        return lambda run: field.read(run) is not None or text in _searchable(run)
    return lambda run: text in _searchable(run)


def _searchable(run: Run) -> str:
    config, tags = run.config, " ".join(run.tags)
    words = f"{run.id} {run.name} {run.note} {config.dataset} {config.model} {run.verdict} {tags} {run.project}"
    return " ".join(f"{words} {run.origin}".casefold().split())


def _comparison(term: Comparison, fields: Fields, hints: list[str]) -> Test:
    field = fields.find(term.field, term.place)
    if term.operator in ("!=", "!~"):  # what has no value is not that value
        opposite = _positive(field, term, "=" if term.operator == "!=" else "~", fields, hints)
        return lambda run: not opposite(run)
    return _positive(field, term, term.operator, fields, hints)


def _positive(field: Field, term: Comparison, sign: str, fields: Fields, hints: list[str]) -> Test:
    if field.kind == "flag":
        return _flag(field, term, sign)
    if field.kind == "time":
        return _moment(field, term, sign)
    if field.kind == "number":
        return _number(field, term, sign, fields, hints)
    return _text(field, term, sign, fields, hints) if field.kind == "text" else _setting(field, term, sign)


def _flag(field: Field, term: Comparison, sign: str) -> Test:
    wanted = _FLAGS.get(term.value.casefold())
    if sign != "=" or wanted is None:
        raise FilterError(f"Write '{field.name}' or 'not {field.name}'.", term.value_place)
    return lambda run: field.read(run) is wanted


def _number(field: Field, term: Comparison, sign: str, fields: Fields, hints: list[str]) -> Test:
    wanted = _parse_number(term.value, _SECONDS if field.unit == "s" else _SIZES)
    if sign == "~" or wanted is None:
        example = f"{field.name} > {'5 min' if field.unit == 's' else '90%' if field.is_percent else '0.9'}"
        raise FilterError(
            f"'{field.name}' is a number: compare it by =, <, <=, > or >= with one, as in: {example}", term.value_place
        )
    if field.is_percent and "%" not in term.value and 1 < wanted < math.inf:  # 75 is what its column shows
        wanted = float(Decimal(str(wanted)) / 100)
    if field.is_percent and 1 < wanted < math.inf:
        raise FilterError(
            f"'{field.name}' is at most 100 %, as in: {field.name} > 75 or > 75% or > 0.75.", term.value_place
        )
    if not fields.has(field):
        hints.append(f"None of these runs has a number for '{field.name}'.")
    if field.name in (SCORE, VALIDATION) and "%" not in term.value and wanted > 1:
        return _by_run(field.name, sign, wanted, fields)
    return lambda run: (value := field.read(run)) is not None and _holds(value, sign, wanted)


def _by_run(name: str, sign: str, wanted: float, fields: Fields) -> Test:
    """Return the test for a score above 1, read as percent where shown so.

    It is 75 where the column of a run shows 75 %, and unchanged elsewhere.
    """
    read = fields.deciding if name == SCORE else fields.validation

    def holds(run: Run) -> bool:
        score = read(run)
        if score is None:
            return False
        return _holds(score.value, sign, float(Decimal(str(wanted)) / 100) if score.is_percent else wanted)

    return holds


def _holds(value: float, sign: str, wanted: float) -> bool:
    return math.isclose(value, wanted, rel_tol=1e-9) if sign == "=" else _ORDER[sign](value, wanted)


def _parse_number(text: str, units: Mapping[str, str]) -> float | None:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    unit = match[2].lower()
    factor = units.get(unit, units.get(unit.removesuffix("s")))
    return None if factor is None else float(Decimal(match[1]) * Decimal(factor))  # 95% is 0.95, to the last digit


def _setting(field: Field, term: Comparison, sign: str) -> Test:
    """Compare a setting by its type in each run: boolean, number, or text."""
    number, flag, text = _parse_number(term.value, _SIZES), _FLAGS.get(term.value.casefold()), term.value.casefold()
    if sign in _ORDER and number is None:
        raise FilterError(
            f"'{sign}' compares numbers, and '{term.value[:40]}' is none: write {field.name} = {term.value[:40]}",
            term.value_place,
        )

    def test(run: Run) -> bool:
        value = field.read(run)
        if value is None:
            return text == "" and sign == "="
        if sign == "~":
            return text in str(value).casefold()
        if isinstance(value, bool):
            return sign == "=" and value is flag
        if isinstance(value, str):
            if sign == "=":
                return value.casefold() == text
            as_number = _parse_number(value, {"": "1"})  # other tools write numbers as texts
            return as_number is not None and number is not None and _holds(as_number, sign, number)
        return number is not None and _holds(value, sign, number)

    return test


def _text(field: Field, term: Comparison, sign: str, fields: Fields, hints: list[str]) -> Test:
    if sign in _ORDER:
        raise FilterError(
            f"'{field.name}' is a text: compare it by = (the same) or ~ (has it in it), "
            f"as in: {field.name} ~ {term.value[:40]}",
            term.place,
        )
    wanted = " ".join(term.value.casefold().split())
    if sign == "~":
        return lambda run: any(wanted in " ".join(text.casefold().split()) for text in field.read(run))
    if wanted == "":
        return lambda run: not field.read(run)
    if field.name in _CLOSED:
        hints.extend(_hint(field, term.value, fields))
    return lambda run: any(" ".join(text.casefold().split()) == wanted for text in field.read(run))


def _hint(field: Field, value: str, fields: Fields) -> list[str]:
    known = fields.values(field)
    if not known or any(value.casefold() == text.casefold() for text in known):
        return []
    near = get_close_matches(value, known, n=1, cutoff=0.5)
    named = ", ".join(known[:MOST_NAMED]) + (", …" if len(known) > MOST_NAMED else "")
    return [f"No run here has the {field.name} '{value[:40]}'."
            + (f" Did you mean '{near[0]}'?" if near else "") + f" There is: {named}."]  # fmt: skip


def _moment(field: Field, term: Comparison, sign: str) -> Test:
    """Compare times; a date alone means the whole day in UTC."""
    start, end = _parse_moment(term)
    if sign == "~":
        raise FilterError(f"'{field.name}' is a time: compare it by =, <, <=, > or >=.", term.place)

    def test(run: Run) -> bool:
        moment = field.read(run)
        if moment is None:
            return False
        if sign == "=":
            return bool(start <= moment < end)
        edge = end if sign in (">", "<=") else start
        return bool(moment >= edge if sign[0] == ">" else moment < edge)

    return test


def _parse_moment(term: Comparison) -> tuple[datetime, datetime]:
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    days = {"today": 0, "yesterday": 1}
    try:
        if (name := term.value.casefold()) in days:
            start = today - timedelta(days=days[name])
        else:
            start = datetime.fromisoformat(term.value)
            start = start if start.tzinfo else start.replace(tzinfo=UTC)
        is_day = not any(sign in term.value for sign in "T: ")
        return start, start + (timedelta(days=1) if is_day else timedelta(minutes=1))
    except (ValueError, OverflowError):
        message = f"'{term.value[:40]}' is no day. Write it as in: {term.field} > {today:%Y-%m-%d}, or today, yesterday"
        raise FilterError(message, term.value_place) from None
