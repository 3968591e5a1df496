"""Amounts of an answer as people read them: points, or own units."""

from core.evaluation.run_result import short


def amount(value: float, label: str) -> str:
    """Return an answer: "82 %" of a label, else the number.

    Args:
        value: The probability of a label, 0 to 1, or a number.
        label: Empty of a number.
    """
    return f"{100 * value:.1f} %" if label else short(value)


def change(value: float, label: str) -> str:
    """Return a change with its sign: "+4.2 points" of a probability, else the number."""
    if label:
        return f"{100 * value:+.1f} points"
    return f"+{short(value)}" if value > 0 else short(value)
