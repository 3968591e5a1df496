"""The verdict in three sentences, each with the numbers that it stands on: better, where it fails, what it costs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.results.class_scores import class_scores, confusions, weakest
from core.results.residuals import mean_of
from core.runs import Score
from core.specs import MetricSpec

CALLED = {"mean": "always answering the mean"}  # a baseline, in a sentence
HOPELESS = 50  # times the examples: who would need so many more has found that there is no difference worth having
LEAST_MORE = 1.1
FEW = 3  # mistakes of one kind; of fewer nothing is said
LONGEST_NAME = 40  # characters of a class's or column's


@dataclass(frozen=True)
class Number:
    """One number behind a sentence."""

    name: str
    value: str
    how: str  # where it comes from, in a sentence


@dataclass(frozen=True)
class Sentence:
    """One sentence of the card.

    Args:
        topic: "better", "fails" or "costs".
        text: The sentence.
        numbers: What it stands on.
    """

    topic: str
    text: str
    numbers: tuple[Number, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries and lists."""
        return asdict(self)


@dataclass(frozen=True)
class Gain:
    """How much better than the best simple method; above 0 is better, whatever the metric's direction."""

    baseline: str
    value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class Costs:
    """What it takes to use a model, as measured when it was ready.

    Args:
        ms_alone: Milliseconds for one example by itself.
        ms_together: Milliseconds for each of `together` at once.
        together: Examples at once.
        per: What one answer is: "example" or "character", or the piece of text that it writes.
        device: Where it was measured.
        bytes: Of the weights on disk.
        parameters: Numbers that it consists of.
    """

    ms_alone: float
    ms_together: float
    together: int
    per: str
    device: str
    bytes: int
    parameters: int


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of a finished run's result."""

    primary: MetricSpec
    test: Mapping[str, Score]
    examples: int  # of the test split; characters of a text
    gain: Gain | None = None
    costs: Costs | None = None
    labels: tuple[str, ...] = ()
    confusion: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    errors: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # (N,) answer minus truth
    target: str = ""  # name of the column of numbers
    copied: Mapping[str, float] = field(default_factory=dict)  # share copied: "own", "unseen"; and "temperature"


def verdict_card(known: Evidence) -> list[Sentence]:
    """Return the sentences, at most three."""
    fails = None
    if known.labels and known.confusion.sum():
        fails = _confuses(known)
    elif len(known.errors) > 1:
        fails = _is_off(known)
    elif "perplexity" in known.test:
        fails = _writes(known)
    return [sentence for sentence in (_better(known), fails, _costs(known.costs)) if sentence is not None]


def examples_needed(examples: int, gain: Gain) -> int:
    """Return how many test examples would make a difference of this size clear; 0 where it is clear already.

    The width of an interval shrinks with the root of the number of examples.
    """
    if gain.ci_low > 0 or gain.ci_high < 0 or math.isnan(gain.value):
        return 0
    near = gain.value - gain.ci_low if gain.value >= 0 else gain.ci_high - gain.value
    if gain.value == 0:
        return examples * HOPELESS
    needed = examples * max((near / abs(gain.value)) ** 2, LEAST_MORE)  # an interval may end exactly at no difference
    needed = min(needed, examples * HOPELESS)
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
        text = f"It is clearly worse than {name}: by {amount}{unit} ({span}) on {many}, so take the simple method."
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


def _behind_better(known: Evidence, gain: Gain, needed: int) -> tuple[Number, ...]:
    own, title = known.test[known.primary.name], known.primary.title
    percent = " %" if known.primary.unit == "percent" else ""
    found = [
        Number(
            f"{title} of this run",
            f"{_amount(known.primary, own.value)}{percent}",
            "On the test examples, looked at once.",
        ),
        Number(
            f"Better than {gain.baseline} by",
            f"{_signed(known.primary, gain.value)}{_unit(known.primary)}, {_span(known.primary, gain)}",
            "Both judged on the same test examples; interval by a paired bootstrap, 1,000 times drawn again.",
        ),
        Number("Test examples", f"{known.examples:,}", "None of them was used for training or choosing."),
    ]
    if needed:
        how = "Intervals shrink with the root of the number of examples; for a difference of the size that was seen."
        said = f"over {HOPELESS} times as many" if needed >= known.examples * HOPELESS else f"about {needed:,}"
        found.append(Number("Examples to tell", said, how))
    return tuple(found)


def _units(known: Evidence) -> str:
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


def _span(metric: MetricSpec, gain: Gain) -> str:
    low, high = gain.ci_low, gain.ci_high
    if gain.ci_high < 0:  # said as "worse by"
        low, high = -gain.ci_high, -gain.ci_low
    return f"95 % interval {_amount(metric, low)} to {_amount(metric, high)}"


# --- where does it fail? ---


