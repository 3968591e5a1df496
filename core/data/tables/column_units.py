"""Meaning of a column's units, decided together.

Beside "k", "m" is a million; beside "cm", a metre.

Amounts of different kinds, such as euros beside dollars, never become one column of numbers.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from core.data.tables.units import COUNT, CURRENCY_OF, MEASURES, Sense, senses

Spelling = tuple[str, str]  # what stands before a number, and after it
BARE: Spelling = ("", "")
_FEW = 0.05  # of the numbers may lack a unit where there are several: these are not read
_MOST_SPELLINGS = 60
_FAR_APART = 20.0  # "626" beside "1.2m": if bare numbers are so much larger, "m" is a million
_TEMPERATURE = re.compile(r"temp|kelvin|°", re.IGNORECASE)


@dataclass(frozen=True)
class Units:
    """How the units of a column are understood.

    Args:
        unit: In which the numbers are given, as the column itself writes it; "" for none.
        kind: What is measured.
        one: Base units of the kind in one of `unit`.
        offset: Where the nought of `unit` lies, in base units: of degrees.
        takes_bare: Whether a number without a unit is one of `unit`.
        doubt: What else the unit could have meant, in words.
    """

    unit: str = ""
    kind: str = COUNT
    one: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    takes_bare: bool = True
    doubt: str = field(default="", compare=False)
    _found: dict[Spelling, tuple[Fraction, Fraction] | None] = field(default_factory=dict, compare=False, repr=False)

    def conversion(self, before: str, after: str) -> tuple[Fraction, Fraction] | None:
        """Return the factor and summand to convert such numbers to `unit`; None if impossible."""
        spelling = (before, after)
        if spelling not in self._found:
            self._found[spelling] = self._conversion(spelling)
        return self._found[spelling]

    def _conversion(self, spelling: Spelling) -> tuple[Fraction, Fraction] | None:
        if spelling == BARE:
            return (Fraction(1), Fraction(0)) if self.takes_bare else None
        for sense in senses(*spelling):
            if _fits(sense, self.kind):
                return sense.factor / self.one, (sense.offset - self.offset) / self.one
        return None


def understand(counts: Mapping[Spelling, int], sizes: Mapping[Spelling, float], name: str = "") -> Units | None:
    """Return the meaning of a column's units; None if its numbers are not comparable.

    Args:
        counts: How many numbers stand with each spelling.
        sizes: The typical number of each, without its unit.
        name: Of the column: a "K" in one called temperature is no thousand.
    """
    named = {spelling: senses(*spelling) for spelling in counts if spelling != BARE}
    if len(named) > _MOST_SPELLINGS:
        return None
    if not named:
        return Units()
    kind = _kind(named, counts, sizes, name)
    if kind is None:
        return None
    meant = {spelling: next(s for s in found if _fits(s, kind)) for spelling, found in named.items()}
    usual = max(meant, key=lambda spelling: (counts[spelling], -meant[spelling].factor))
    if kind in MEASURES or kind == "temperature":
        found = _measure(kind, meant, usual, counts)
        return None if found is None else replace(found, doubt=_doubt(named, counts))
    labels = [sense.label for sense in (meant[usual], *meant.values()) if sense.label]
    return Units(labels[0] if labels else "", kind)


def _measure(
    kind: str, meant: Mapping[Spelling, Sense], usual: Spelling, counts: Mapping[Spelling, int]
) -> Units | None:
    several = len({(sense.factor, sense.offset) for sense in meant.values()}) > 1
    if several and counts.get(BARE, 0) > _FEW * sum(counts.values()):
        return None  # nobody knows in which of the units a bare number is
    sense = meant[usual]
    if sense.is_scale:  # "5 Tsd. km" is given in km
        sense = next(s for s in senses("", sense.label) if s.kind == kind)
    label = sense.label if meant[usual].is_scale else usual[1]
    return Units(label, kind, sense.factor, sense.offset, takes_bare=not several)


def _doubt(named: Mapping[Spelling, Sequence[Sense]], counts: Mapping[Spelling, int]) -> str:
    """Return a doubt that a unit could be a scale, given numbers without it."""
    scales = {sense.factor for found in named.values() for sense in found if sense.kind == COUNT}
    if BARE not in counts or len(named) > 1 or len(scales) != 1:
        return ""
    [(_, written)] = named
    return f"'{written}' is taken for a unit, not for {_figure(*scales)}, as the numbers without it are of like size"


def _fits(sense: Sense, kind: str) -> bool:
    """Return whether a sense is of a kind; "3k" is of any beside it."""
    return sense.kind == kind or (sense.kind == COUNT and kind.startswith(("money ", "things ")))


def _kind(
    named: Mapping[Spelling, Sequence[Sense]],
    counts: Mapping[Spelling, int],
    sizes: Mapping[Spelling, float],
    name: str,
) -> str | None:
    """Return the only kind that all units can have; None if there is none."""
    kinds = dict.fromkeys(sense.kind for found in named.values() for sense in found)
    able = [kind for kind in kinds if all(any(_fits(s, kind) for s in found) for found in named.values())]
    if "temperature" in able and COUNT in able and not _TEMPERATURE.search(name):
        able.remove("temperature")
    if len(able) < 2:
        return able[0] if able else None
    if "calendar" in able and {after.casefold()[:1] for _, after in named} & {"y", "a", "j", "w"}:
        return "calendar"
    others = [kind for kind in able if kind not in (COUNT, "calendar")]
    if COUNT not in able or len({after.casefold() for _, after in named}) > 1:
        return others[0] if others else able[0]
    if BARE in counts and (
        others == ["bytes"] or sizes[BARE] >= _FAR_APART * max(sizes[spelling] for spelling in named)
    ):
        return COUNT
    return others[0] if others else COUNT


def told(units: Units, counts: Mapping[Spelling, int]) -> tuple[str, ...]:
    """Return in words what units were made one, as parts of a sentence."""
    parts = []
    for spelling in sorted(counts, key=lambda s: -counts[s]):
        found = units.conversion(*spelling)
        if spelling == BARE or found is None or found == (Fraction(1), Fraction(0)):
            continue
        factor, summand = found
        written = spelling[1] or spelling[0]
        if units.kind in MEASURES:
            parts.append(f"1 {written} is {_figure(factor)} {units.unit}")
        elif summand:
            parts.append(f"{written} becomes {units.unit}")
        else:
            parts.append(f"'{written}' counts as {_figure(factor)}{' ' * bool(units.unit)}{units.unit}")
    return (*([units.doubt] if units.doubt else []), *parts[:4])


class Incomparable(NamedTuple):
    """Why numbers of a column cannot be compared; "" where nothing speaks against it."""

    why: str = ""
    are_measures: bool = False  # of known units: as words, they would tell little


def several_kinds(counts: Counter[Spelling]) -> Incomparable:
    """Return why numbers with these spellings cannot be compared."""
    written = {spelling: f"{spelling[0]} {spelling[1]}".strip() for spelling, _ in counts.most_common()}
    named = [words for spelling, words in written.items() if spelling != BARE]
    if len(named) < 2:
        return Incomparable()
    shown = ", ".join(f"'{words}'" for words in named[:3])
    if BARE in counts and understand({s: n for s, n in counts.items() if s != BARE}, dict.fromkeys(counts, 1.0)):
        why = f"numbers in several units ({shown}) beside some without any: nobody can know what these are in"
        return Incomparable(why, are_measures=True)
    money = {CURRENCY_OF.get(sign) for spelling in counts for sign in spelling} - {None}
    if len(money) > 1:
        why = f"amounts in several currencies ({shown}), which are never added up: convert them in the file"
        return Incomparable(why, are_measures=True)
    if any(not _is_measured(spelling) for spelling in counts if spelling != BARE):
        return Incomparable(f"numbers beside different words ({shown}): they stay words")
    return Incomparable(f"numbers in several units ({shown}) that cannot be compared", are_measures=True)


def _is_measured(spelling: Spelling) -> bool:
    """Return whether a unit is in the unit table, not an unknown word."""
    return any(not sense.kind.startswith("things ") for sense in senses(*spelling))


def _figure(factor: Fraction) -> str:
    number = float(factor)
    return f"{number:,.0f}" if number == round(number) and number < 1e15 else f"{number:,.6g}"
