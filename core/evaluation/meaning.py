"""What a run's scores mean for its users, in one plain sentence."""

import math

from core.evaluation.amounts import amounts, out_of, share_in_words
from core.evaluation.baseline_names import COMMONEST, MEAN, plain_name
from core.evaluation.judged import Judged, nothing_learnt
from core.evaluation.nouns import plural
from core.specs import MetricSpec
from core.specs.target import TODAY

FEWEST = 10  # test examples of which a share is said
LONGEST_NAME = 40  # characters of a class's or column's
NOTHING = "Nothing here beats"


def meaning(known: Judged) -> str:
    """Return one sentence: the score beside the target, else beside the best baseline."""
    if said := _too_little(known):
        return said
    kind, wanted = known.said, _target_metric(known)
    if nothing_learnt(known):
        return f"{_nothing_beats(known)}."
    if wanted not in ("", known.said) and not (kind == "perplexity" and wanted in ("loss", "bits_per_character")):
        return f"{_recall(known) if known.target and known.target.target.label else _in_metric(known)}."
    if kind == "accuracy":
        return f"{_right_on(known)}."
    return f"{_off_by(known) if kind == 'mae' else _chooses_among(known)}."


def _target_metric(known: Judged) -> str:
    """Return the target's metric; empty without a target or a known score."""
    return known.target.target.metric if known.target is not None and math.isfinite(known.target.score) else ""


def _wanted(known: Judged, amount: str) -> str:
    """Return the part of a sentence on the target."""
    if known.target is None or not amount:
        return ""
    return f"; today, without a model, it is {amount}" if known.target.target.today else f"; you wanted {amount}"


def _examples(known: Judged) -> str:
    return f"unseen {plural(known.noun or known.task.noun)}"


def _clear(known: Judged) -> bool:
    return known.difference is not None and known.difference.is_clear


def _close(known: Judged) -> str:
    """Return what is added about a simple method that is as good."""
    return "" if _clear(known) else ", too close to tell apart"


# --- classes ---


def _right_on(known: Judged) -> str:
    own = known.test["accuracy"].value
    if (target := known.target) is not None and target.target.metric == "accuracy":
        said = out_of(own, known.examples, exact=[target.target.value])
        return f"Right on {said.first(own)} {_examples(known)}{_wanted(known, said.other(target.target.value))}"
    gain = known.difference
    if known.target is not None or gain is None or "accuracy" not in known.baselines.get(gain.baseline, {}):
        return f"Right on {out_of(own, known.examples).first(own)} {_examples(known)}{_otherwise(known)}"
    simple = known.baselines[gain.baseline]["accuracy"].value
    said = out_of(own, known.examples, apart=[simple] if _clear(known) else [])
    verb = "is right on " if gain.baseline != COMMONEST else ""
    beside = f"{plain_name(gain.baseline)} {verb or 'on '}{said.other(simple)}{_close(known)}"
    return f"Right on {said.first(own)} {_examples(known)}; {beside}"


def _recall(known: Judged) -> str:
    assert known.target is not None
    target, own = known.target.target, known.target.score
    said, label = out_of(own, exact=[target.value]), f"'{target.label[:LONGEST_NAME]}'"
    text = f"Finds {said.first(own)} {_examples(known)} that are {label}"
    if not target.precision or known.target.precision is None:
        return f"{text}{_wanted(known, said.other(target.value))}"
    right = known.target.precision.value
    alarms = out_of(right, exact=[target.precision])
    text += f", with {alarms.first(right)} such answers right"
    return f"{text}{_wanted(known, f'{said.other(target.value)}, with {alarms.other(target.precision)} right')}"


def _in_metric(known: Judged) -> str:
    """Return the score in a metric without everyday words, under the metric's name."""
    assert known.target is not None
    target, own = known.target.target, known.target.score
    metric = known.task.metric(target.metric)
    if metric.name == "r2":
        share, wanted = _percents(own, target.value)
        where = f" in '{known.column[:LONGEST_NAME]}'" if known.column else ""
        return f"Explains {share} of the differences{where} between {_examples(known)}{_wanted(known, wanted)}"
    if metric.unit == "percent":
        share, wanted = _percents(own, target.value)
        return f"{_name(metric)} of {share} on {_examples(known)}{_wanted(known, wanted)}"
    amount, wanted = (_with_unit(known, text) for text in amounts(own, target.value))
    return f"{_name(metric)} of {amount} on {_examples(known)}{_wanted(known, wanted)}"


def _name(metric: MetricSpec) -> str:
    return metric.title.partition(" (")[0]


def _percents(own: float, target: float) -> tuple[str, str]:
    """Return two percentages: the target exactly, the score with enough digits to differ."""
    digits = next((n for n in range(4) if (round(100 * own, n) == round(100 * target, n)) == (own == target)), 4)
    return f"{100 * own:.{digits}f} %", f"{share_in_words(target)} %"


