"""How numbers, times and other people's words are written."""

import math
import re
from datetime import UTC, datetime

from core.formatting import money
from core.specs import MetricSpec, Score, percent_digits

__all__ = ["ago", "count", "duration", "interval", "logged_number", "money", "number", "plain", "size", "value"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
# Bare addresses become links even where their signs are escaped; an invisible word joiner keeps them text.
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=@)", re.IGNORECASE)
_JOINER = "\u2060"


def plain(text: str) -> str:
    """Return the text escaped for Markdown: no links, no colours, no formulas."""
    return _SPECIAL.sub(r"\\\1", _ADDRESS.sub(_JOINER, " ".join(text.split())))


def duration(seconds: float | None) -> str:
    """Return a length of time as people say it."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def ago(moment: datetime) -> str:
    """Return how long ago something was."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    if seconds < 45:
        return "just now"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size or unit == "minute":
            count = max(1, round(seconds / size))
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return ""


def number(metric: MetricSpec, value: float, unit: bool = True) -> str:
    """Return a score as text: percentages to one decimal, others to three.

    Large numbers have one decimal or none.
    """
    if math.isnan(value):
        return "–"
    if metric.unit == "percent":
        return f"{percent_digits(value)}{' %' if unit else ''}"
    if abs(value) >= 10:  # such as errors in the units of a price
        return f"{value:,.1f}" if abs(value) < 10_000 else f"{value:,.0f}"
    is_small_error = metric.direction == "min" and 0 < abs(value) < 0.001
    return f"{value:.2g}" if is_small_error else f"{value:.3f}"


def logged_number(value: float) -> str:
    """Return a logged number in six digits, whole parts in full.

    0.9999999 is not shown as 1.
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinity" if value > 0 else "minus infinity"
    size = abs(value)
    if size and not 1e-3 <= size < 1e15:
        return f"{value:.5g}"
    places = min(max(0, 5 - math.floor(math.log10(size or 1))), 6)
    while places < 9 and value != round(value) and round(value, places) == round(value):
        places += 1
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def interval(metric: MetricSpec, score: Score) -> str:
    """Return the 95 % interval of a score."""
    if math.isnan(score.ci_low) or math.isnan(score.ci_high):
        return "no interval"
    return f"{number(metric, score.ci_low, unit=False)} to {number(metric, score.ci_high)}"


def size(count: float) -> str:
    """Return a number of bytes as people say it."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def count(number: float) -> str:
    """Return a number of things in at most three digits and a word."""
    for size, word in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if number >= size:
            return f"{number / size:.3g}{word}"
    return f"{number:,.0f}"


def value(setting: object) -> str:
    """Return a setting's value as a form would show it."""
    if isinstance(setting, bool):
        return "on" if setting else "off"
    return f"{setting:g}" if isinstance(setting, float) else str(setting)
