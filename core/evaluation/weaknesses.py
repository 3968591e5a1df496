"""A model's weakness in numbers: confusions, size of errors, or uncertainty of generated text."""

import numpy as np

from core.evaluation.class_metrics import class_scores, confusions, weakest
from core.evaluation.run_result import Evidence, Facts, Number, short
from core.specs import Score
from core.statistics.normal import mean_of

FEW = 3  # mistakes of one kind; of fewer nothing is said
LONGEST_NAME = 40  # characters of a class's or column's


def fails(known: Evidence) -> Facts | None:
    """Return the numbers; None where nothing is known."""
    if known.labels and known.confusion.sum():
        return Facts("fails", tuple(_confuses(known)))
    if len(known.errors) > 1:
        return Facts("fails", _is_off(known))
    return Facts("fails", tuple(_writes(known))) if "perplexity" in known.test else None


def _confuses(known: Evidence) -> list[Number]:
    scores, found = class_scores(known.confusion, known.labels), confusions(known.confusion)
    total = int(known.confusion.sum())
    if not found:
        how = "The rule of three: what never happened in N cases happens in fewer than 3 of N (Hanley and "
        most = f"0 of {total:,}, so at most about {100 * min(1.0, 3 / total):.1f} %"
        return [Number("Wrong", most, how + "Lippman-Hand 1983).")]
    top, weak = found[0], weakest(scores)
    truth, answer = (_named(known.labels[k]) for k in (top.truth, top.answer))
    numbers = [Number(f"{truth} taken for {answer}", f"{top.count:,} of {top.support:,}", "From the confusion matrix.")]
    if top.count < FEW:
        wrong = sum(one.count for one in found)
        numbers = [Number("Wrong", f"{wrong:,} of {total:,}", "From the confusion matrix.")]
    never = [score for score in scores if score.support and not score.answers]
    if never:
        names, count = " and ".join(_named(score.label) for score in never[:FEW]), sum(s.support for s in never)
        more = f" and {len(never) - FEW} other classes" if len(never) > FEW else ""
        share = f"{count:,} of {total:,}"
        numbers.append(Number(f"Test examples of {names}{more}", share, "The model named none of them."))
    elif weak is not None:
        judged = "rows" if known.folds else "test examples"
        how = f"{weak.support:,} {judged} are of this class; interval of Wilson 1927."
        numbers.append(Number(f"Found of {_named(weak.label)}, the least", _share(weak.recall), how))
    return numbers


def _named(label: str) -> str:
    return f"'{label[:LONGEST_NAME]}'"


def _share(score: Score) -> str:
    return f"{100 * score.value:.0f} % ({100 * score.ci_low:.0f} to {100 * score.ci_high:.0f} %)"


def _is_off(known: Evidence) -> tuple[Number, ...]:
    half, most = (float(q) for q in np.quantile(np.abs(known.errors), (0.5, 0.9)))
    lean = mean_of(known.errors)
    of = f" of {_named(known.target)}" if known.target else ""
    how = f"Errors{of} on {len(known.errors):,} unseen rows."
    span = f"{short(lean.value)} (95 % interval {short(lean.ci_low)} to {short(lean.ci_high)})"
    return (
        Number("Half are off by less than", short(half), how),
        Number("Nine in ten are off by less than", short(most), how),
        Number("Answer minus truth, on average", span, "Above 0 is too high; where the interval holds 0, no bias."),
    )


def _writes(known: Evidence) -> list[Number]:
    perplexity, bits = known.test["perplexity"], known.test.get("bits_per_character")
    numbers = [Number("Perplexity", f"{perplexity.value:.2f}", "e to the power of its loss on unseen text.")]
    if bits is not None:
        numbers.append(Number("Bits per character", f"{bits.value:.3f}", "Its loss on unseen text, in bits."))
    if "own" in known.copied:
        own, unseen, usual = known.copied["own"], known.copied.get("unseen"), known.copied.get("temperature", 0.8)
        how = "Characters in stretches of 30 or more that the training text has too"
        numbers.append(Number("Copied", f"{100 * own:.1f} %", f"{how}, in what it wrote at temperature {usual:g}."))
        if f"{100 * known.copied.get('most', own):.0f}" != f"{100 * own:.0f}":  # as careful as the samples show it
            most, at = known.copied["most"], known.copied["most_at"]
            numbers.append(Number("Copied at most", f"{100 * most:.1f} %", f"The same at temperature {at:g}."))
        if unseen is not None:
            numbers.append(Number("Copied, in real unseen text", f"{100 * unseen:.1f} %", f"{how}, by their authors."))
    return numbers
