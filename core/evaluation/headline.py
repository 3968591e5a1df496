"""A one-sentence summary of a finished model: score, baseline, improvement and certainty."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.runs import Score
from core.specs import MetricSpec, percent_digits

if TYPE_CHECKING:
    from core.evaluation.run_result import Difference


CALLED = {"mean": "the mean"}  # a baseline, in a sentence
FEWEST_ROWS = 10  # of the test split that a share can be measured on
LONGEST_NAME = 40  # characters of a column's
MOST_TIMES = 10  # the differences that there are; beyond it a share is said no more exactly


@dataclass(frozen=True)
class Labelled:
    """What is known of the classes of a test split.

    Args:
        examples: In the test split.
        classes: Those of which there is a test example.
        unseen: The others.
        never_answered: Classes that the model never named, though they are there.
    """

    examples: int
    classes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    never_answered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbers:
    """What is known of the numbers that a model has answered with."""

    rows: int  # in the test split
    name: str = ""  # of the column that is predicted, if it is known
    mean_is_off_by: float | None = None  # on average, if the mean was among the baselines


def sentence(
    primary: MetricSpec,
    scores: Mapping[str, Score],
    difference: "Difference | None",
    labelled: Labelled | None = None,
    numbers: "Numbers | None" = None,
    all_rows: int = 0,
) -> str:
    """Return the verdict.

    Args:
        primary: The metric that decides.
        scores: Every metric of the model on the test split.
        difference: To the best baseline on the primary metric, if there is a baseline.
        labelled: What is known of the classes, where it answers with one.
        numbers: What is known of the numbers, where it answers with numbers.
        all_rows: How many rows there are, where all of them were judged in folds; else 0.
    """
    if primary.name == "r2":
        primary = replace(primary, unit="percent")  # in a sentence, a share is said in percent
    if numbers is not None and numbers.rows < FEWEST_ROWS:
        return _too_few_rows(numbers.rows, scores["mae"])
    if numbers is not None and math.isnan(scores["r2"].value):
        return _all_the_same(numbers, scores["mae"])
    if labelled is not None and labelled.examples < FEWEST_ROWS:
        return _too_few(labelled, scores["accuracy"]) + _of_classes(labelled)
    text = _explained(primary, scores, numbers) if primary.name == "r2" else _score(primary, scores)
    if difference is not None:
        text += _comparison(primary, difference)
    judged = f" {on_all_rows(all_rows)}" if all_rows else ""
    return f"{text}.{judged}{_of_classes(labelled)}"


def _of_classes(labelled: "Labelled | None") -> str:
    """Return sentences on classes that the test split cannot judge, each after a space."""
    if labelled is None:
        return ""
    said = ""
    if len(labelled.classes) == 1 and labelled.unseen:
        said = f" Every test example is {labelled.classes[0]!r}: how it does on {_or(labelled.unseen)} is not known."
    if labelled.never_answered:
        said += f" It never answers {_or(labelled.never_answered)}."
    return said


def _or(labels: tuple[str, ...]) -> str:
    return " or ".join(repr(label) for label in labels)


def on_all_rows(rows: int) -> str:
    """Return on what a score from folds stands, a sentence."""
    return f"Judged on all {rows:,} rows, in five folds."


def in_clusters(rows: int, clusters: int) -> str:
    """Return a sentence on what dependent examples mean for a score.

    Args:
        rows: Examples in the test split.
        clusters: Of how many groups of copies, or of rows that belong together.
    """
    if clusters < FEWEST_ROWS:
        many = "1 group" if clusters == 1 else f"{clusters} groups"
        return (
            f"Its {rows:,} test examples are copies or belong together, {many} in all: too few to say how sure the "
            "number is. Add examples of other groups."
        )
    return f"Its {rows:,} test examples are copies or belong together in part: they count as {clusters:,} groups."


def _score(primary: MetricSpec, scores: Mapping[str, Score]) -> str:
    own = scores[primary.name]
    if primary.name == "accuracy":
        return f"Right on {_number(primary, own.value)} % of unseen examples{_within(primary, own)}"
    if "perplexity" in scores:
        guesses = scores["perplexity"].value
        return (
            f"On unseen text its loss is {_number(primary, own.value)} nats per character (95 % interval "
            f"{_span(primary, own.ci_low, own.ci_high)}), as unsure as between {guesses:.1f} characters"
        )
    return f"{primary.title} {_number(primary, own.value)} on unseen examples{_within(primary, own)}"


def _within(primary: MetricSpec, own: Score) -> str:
    """Return the interval in brackets; nothing where there is none."""
    return "" if math.isnan(own.ci_low) else f" (95 % interval {_span(primary, own.ci_low, own.ci_high)})"


def _explained(primary: MetricSpec, scores: Mapping[str, Score], numbers: "Numbers | None") -> str:
    """Return how much variance a table's model explains, and its typical error."""
    share = scores["r2"]
    much = f"{_number(primary, share.value)} %" if share.value > 0 else "nothing"
    where = f"in '{numbers.name[:LONGEST_NAME]}' " if numbers is not None and numbers.name else ""
    simplest = ""
    if numbers is not None and numbers.mean_is_off_by is not None:
        simplest = f" (always answering the mean: {in_units(numbers.mean_is_off_by)})"
    return (
        f"Explains {much} of the differences {where}between unseen rows{_within(primary, share)} and is off by "
        f"{in_units(scores['mae'].value)} on average{simplest}"
    )


