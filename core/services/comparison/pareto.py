"""Cost of scores: time, size and money per run, and the Pareto-optimal runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.runs import Run
from core.services.prices import hour_price
from core.settings import Settings


@dataclass(frozen=True)
class Price:
    """What one run took; None where it is not known."""

    time_s: float | None
    size: float | None  # numbers that it learnt
    cost: float | None  # in the currency of the settings, assumed prices included


def price_of(run: Run, settings: Settings) -> Price:
    """Return what a run took.

    Args:
        run: The run.
        settings: Know what an hour costs, if somebody said so.
    """
    whole = run.took_s if run.progress.spent else None  # of older runs training alone was counted
    time_s = whole or run.train_time_s or run.took_s or None
    return Price(time_s, float(run.parameter_count) or None, _cost(run, time_s, settings))


def _cost(run: Run, time_s: float | None, settings: Settings) -> float | None:
    """Return the cost of the time, or scale the run's own estimate."""
    if time_s is None:
        return None
    said, expected_s = run.estimate.get("cost"), run.expected_s or run.estimate.get("train_time_s")
    price = hour_price(settings)
    if price.is_assumed and said is not None and expected_s:
        return float(said) * time_s / float(expected_s)
    return price.of_ms(1000 * time_s)


def front(points: Mapping[str, tuple[float, float]], *, higher_is_better: bool) -> list[str]:
    """Return the ids that nobody beats in both: the Pareto front, the cheapest first.

    Args:
        points: By id, (price, score); a lower price is better.
        higher_is_better: Whether that holds for the score too.
    """
    sign = 1.0 if higher_is_better else -1.0
    kept, best = [], float("-inf")
    for run_id, (_, score) in sorted(points.items(), key=lambda item: (item[1][0], -sign * item[1][1])):
        if sign * score > best:
            kept.append(run_id)
            best = sign * score
    return kept
