"""A run's verdict: what its score means, the next step, the numbers behind both.

Made in this one place, and the same on page, command, notification, comparison and document.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.evaluation.baseline_names import full_name
from core.evaluation.decision import Decision
from core.evaluation.judged import Judged, nothing_learnt
from core.evaluation.meaning import meaning
from core.evaluation.next_step.rules import next_step
from core.evaluation.next_step.situation import NextStep, Situation
from core.evaluation.run_result import Difference, Number
from core.evaluation.target_status import TargetStatus
from core.evaluation.target_words import interval, wanted
from core.specs import MetricSpec
from core.statistics.difference import examples_for

HOPELESS = 50  # times the examples: who would need so many more has found that there is no difference worth having


@dataclass(frozen=True)
class Verdict:
    """What is said of a run that was judged.

    Args:
        meaning: What it means, one sentence.
        step: What to do next.
        status: How it stands against its target; None without one.
        learnt_nothing: Whether always giving the commonest answer, or the mean, is as good.
        notes: What else must be known of the scores, in sentences.
        numbers: What the sentences stand on: number, interval and method.
        decision: Train, prompt, take the simple one, or not yet; None where nothing was compared.
    """

    meaning: str
    step: NextStep
    status: TargetStatus | None = None
    learnt_nothing: bool = False
    notes: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    decision: Decision | None = None

    @property
    def text(self) -> str:
        """What it means, what is decided and what to do next."""
        decided = f"{self.decision.text} " if self.decision is not None else ""
        said = f"{self.meaning} {decided}{self.step.text}"
        return said if self.status is None else f"{self.status}. {said}"

    def to_json(self) -> dict[str, Any]:
        """Return the parts for a document."""
        step = {"rule": self.step.code, "action": self.step.action, "gain": self.step.gain}
        numbers = [asdict(number) for number in self.numbers]
        status = str(self.status) if self.status is not None else None
        decision = None
        if (found := self.decision) is not None:
            taken = found.taken.reference if found.taken else ""
            decision = {"answer": found.answer, "rule": found.rule, "reason": found.reason, "taken": taken}
        return {
            "meaning": self.meaning,
            "decision": decision,
            "status": status,
            "next": step,
            "notes": list(self.notes),
            "numbers": numbers,
        }


def verdict(known: Situation, report: Mapping[str, Any]) -> Verdict:
    """Return the verdict of a run.

    Args:
        known: What was found out about it.
        report: Of the run, for numbers that only it has.
    """
    judged = known.judged
    kept = [Number(**one) for topic in report.get("verdict_card") or () for one in _kept(topic)]
    return Verdict(
        meaning(judged), next_step(known), known.status, nothing_learnt(judged), _notes(judged),
        (*_on_target(judged), *_on_baselines(judged), _on_what(judged), *kept), known.decision,
    )  # fmt: skip


def _kept(topic: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [] if topic.get("topic") == "better" else topic["numbers"]  # reports of before had that too


def _notes(judged: Judged) -> tuple[str, ...]:
    note = judged.target.note if judged.target is not None else ""
    return (*judged.notes, note) if note else judged.notes


def _on_target(judged: Judged) -> list[Number]:
    if (found := judged.target) is None:
        return []
    how = f"{found.status}. Reached: all of the interval is good enough; likely: the score is, the interval not wholly."
    return [Number(f"Target: {wanted(found.target, judged.unit)}", interval(found, judged.unit) or "not known", how)]


def _on_baselines(judged: Judged) -> list[Number]:
    gain, metric = judged.difference, judged.primary
    if gain is None or math.isnan(gain.value):
        return []
    better = " (worse)" if gain.value < 0 else " (better)" if gain.value > 0 else ""
    unit = " points" if metric.unit == "percent" else " of R²" if metric.name == "r2" else ""
    span = f", 95 % interval {_amount(metric, gain.ci_low)} to {_amount(metric, gain.ci_high)}"
    span = "" if math.isnan(gain.ci_low) else span
    name = f"{metric.title.partition(' (')[0]} against {full_name(gain.baseline)}"
    said = f"{_amount(metric, gain.value)}{unit}{span}"
    numbers = [Number(name, f"{said}{better}", _how_in_folds() if judged.folds else _how(metric))]
    if needed := examples_needed(judged.examples, gain):
        how = "To find a difference of the size that was seen in 80 of 100 cases, by as many examples as it takes."
        many = f"over {HOPELESS} times as many" if needed >= judged.examples * HOPELESS else f"about {needed:,}"
        numbers.append(Number("Test examples that would tell", many, how))
    return numbers


def examples_needed(examples: int, gain: Difference) -> int:
    """Return the test examples needed to detect a difference with 80 % power.

    It is 0 where the difference is clear already.
    """
    if gain.is_clear or math.isnan(gain.ci_low) or not examples:
        return 0
    needed = min(examples_for(examples, gain.value, gain.ci_low, gain.ci_high), examples * HOPELESS)
    digits: int = 10 ** max(len(str(math.ceil(needed))) - 2, 0)
    return math.ceil(round(needed / digits, 6)) * digits  # two digits that count: it is an estimate


def _on_what(judged: Judged) -> Number:
    """Return on how many examples the scores stand, and why these may judge."""
    if judged.folds:
        how = (
            f"Trained {judged.folds} more times with the same settings, each time on another 70 of 100 rows; what was "
            "trained was judged on a fifth that it had not seen. The model that is kept is the one trained first."
        )
        return Number("Rows judged", f"{judged.examples:,}, in {judged.folds} folds", how)
    unit = judged.task.split_unit or "examples"
    many = f"{judged.examples:,}" if judged.examples else "not known"
    return Number(f"Test {unit}", many, "None of them was used for training or choosing; they were looked at once.")


def _how_in_folds() -> str:
    return (
        "Both judged on every row in the same folds. The interval counts that models which learn from other rows are "
        "other models; where folds differ by more than their rows explain, it is the corrected resampled t (Nadeau and "
        "Bengio, 2003). Corrected for choosing the best of the baselines (Holm, 1979)."
    )


def _how(metric: MetricSpec) -> str:
    how = "McNemar's test with the interval of Bonett and Price"
    if metric.statistic != "share":
        how = "a paired bootstrap, 1,000 times drawn again"
    return (
        f"Both judged on the same test examples, by {how}; corrected for choosing the best of the baselines "
        "(Holm, 1979)."
    )


def _amount(metric: MetricSpec, value: float) -> str:
    text = f"{100 * value:.1f}" if metric.unit == "percent" else f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return text if float(text.replace(",", "")) else text.lstrip("-")
