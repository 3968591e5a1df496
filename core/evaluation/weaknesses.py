"""A model's weakness in one sentence: confusions, error size, or generation uncertainty."""

import numpy as np

from core.evaluation.class_metrics import class_scores, confusions, weakest
from core.evaluation.run_result import Evidence, Number, Sentence, short
from core.runs import Score
from core.statistics.normal import mean_of

FEW = 3  # mistakes of one kind; of fewer nothing is said
LONGEST_NAME = 40  # characters of a class's or column's


def fails(known: Evidence) -> Sentence | None:
    """Return the sentence; None where nothing is known."""
    if known.labels and known.confusion.sum():
        return _confuses(known)
    if len(known.errors) > 1:
        return _is_off(known)
    return _writes(known) if "perplexity" in known.test else None


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
        judged = "rows" if known.folds else "test examples"
        how = f"{weak.support:,} {judged} are of this class; interval of Wilson 1927."
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
        most, usual = known.copied.get("most", own), known.copied.get("temperature", 0.8)
        text += f", and {100 * own:.0f} % of what it writes"
        if f"{100 * most:.0f}" != f"{100 * own:.0f}":  # as careful as the samples below show it
            text += f" at temperature {usual:g}, {100 * most:.0f} % at {known.copied['most_at']:g},"
        text += " is copied word for word"
        beside = "" if unseen is None else f" ({100 * unseen:.0f} % of real unseen text)"
        text += f" from what it learnt from{beside}"
        how = "Characters in stretches of 30 or more that the training text has too"
        at = f", in what it wrote at temperature {usual:g}."
        numbers.append(Number("Copied", f"{100 * own:.1f} %", how + at))
        if unseen is not None:
            numbers.append(Number("Copied, in real unseen text", f"{100 * unseen:.1f} %", f"{how}, by their authors."))
    return Sentence("fails", f"{text}.", tuple(numbers))