def _too_few(labelled: "Labelled", accuracy: Score) -> str:
    count = labelled.examples
    others = "1 example was" if count == 1 else f"{count} examples were"
    return (
        f"Only {others} left to judge it by, which says next to nothing: it was right on "
        f"{round(accuracy.value * count)} of {count}. Bring more examples, a hundred or more."
    )


def _all_the_same(numbers: "Numbers", error: Score) -> str:
    what = f"the same {numbers.name[:LONGEST_NAME]!r}" if numbers.name else "the same number"
    off = "" if numbers.mean_is_off_by is None else f" (always answering the mean: {in_units(numbers.mean_is_off_by)})"
    return (
        f"All {numbers.rows} rows that were left to judge it by have {what}, so what it explains cannot be told: it "
        f"was off by {in_units(error.value)} on average{off}. Bring rows that differ."
    )


def _too_few_rows(rows: int, error: Score) -> str:
    others = "1 row was" if rows == 1 else f"{rows} rows were"
    return (
        f"Only {others} left to judge it by, which says next to nothing: it was off by {in_units(error.value)} on "
        f"average. Bring more rows, a hundred or more."
    )


def in_units(value: float) -> str:
    """Return a number of any size with about three digits, as people write it."""
    return f"{value:,.0f}" if 100 <= abs(value) < 1e12 else f"{value:.3g}"


def _comparison(primary: MetricSpec, difference: "Difference") -> str:
    simple = CALLED.get(difference.baseline, difference.baseline)
    unit = " points" if primary.unit == "percent" else ""
    amount = f"{_number(primary, abs(difference.value))}{unit}"
    span = _span(primary, difference.ci_low, difference.ci_high)
    if difference.ci_low > 0:
        return f", {amount} better than {simple}, and the difference is clear ({span})"
    if difference.ci_high < 0:
        mirrored = _span(primary, -difference.ci_high, -difference.ci_low)
        return (
            f", {amount} worse than {simple}, and the difference is clear ({mirrored}): "
            "the simple method is the better choice so far"
        )
    if math.isnan(difference.ci_low):
        return f", which cannot be compared with {simple}"
    direction = "better" if difference.value >= 0 else "worse"
    measured = f"{amount} {direction}" if set(amount) & set("123456789") else "equally good"
    return (
        f", with no clear difference from {simple}, which is simpler "
        f"({measured}; the interval, {span}, includes no difference at all)"
    )


def _number(primary: MetricSpec, value: float) -> str:
    """Return percentages with one decimal, other numbers with three."""
    if abs(value) > MOST_TIMES and primary.unit == "percent":  # only the share that is explained goes so far
        return f"over {100 * MOST_TIMES:,}" if value > 0 else f"below -{100 * MOST_TIMES:,}"
    text = percent_digits(value) if primary.unit == "percent" else f"{value:.3f}"
    return text if float(text) else text.lstrip("-")


def _span(primary: MetricSpec, low: float, high: float) -> str:
    ends = (_number(primary, low), _number(primary, high))
    return ends[0] if ends[0] == ends[1] and " " in ends[0] else " to ".join(ends)  # "below -1,000" once
