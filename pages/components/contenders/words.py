"""How contenders stand and what they take, in a table's words."""

from collections.abc import Mapping

from core.services.comparison.contenders import Contender, Takes
from core.services.comparison.testing import Standing
from core.specs import MetricSpec
from pages.components.widgets.text import duration, interval, money, number, size

STANDINGS: Mapping[Standing, str] = {
    "reference": "◎ compared with",
    "better": "▲ clearly better",
    "worse": "▼ clearly worse",
    "unclear": "≈ no clear difference",
    "untested": "– cannot be tested",
}
KINDS = {"model": "●", "baseline": "◆", "language model": "■"}
SIGNS = {"model": "circle", "baseline": "diamond", "language model": "square"}
UNKNOWN = "–"
FRONT = "★"


def scored(metric: MetricSpec, contender: Contender) -> str:
    """Return a contender's score with its interval."""
    score = contender.scores[metric.name]
    return f"{number(metric, score.value)} ({interval(metric, score)})"


def thousand_title(takes: Takes) -> str:
    """Return what the column of an answer's cost is called."""
    return f"1,000 {'answers' if takes.per == 'example' else 'characters'}"


def taken(takes: Takes, currency: str) -> dict[str, str]:
    """Return what a contender takes, by column."""
    made = UNKNOWN
    if takes.made_s is not None:
        cost = f", {money(takes.made_cost, currency)}" if takes.made_cost is not None else ""
        made = f"{duration(takes.made_s) if takes.made_s >= 1 else f'{takes.made_s:.2f} s'}{cost}"
    return {
        thousand_title(takes): UNKNOWN if takes.thousand is None else money(takes.thousand, currency),
        "p50": _ms(takes.p50_ms),
        "p95": _ms(takes.p95_ms),
        "Size": UNKNOWN if takes.size_bytes is None else size(takes.size_bytes),
        "Training": made,
    }


def _ms(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms" if value >= 10 else f"{value:.2g} ms"
