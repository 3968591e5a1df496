"""Shares and amounts as people say them, rounded so that what differs still differs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

BASES = (100, 1_000, 10_000, 100_000)
FEW = 100  # examples, of which the count itself is said
MOST_DIGITS = 6


@dataclass(frozen=True)
class OutOf:
    """Shares said as "82 of 100".

    Args:
        base: Of how many the first one is said.
        examples: That were judged; 0 where it is not known.
        stands_alone: Whether the first one is said of the examples, so that others must say of how many they are.
    """

    base: int
    examples: int = 0
    stands_alone: bool = False

    def first(self, share: float) -> str:
        """Return the share that a sentence begins with."""
        if share in (0.0, 1.0) and self.examples:
            return f"all {self.examples:,}" if share else f"none of {self.examples:,}"
        return f"{_whole(share, self.base):,} of {self.base:,}"

    def other(self, share: float) -> str:
        """Return a share that follows the first one, without repeating of how many."""
        if share == 1 and self.examples:
            return "all"
        if not self.stands_alone:
            return f"{_whole(share, self.base):,}"
        return f"{share_in_words(share)} of 100"


def out_of(own: float, examples: int = 0, exact: Sequence[float] = (), apart: Sequence[float] = ()) -> OutOf:
    """Return of how many shares are best said.

    >>> out_of(0.816).first(0.816), out_of(0.896, exact=[0.9]).first(0.896), out_of(0.9996).first(0.9996)
    ('82 of 100', '896 of 1,000', '9,996 of 10,000')

    Args:
        own: The share that is said first.
        examples: That it was judged on, 0 where not known.
        exact: Shares that stand beside it and may not be rounded, such as targets.
        apart: Shares that must not seem equal to it where they are not.
    """
    if 0 < examples < FEW:
        return OutOf(examples, examples, stands_alone=True)
    base = next((base for base in BASES if _is_true(own, base, exact, apart)), BASES[-1])
    return OutOf(base, examples, stands_alone=bool(examples) and own in (0.0, 1.0))


def _is_true(own: float, base: int, exact: Sequence[float], apart: Sequence[float]) -> bool:
    said = _whole(own, base)
    if (said == base and own < 1) or (said == 0 and own > 0):
        return False
    if any(abs(share * base - round(share * base)) > 1e-6 for share in exact):
        return False
    return all(_order(said, _whole(share, base)) == _order(own, share) for share in (*exact, *apart))


def _order(first: float, second: float) -> int:
    return 0 if math.isclose(first, second, abs_tol=1e-12) else 1 if first > second else -1


def _whole(share: float, base: int) -> int:
    return math.floor(share * base + 0.5 + 1e-9)


def share_in_words(share: float) -> str:
    """Return a share out of 100, with at most two decimal places."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".")


def amounts(own: float, *others: float) -> tuple[str, ...]:
    """Return numbers with two or three digits, more where needed to tell them apart.

    >>> amounts(21.34, 20.0), amounts(4.04, 4.0), amounts(1_312.4, 55.0)
    (('21.3', '20'), ('4.04', '4'), ('1,312', '55'))
    """
    values = (own, *others)
    for digits in range(3, MOST_DIGITS + 1):
        said = tuple(amount(value, digits) for value in values)
        if all((said[0] == other) == math.isclose(own, value) for other, value in zip(said[1:], others, strict=True)):
            break
    return said


def amount(value: float, digits: int = 3) -> str:
    """Return a number with so many digits that count, as people write it."""
    if not math.isfinite(value):
        return "not known" if math.isnan(value) else "without end"
    if value == 0:
        return "0"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    if not 1e-6 <= abs(value) < 1e12:
        return f"{value:.{digits}g}"
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