def _confuses(known: Evidence) -> Sentence:
    scores, found = class_scores(known.confusion, known.labels), confusions(known.confusion)
    total = int(known.confusion.sum())
    if not found:
        most = min(1.0, 3 / total)
        text = f"It made no mistake on {total:,} unseen examples, so it is wrong on at most about {100 * most:.1f} %."
        how = "The rule of three: what never happened in N cases happens in fewer than 3 of N (Hanley and "
        return Sentence("fails", text, (Number("Wrong", f"0 of {total:,}", how + "Lippman-Hand 1983)."),))
    top, weak = found[0], weakest(scores)
    truth, answer = (_named(known.labels[k]) for k in (top.truth, top.answer))
    numbers = [Number(f"{truth} taken for {answer}", f"{top.count:,} of {top.support:,}", "From the confusion matrix.")]
    wrong = sum(one.count for one in found)
    often = f"takes {truth} for {answer} most often ({top.count:,} of {top.support:,})"
    if top.count < FEW:
        often = f"takes no two classes for each other more than {'twice' if top.count == 2 else 'once'}"
        numbers = [Number("Wrong", f"{wrong:,} of {total:,}", "From the confusion matrix.")]
    text = f"It {often}"
    never = [score for score in scores if score.support and not score.answers]
    if never:
        names, count = " and ".join(_named(score.label) for score in never[:FEW]), sum(s.support for s in never)
        more = f" and {len(never) - FEW} other classes" if len(never) > FEW else ""
        text = f"It never answers {names}{more}, and {often.removeprefix('It ')}"
        share = f"{count:,} of {total:,}"
        numbers.append(Number(f"Test examples of {names}{more}", share, "The model named none of them."))
    elif weak is not None:
        share = _share(weak.recall)
        if weak.label == known.labels[top.truth] and top.count >= FEW:
            text = f"It finds {truth} least, {share}, and takes it for {answer} most often ({top.count:,} times)"
        else:
            text += f", and finds {_named(weak.label)} least: {share}"
        how = f"{weak.support:,} test examples are of this class; interval of Wilson 1927."
        numbers.append(Number(f"Found of {_named(weak.label)}", share, how))
    return Sentence("fails", f"{text}.", tuple(numbers))


def _named(label: str) -> str:
    return f"'{label[:LONGEST_NAME]}'"


def _share(score: Score) -> str:
    return f"{100 * score.value:.0f} % ({100 * score.ci_low:.0f} to {100 * score.ci_high:.0f} %)"


def _is_off(known: Evidence) -> Sentence:
    half, most = (float(q) for q in np.quantile(np.abs(known.errors), (0.5, 0.9)))
    lean = mean_of(known.errors)
    of = f" of {_named(known.target)}" if known.target else ""
    side = "high" if lean.value > 0 else "low"
    clear = lean.ci_low > 0 or lean.ci_high < 0
    leans = f"and all in all it answers too {side}" if clear else "and it leans to neither side"
    text = f"Half of its answers are off by less than {short(half)}, nine in ten by less than {short(most)}, {leans}."
    how = f"Errors{of} on {len(known.errors):,} unseen rows."
    span = f"{short(lean.value)} (95 % interval {short(lean.ci_low)} to {short(lean.ci_high)})"
    numbers = (
        Number("Half are off by less than", short(half), how),
        Number("Nine in ten are off by less than", short(most), how),
        Number("Answer minus truth, on average", span, "Above 0 is too high; where the interval holds 0, neither."),
    )
    return Sentence("fails", text, numbers)


def _writes(known: Evidence) -> Sentence:
    perplexity, bits = known.test["perplexity"], known.test.get("bits_per_character")
    text = f"It hesitates among {perplexity.value:.1f} characters at each step"
    numbers = [Number("Perplexity", f"{perplexity.value:.2f}", "e to the power of its loss on unseen text.")]
    if bits is not None:
        text += f" ({bits.value:.2f} bits per character)"
        numbers.append(Number("Bits per character", f"{bits.value:.3f}", "Its loss on unseen text, in bits."))
    if "own" in known.copied:
        own, unseen = known.copied["own"], known.copied.get("unseen")
        text += f", and {100 * own:.0f} % of what it writes is copied word for word"
        beside = "" if unseen is None else f" ({100 * unseen:.0f} % of real unseen text)"
        text += f" from what it learnt from{beside}"
        how = "Characters in stretches of 30 or more that the training text has too"
        at = f", in what it wrote at temperature {known.copied.get('temperature', 0.8):g}."
        numbers.append(Number("Copied", f"{100 * own:.1f} %", how + at))
        if unseen is not None:
            numbers.append(Number("Copied, in real unseen text", f"{100 * unseen:.1f} %", f"{how}, by their authors."))
    return Sentence("fails", f"{text}.", tuple(numbers))


def short(number: float) -> str:
    """Return a number of any size with about three digits."""
    return f"{number:,.0f}" if 100 <= abs(number) < 1e12 else f"{number:.3g}"


# --- what does it take to use it? ---


def _costs(costs: Costs | None) -> Sentence | None:
    if costs is None:
        return None
    together = ""
    if costs.together > 1:
        together = f", {_ms(costs.ms_together)} each in batches of {costs.together}"
    text = (
        f"It takes {_ms(costs.ms_alone)} for one {costs.per} alone{together}, on {costs.device}; "
        f"its {costs.parameters:,} numbers take {_size(costs.bytes)} on disk."
    )
    how = "Median of repeated answers of the finished model; preparing the input comes on top."
    numbers = [Number(f"One {costs.per} alone", _ms(costs.ms_alone), how)]
    if costs.together > 1:
        numbers.append(Number(f"Each of {costs.together} at once", _ms(costs.ms_together), how))
    numbers += [
        Number("Size", _size(costs.bytes), "The file with its weights, model.safetensors."),
        Number(
            "Numbers", f"{costs.parameters:,}", "Its parameters: what training has found, and what it brought along."
        ),
    ]
    return Sentence("costs", text, tuple(numbers))


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
    """Return the sentences that a run's report holds; none of a run that ended before there were any."""
    found = report.get("verdict_card")
    return found if isinstance(found, list) else ()
