"""The verdict in three sentences with their numbers: improvement, failures and cost."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.evaluation.run_result import Costs, Difference, Evidence, Number, Sentence
from core.evaluation.weaknesses import fails
from core.specs import MetricSpec
from core.statistics.difference import examples_for

CALLED = {"mean": "always answering the mean"}  # a baseline, in a sentence
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}
HOPELESS = 50  # times the examples: who would need so many more has found that there is no difference worth having


def verdict_card(known: Evidence) -> list[Sentence]:
    """Return the sentences, at most three."""
    return [sentence for sentence in (_better(known), fails(known), _costs(known.costs)) if sentence is not None]


def examples_needed(examples: int, gain: Difference) -> int:
    """Return the test examples needed to detect a difference with 80 % power.

    It is 0 where the difference is clear already.
    """
    if gain.ci_low > 0 or gain.ci_high < 0 or math.isnan(gain.ci_low):
        return 0
    needed = min(examples_for(examples, gain.value, gain.ci_low, gain.ci_high), examples * HOPELESS)
    digits: int = 10 ** max(len(str(math.ceil(needed))) - 2, 0)
    return math.ceil(round(needed / digits, 6)) * digits  # two digits that count: it is an estimate


# --- is it better, and are there enough examples to tell? ---


def _better(known: Evidence) -> Sentence | None:
    gain, unit = known.gain, _unit(known.primary)
    if gain is None or math.isnan(gain.value):
        return None
    name, many = CALLED.get(gain.baseline, gain.baseline), _units(known)
    amount, span = _amount(known.primary, abs(gain.value)), _span(known.primary, gain)
    needed = examples_needed(known.examples, gain)
    if gain.ci_low > 0:
        text = f"It is clearly better than {name}: by {amount}{unit} ({span}), and {many} were enough to tell."
    elif gain.ci_high < 0:
        on = many.rstrip(",")
        text = f"It is clearly worse than {name}: by {amount}{unit} ({span}) on {on}, so take the simple method."
    elif needed >= known.examples * HOPELESS:
        text = (
            f"It is as good as {name} as far as {many} can tell ({_signed(known.primary, gain.value)}{unit}; {span}), "
            "and the simple method is simpler."
        )
    else:
        text = (
            f"It is not clear whether it is better than {name} ({_signed(known.primary, gain.value)}{unit}; {span}): "
            f"{many} are too few, about {needed:,} would tell if the difference stays as it is."
        )
    return Sentence("better", text, _behind_better(known, gain, needed))


def _behind_better(known: Evidence, gain: Difference, needed: int) -> tuple[Number, ...]:
    own, title = known.test[known.primary.name], known.primary.title
    percent = " %" if known.primary.unit == "percent" else ""
    found = [
        Number(
            f"{title} of this run",
            f"{_amount(known.primary, own.value)}{percent}",
            _where(known),
        ),
        Number(
            f"Better than {gain.baseline} by",
            f"{_signed(known.primary, gain.value)}{_unit(known.primary)}, {_span(known.primary, gain)}",
            _how_in_folds(known) if known.folds else _how(known.primary),
        ),
        _judged(known),
    ]
    if needed:
        how = "To find a difference of the size that was seen in 80 of 100 cases, by as many examples as it takes."
        said = f"over {HOPELESS} times as many" if needed >= known.examples * HOPELESS else f"about {needed:,}"
        found.append(Number("Examples to tell", said, how))
    return tuple(found)


def _where(known: Evidence) -> str:
    if known.folds:
        return f"On all {known.examples:,} rows, each by the model of a fold that had not seen it."
    return "On the test examples, looked at once."


def _judged(known: Evidence) -> Number:
    """Return on how many examples the scores stand, and why these may judge."""
    if known.folds:
        how = (
            f"Trained {known.folds} more times with the same settings, each time on another 70 of 100 rows; what was "
            "trained was judged on a fifth that it had not seen. The model that is kept is the one trained first."
        )
        return Number("Rows judged", f"{known.examples:,}, in {known.folds} folds", how)
    return Number("Test examples", f"{known.examples:,}", "None of them was used for training or choosing.")


def _how_in_folds(known: Evidence) -> str:
    return (
        "Both judged on every row in the same folds. The interval counts that models which learn from other rows are "
        "other models; where folds differ by more than their rows explain, it is the corrected resampled t (Nadeau and "
        "Bengio, 2003). Corrected for choosing the best of the simple methods."
    )


def _how(primary: MetricSpec) -> str:
    how = "McNemar's test with the interval of Bonett and Price"
    if primary.statistic != "share":
        how = "a paired bootstrap, 1,000 times drawn again"
    return f"Both judged on the same test examples, by {how}; corrected for choosing the best of the simple methods."


def _units(known: Evidence) -> str:
    if known.folds:
        return f"all {known.examples:,} rows, judged once each in {NUMBERS.get(known.folds, known.folds)} folds,"
    one = "character" if "perplexity" in known.test else "example"
    return f"{known.examples:,} unseen {one}{'' if known.examples == 1 else 's'}"


def _unit(metric: MetricSpec) -> str:
    if metric.unit == "percent":
        return " points"
    return " of R²" if metric.name == "r2" else " nats per character" if metric.name == "loss" else ""


def _amount(metric: MetricSpec, value: float) -> str:
    text = f"{100 * value:.1f}" if metric.unit == "percent" else f"{value:.3f}"
    return text if float(text) else text.lstrip("-")


def _signed(metric: MetricSpec, value: float) -> str:
    text = _amount(metric, value)
    return f"+{text}" if float(text) > 0 else text


def _span(metric: MetricSpec, gain: Difference) -> str:
    low, high = gain.ci_low, gain.ci_high
    if gain.ci_high < 0:  # said as "worse by"
        low, high = -gain.ci_high, -gain.ci_low
    return f"95 % interval {_amount(metric, low)} to {_amount(metric, high)}"


# --- what does it take to use it? ---


def _beside(costs: Costs) -> str:
    if not costs.encoder_bytes:
        return ""
    return f", beside the {_size(costs.encoder_bytes)} of the frozen encoder that reads for it"


def _costs(costs: Costs | None) -> Sentence | None:
    if costs is None:
        return None
    size = f"its {costs.parameters:,} numbers take {_size(costs.bytes)} on disk{_beside(costs)}."
    sizes = (
        Number("Size", _size(costs.bytes), "The file with its weights, model.safetensors."),
        Number(
            "Numbers", f"{costs.parameters:,}", "Its parameters: what training has found, and what it brought along."
        ),
    )
    if costs.ms_alone is None or costs.ms_together is None:
        return Sentence("costs", f"How fast it answers is not known: {costs.unmeasured}. I{size[1:]}", sizes)
    together = f", {_ms(costs.ms_together)} each in batches of {costs.together}" if costs.together > 1 else ""
    text = f"It takes {_ms(costs.ms_alone)} for one {costs.per} alone{together}, on {costs.device}; {size}"
    how = "Median of repeated answers of the finished model."
    if costs.per == "example":
        how = "Median of repeated answers of the finished model, from the raw example on."
    if costs.threads:
        how += f" Measured three times with {costs.threads} CPU threads, as it will answer."
    numbers = [Number(f"One {costs.per} alone", _ms(costs.ms_alone), how)]
    if costs.together > 1:
        numbers.append(Number(f"Each of {costs.together} at once", _ms(costs.ms_together), how))
    return Sentence("costs", text, (*numbers, *sizes))


def _ms(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.2g} ms"


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def sentences_of(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the verdict sentences of a run's report; empty for runs from before verdicts."""
    found = report.get("verdict_card")
    return found if isinstance(found, list) else ()
