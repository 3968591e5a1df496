"""One plain sentence about a finished model: how good, better than what, by how much, how sure."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from core.runs import Score
from core.specs import MetricSpec

if TYPE_CHECKING:
    from core.training.evaluation import Difference


def sentence(
    primary: MetricSpec,
    scores: Mapping[str, Score],
    difference: "Difference | None",
    never_answered: tuple[str, ...] = (),
) -> str:
    """Return the verdict.

    Args:
        primary: The metric that decides.
        scores: Every metric of the model on the test split.
        difference: To the best baseline on the primary metric, if there is a baseline.
        never_answered: Classes that the model never named.
    """
    if primary.name == "r2":
        primary = replace(primary, unit="percent")  # in a sentence, a share is said in percent
    text = _score(primary, scores)
    if difference is not None:
        text += _comparison(primary, difference)
    text += "."
    if never_answered:
        text += f" It never answers {' or '.join(repr(label) for label in never_answered)}."
    return text


def _score(primary: MetricSpec, scores: Mapping[str, Score]) -> str:
    own = scores[primary.name]
    if primary.name == "accuracy":
        start = f"Right on {_number(primary, own.value)} % of unseen examples"
        return f"{start} (95 % interval {_span(primary, own.ci_low, own.ci_high)})"
    if primary.name == "r2":
        return _explained(primary, own, scores["mae"])
    if "perplexity" in scores:
        guesses = scores["perplexity"].value
        return (
            f"On unseen text its loss is {_number(primary, own.value)} nats per character (95 % interval "
            f"{_span(primary, own.ci_low, own.ci_high)}), as unsure as between {guesses:.1f} characters"
        )
    return (
        f"{primary.title} {_number(primary, own.value)} on unseen examples "
        f"(95 % interval {_span(primary, own.ci_low, own.ci_high)})"
    )


def _explained(primary: MetricSpec, share: Score, mean_error: Score) -> str:
    """Return how much of a table's differences a model explains, and how far off it is."""
    span = f"95 % interval {_span(primary, share.ci_low, share.ci_high)}"
    off = f"is off by {_in_units(mean_error.value)} on average"
    if share.value <= 0:
        return f"Explains nothing of the differences between unseen rows ({span}) and {off}"
    return f"Explains {_number(primary, share.value)} % of the differences between unseen rows ({span}) and {off}"


def _in_units(value: float) -> str:
    """Return a number of any size with about three digits, as people write it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _comparison(primary: MetricSpec, difference: "Difference") -> str:
    unit = " points" if primary.unit == "percent" else ""
    amount = f"{_number(primary, abs(difference.value))}{unit}"
    span = _span(primary, difference.ci_low, difference.ci_high)
    if difference.ci_low > 0:
        return f", {amount} better than {difference.baseline}, and the difference is clear ({span})"
    if difference.ci_high < 0:
        mirrored = _span(primary, -difference.ci_high, -difference.ci_low)
        return (
            f", {amount} worse than {difference.baseline}, and the difference is clear ({mirrored}): "
            "the simple method is the better choice so far"
        )
    if math.isnan(difference.value):
        return f", which cannot be compared with {difference.baseline}"
    direction = "better" if difference.value >= 0 else "worse"
    measured = f"{amount} {direction}" if float(amount.split()[0]) else "equally good"
    return (
        f", with no clear difference from {difference.baseline}, which is simpler "
        f"({measured}; the interval, {span}, includes no difference at all)"
    )


def _number(primary: MetricSpec, value: float) -> str:
    """Return percentages with one decimal, other numbers with three."""
    return f"{100 * value:.1f}" if primary.unit == "percent" else f"{value:.3f}"


def _span(primary: MetricSpec, low: float, high: float) -> str:
    return f"{_number(primary, low)} to {_number(primary, high)}"
