"""What a comparison found, in sentences with their numbers."""

from collections.abc import Mapping, Sequence

from core.formatting import sentence_case
from core.runs import Run
from core.services.comparison.significance import ComparisonResult, Ranking
from core.specs import MetricSpec
from core.statistics.difference import Difference
from pages.components.compare.run_styles import RunStyle
from pages.components.widgets.text import number

Looks = Mapping[str, RunStyle]
MOST_NAMED = 3  # runs in one sentence


def finding(standing: Ranking, styles: Looks) -> str:
    """Return who is better than whom.

    Args:
        standing: The runs of one group.
        styles: Their names.
    """
    reference = styles[standing.reference.id].name
    parts = []
    if better := standing.of("better"):
        verb = "is" if len(better) == 1 else "are"
        parts.append(f"{_with_numbers(standing.metric, better, styles)} {verb} significantly better than {reference}")
    if worse := standing.of("worse"):
        parts.append(
            f"{reference} is significantly better than {_with_numbers(standing.metric, worse, styles, turned=True)}"
        )
    if unclear := standing.of("unclear"):
        parts.append(f"no clear difference between {reference} and {_named(_runs(unclear), styles)}")
    if untested := standing.of("untested"):
        parts.append(f"{_named(_runs(untested), styles)} cannot be tested against {reference}")
    if not parts:
        score = number(standing.metric, standing.reference.test[standing.metric.name].value)
        parts.append(f"only {reference} has a score so far: {called(standing.metric)} {score}")
    said = "; ".join(parts)
    ours = said.startswith(("no clear", "only "))  # a name keeps its first letter as it is
    return f"{sentence_case(said)}." if ours else f"{said}."


def difference_in_words(metric: MetricSpec, difference: Difference, *, turned: bool = False) -> str:
    """Return a difference with its interval.

    Args:
        metric: What is compared.
        difference: The first score minus the second.
        turned: Say it the other way round: the second minus the first.
    """
    value, low, high = difference.value, difference.low, difference.high
    if turned:
        value, low, high = -value, -high, -low
    unit = " points" if metric.unit == "percent" else ""
    return f"{_amount(metric, value, sign=True)}{unit}, 95 % interval {_amount(metric, low)} to {_amount(metric, high)}"


def luck_in_words(standing: Ranking, styles: Looks) -> str:
    """Return the optimism of the best test score, and the selection criterion.

    The text is empty if neither is known.
    """
    highest, many = standing.results[0].run, len(standing.results)
    by_validation = standing.best.by == "validation"
    said = ""
    if standing.optimism is not None:
        unit = " points" if standing.metric.unit == "percent" else ""
        amount = f"{_amount(standing.metric, standing.optimism)}{unit}"
        said = (
            f"The best of {many} looks better than it is: the test score of {styles[highest.id].name} flatters by "
            f"about {amount}, the part of its lead that is chance (Efron 2011)."
        )
    elif many > MOST_NAMED and not by_validation:
        said = "The best of many is partly the luckiest: on new examples it may do worse."
    if by_validation and said:
        return (
            f"{said} Chosen by validation, {styles[standing.best.run.id].name} is judged by a score that chose nothing."
        )
    return said


def called(metric: MetricSpec) -> str:
    """Return a metric's name as it stands within a sentence."""
    name = metric.title.partition(" (")[0]
    is_word = name.replace(" ", "").isalpha() and not name.isupper()
    return name.lower() if is_word else name


def _with_numbers(
    metric: MetricSpec, judged: Sequence[ComparisonResult], styles: Looks, *, turned: bool = False
) -> str:
    shown = []
    for at, one in enumerate(judged[:MOST_NAMED]):
        assert one.difference is not None
        name = f"{called(metric)} " if at == 0 else ""
        numbers = difference_in_words(metric, one.difference, turned=turned).partition(", ")[0]  # the table has both
        shown.append(f"{styles[one.run.id].name} ({name}{numbers})")
    return _joined(shown, len(judged))


def _named(runs: Sequence[Run], styles: Looks) -> str:
    return _joined([styles[run.id].name for run in runs[:MOST_NAMED]], len(runs))


def _runs(judged: Sequence[ComparisonResult]) -> list[Run]:
    return [one.run for one in judged]


def _joined(shown: Sequence[str], count: int) -> str:
    if count > len(shown):
        return f"{', '.join(shown)} and {count - len(shown)} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def names_of(runs: Sequence[Run], styles: Looks) -> str:
    """Return the names of some runs in a sentence, all of them."""
    return _joined([styles[run.id].name for run in runs], len(runs))


def _amount(metric: MetricSpec, value: float, *, sign: bool = False) -> str:
    """Return a difference as text: percentage points to one decimal, else three digits."""
    text = f"{100 * value:.1f}" if metric.unit == "percent" else f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    text = text if text.strip("-0.") else text.lstrip("-")  # nothing is below 0 by 0.0
    text = text.replace("-", "−")
    return f"+{text}" if sign and value > 0 else text
