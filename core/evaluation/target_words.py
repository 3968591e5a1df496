"""A target, and a score against it, in a few words."""

import math

from core.evaluation.target_status import TargetResult
from core.specs import percent_digits
from core.specs.target import SHARES, Target

TITLES = {"r2": "R²", "mae": "mean error", "rmse": "RMSE", "f1": "F1"}


def wanted(target: Target, unit: str = "") -> str:
    """Return what a target asks for, as within a sentence.

    >>> wanted(Target("accuracy", 0.9)), wanted(Target("mae", 200), "EUR")
    ('at least 90 % right', 'mean error of at most 200 EUR')

    Args:
        target: The target.
        unit: Of the numbers that are predicted, if it is known.
    """
    value = f"{target.amount.replace('%', ' %')}{f' {unit}' if unit and target.metric in ('mae', 'rmse') else ''}"
    bound = f"better than today's {value}" if target.today else f"at {'most' if target.is_error else 'least'} {value}"
    if target.label:
        at = f", right in at least {percent(target.precision)} of these answers" if target.precision else ""
        return f"finds {bound} of '{target.label}'{at}"
    if target.metric == "accuracy":
        return f"{bound} right"
    return f"{TITLES.get(target.metric, target.metric.replace('_', ' '))} {'' if target.today else 'of '}{bound}"


def amount(target: Target, value: float, unit: str = "") -> str:
    """Return a value in the measure of a target: "82.0 %", "184 EUR"."""
    if math.isnan(value):
        return "not known"
    if target.metric in SHARES:
        return f"{percent_digits(value)} %"
    text = f"{value:,.0f}" if 100 <= abs(value) < 1e12 else f"{value:.3g}"
    return f"{text} {unit}" if unit and target.metric in ("mae", "rmse") else text


def interval(result: TargetResult, unit: str = "") -> str:
    """Return the score with its interval; empty where it is not known."""
    if math.isnan(result.score):
        return ""
    score = amount(result.target, result.score, unit)
    if math.isnan(result.ci_low):
        return score
    low, high = (amount(result.target, end, unit) for end in (result.ci_low, result.ci_high))
    if result.target.metric in SHARES:
        low = low.removesuffix(" %")
    text = f"{score} (95 % interval {low} to {high})"
    if result.precision is None or math.isnan(result.precision.value):
        return text
    return f"{text}, {percent_digits(result.precision.value)} % of these answers right"


def percent(share: float) -> str:
    """Return a share of a target as it was written: "90 %"."""
    return f"{100 * share:.10g} %"
