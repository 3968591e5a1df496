"""Likely gains in words, in the measure that a headline speaks in."""

from core.evaluation.amounts import amount, out_of
from core.evaluation.judged import Judged

CANNOT_TELL = "How much that brings cannot be told"


def gain_in_words(judged: Judged, gain: float) -> str:
    """Return a gain above 0: "3 points", "12 EUR less", "0.4 characters fewer"."""
    if judged.said == "accuracy":
        return points(gain)
    if judged.said == "perplexity":
        return f"{amount(gain, 2)} characters fewer"
    return " ".join(filter(None, [amount(gain, 2 if gain < 100 else 3), judged.unit, "less"]))


def points(share: float) -> str:
    """Return a difference of shares: "1 point", "2.4 points"."""
    text = amount(100 * share, 2)
    return "1 point" if text == "1" else f"{text} points"


def beside_missing(judged: Judged, gain: float) -> str:
    """Return a gain and any known gap to target: "3 points (8 are missing)"."""
    said = gain_in_words(judged, gain)
    if judged.target is None or judged.target.target.metric != judged.said:
        return said
    target = judged.target.target
    missing = abs(target.value - judged.target.score)
    if not missing > 0 or target.is_met_by(judged.target.score):
        return said
    what = gain_in_words(judged, missing)
    for unit in (" less", " fewer", " characters", " points", " point"):
        what = what.removesuffix(unit)
    return f"{said} ({what} {'is' if what == '1' else 'are'} missing)"


def value_in_words(judged: Judged, value: float) -> str:
    """Return a headline score in words: "is right on 86 of 100".

    An error reads "is off by 21 EUR".
    """
    if judged.said == "accuracy":
        return f"is right on {out_of(value).first(value)}"
    if judged.said == "perplexity":
        return f"chooses among {amount(value)} characters"
    return f"is off by {amount(value)} {judged.unit}".rstrip()
