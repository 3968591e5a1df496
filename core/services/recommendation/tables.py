"""Recommendation for tables, by what a nonlinear fit adds, and the rows."""

from collections.abc import Mapping

from core.services.recommendation.recommendation import Recommendation, ordered
from core.services.recommendation.traits import TableTraits
from core.specs import ModelSpec

CLEARLY = 0.015  # of what is to be explained, that a nonlinear fit must add: of laptops 0.018, where an MLP adds 0.027
CLEARLY_IN_FEW = 0.15  # the same of few rows, where a network learns less than a try by ridge regression finds
FEW = 500  # rows
STRAIGHT, BENT = ("linear", "logistic-regression"), "mlp"


def recommend_for_table(models: Mapping[str, ModelSpec], traits: TableTraits) -> Recommendation:
    """Return which model predicts best from a table."""
    straight = next(name for name in STRAIGHT if name in models)
    fits, rows = traits.fits, f"{traits.rows:,} training rows"
    if fits is None:
        return ordered(models, [straight, BENT], f"{rows} are few, and its weights can be read", "few-rows")
    does = "explains" if straight == STRAIGHT[0] else "is right on"
    linear, other = f"{_percent(fits.straight)} of unseen rows", _percent(fits.bent)
    if fits.gain >= (CLEARLY_IN_FEW if traits.rows < FEW else CLEARLY):
        because = f"a quick nonlinear fit {does} {other}, a linear one {linear}"
        return ordered(models, [BENT, straight], because, "bent")
    if fits.gain >= CLEARLY:
        because = f"{rows} are few for a network, although a nonlinear fit {does} a little more"
        return ordered(models, [straight, BENT], because, "few-rows")
    because = f"a quick linear fit {does} {linear}, a nonlinear one {other}"
    return ordered(models, [straight, BENT], because, "straight")


def _percent(share: float) -> str:
    return f"{100 * max(share, 0.0):.0f} %"