# --- numbers ---


def _with_unit(known: Judged, text: str) -> str:
    return f"{text} {known.unit}".strip()


def _where(known: Judged) -> str:
    column = f" in '{known.column[:LONGEST_NAME]}' of" if known.column else " on"
    return f" on average{column} {_examples(known)}"


def _off_by(known: Judged) -> str:
    own = known.test["mae"].value
    if (target := known.target) is not None and target.target.metric == "mae":
        said, wanted = (_with_unit(known, text) for text in amounts(own, target.target.value))
        most = "" if target.target.today else "at most "
        return f"Off by {said}{_where(known)}{_wanted(known, most + wanted)}"
    gain = known.difference
    if known.target is not None or gain is None or "mae" not in known.baselines.get(gain.baseline, {}):
        return f"Off by {_with_unit(known, amounts(own)[0])}{_where(known)}{_otherwise(known)}"
    said, simple = (_with_unit(known, text) for text in _both(known, own, gain.baseline))
    return f"Off by {said}{_where(known)}; {plain_name(gain.baseline)} by {simple}{_close(known)}"


def _both(known: Judged, own: float, baseline: str) -> tuple[str, ...]:
    """Return a score and a baseline's, told apart where the difference is clear."""
    simple = known.baselines[baseline][known.said].value
    return amounts(own, simple) if _clear(known) else (*amounts(own), *amounts(simple))


# --- writing ---


def _perplexity(known: Judged, value: float) -> float:
    """Return a target's value as a perplexity, from whatever measure it is in."""
    metric = known.target.target.metric if known.target is not None else ""
    return math.exp(min(value, 700.0)) if metric == "loss" else 2.0**value if metric == "bits_per_character" else value


def _chooses_among(known: Judged) -> str:
    own = known.test["perplexity"].value
    text = "Guesses the next character of unseen text as if choosing among"
    if known.target is not None:
        said, wanted = amounts(own, _perplexity(known, known.target.target.value))
        return f"{text} {said} characters{_wanted(known, wanted)}"
    gain = known.difference
    if gain is None or "perplexity" not in known.baselines.get(gain.baseline, {}):
        return f"{text} {amounts(own)[0]} characters"
    said, simple = _both(known, own, gain.baseline)
    return f"{text} {said} characters; the strongest n-gram model among {simple}{_close(known)}"


# --- what cannot be said of a score ---


def _nothing_beats(known: Judged) -> str:
    if known.said == "mae":
        own, simple = (score["mae"].value for score in (known.test, known.baselines[MEAN]))
        said, other = (_with_unit(known, text) for text in amounts(own, simple))
        text = f"{NOTHING} {plain_name(MEAN)}: it is off by {said}{_where(known)}, that by {other}"
        return f"{text}{_otherwise(known)}"
    own, simple = (score["accuracy"].value for score in (known.test, known.baselines[COMMONEST]))
    wanted = known.target.target.value if _target_metric(known) == "accuracy" and known.target else None
    rate = out_of(own, known.examples, exact=[] if wanted is None else [wanted])
    text = f"{NOTHING} {plain_name(COMMONEST)}: it is right on {rate.first(own)} {_examples(known)}, that on "
    return f"{text}{rate.other(simple)}{_otherwise(known) if wanted is None else _wanted(known, rate.other(wanted))}"


def _otherwise(known: Judged) -> str:
    """Return the target as the end of a sentence in another metric."""
    if known.target is None:
        return ""
    target = known.target.target
    if target.metric == "mae":
        return _wanted(known, _with_unit(known, amounts(target.value)[0]))
    return _wanted(known, target.format().removeprefix(f"{TODAY} ").replace("%", " %"))


def _too_little(known: Judged) -> str:
    """Return why nothing can be said; empty where something can."""
    kind, few = known.said, 0 < known.examples < FEWEST
    if kind == "accuracy" and few:
        right = round(known.test["accuracy"].value * known.examples)
        return f"{_only(known)}: it was right on {right} of {known.examples}."
    if kind == "mae" and few:
        return f"{_only(known)}: it was off by {_with_unit(known, amounts(known.test['mae'].value)[0])} on average."
    if kind == "mae" and math.isnan(known.test["r2"].value):
        what = f"'{known.column[:LONGEST_NAME]}'" if known.column else "number"
        off = _with_unit(known, amounts(known.test["mae"].value)[0])
        return f"All {_examples(known)} have the same {what}, so how good it is cannot be told; it is off by {off}."
    return ""


def _only(known: Judged) -> str:
    noun = plural(known.noun or known.task.noun, known.examples)
    was = "was" if known.examples == 1 else "were"
    return f"Only {known.examples} {noun} {was} left to judge it by, which says next to nothing"
