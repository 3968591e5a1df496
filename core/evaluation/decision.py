"""Train, prompt, take the simple one, or not yet: the answer with its reason."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.evaluation.judged import Judged, nothing_learnt
from core.evaluation.meaning import FEWEST
from core.evaluation.next_step.gains import value_in_words
from core.evaluation.rule import Rule, first_said
from core.evaluation.target_status import TargetStatus
from core.formatting import money

Answer = Literal["Train", "Prompt", "Take the simple one", "Not yet"]
Side = Literal["reference", "better", "worse", "unclear", "untested"]


@dataclass(frozen=True)
class Option:
    """One way to do it: the run's model, a baseline, or a language model.

    Args:
        kind: Which of these.
        name: As it stands within a sentence.
        side: Clearly better or worse than the run, or neither.
        value: In the measure that headlines speak in; None where it is not known.
        is_good: Whether it reaches the target; None where there is no target, or not known.
        thousand: What 1,000 answers cost; None where that is not known.
        made: What training or fitting cost.
        reference: How it is named everywhere: see `core.specs.contender`.
    """

    kind: Literal["model", "baseline", "language model"]
    name: str
    side: Side = "reference"
    value: float | None = None
    is_good: bool | None = None
    thousand: float | None = None
    made: float = 0.0
    reference: str = ""


@dataclass(frozen=True)
class Decision:
    """The answer, in a sentence.

    Args:
        answer: What to do.
        rule: Which rule gave it.
        reason: Why, with its numbers, sentences.
        taken: What is taken instead of the run; None for the run itself, or nothing yet.
    """

    answer: Answer
    rule: str
    reason: str
    taken: Option | None = None

    @property
    def text(self) -> str:
        """The answer and its reason, as they stand in a message."""
        return f"{self.answer}: {self.reason}"


@dataclass(frozen=True, eq=False)
class Choice:
    """What is decided between.

    Args:
        judged: The run's result.
        model: The run's own model.
        baselines: Simple methods that have learnt something, the best first.
        language_models: That were asked, the best first.
        beaten: The best simple method that the run is clearly better than; empty where there is none.
        month: What a month costs in which a machine of one's own is on.
        currency: Of all costs.
    """

    judged: Judged
    model: Option
    baselines: Sequence[Option] = ()
    language_models: Sequence[Option] = ()
    beaten: str = ""
    month: float = 0.0
    currency: str = ""

    @property
    def has_target(self) -> bool:
        """Whether it is known who reaches the target."""
        return self.model.is_good is not None

    def good(self, options: Sequence[Option]) -> list[Option]:
        """Return the options that are good enough: all where there is no target."""
        return [one for one in options if one.is_good or not self.has_target]

    @property
    def simple(self) -> Option | None:
        """The best baseline that is good enough, not clearly worse and not dearer."""
        found = next((one for one in self.good(self.baselines) if one.side in ("better", "unclear")), None)
        own = self.model.thousand
        if found is None or found.side == "better" or None in (found.thousand, own):
            return found
        return found if float(found.thousand or 0) <= float(own or 0) else None

    @property
    def prompted(self) -> Option | None:
        """The best language model that is good enough and not clearly worse."""
        return next((one for one in self.good(self.language_models) if one.side in ("better", "unclear")), None)


def decide(choice: Choice) -> Decision:
    """Return the answer of the first rule that fires."""
    return first_said(RULES, choice)


def _few(choice: Choice) -> Decision | None:
    if not 0 < choice.judged.examples < FEWEST:
        return None
    return Decision("Not yet", "few-examples", f"{choice.judged.examples} test examples cannot tell.")


def _nothing(choice: Choice) -> Decision | None:
    learnt = [one for one in choice.language_models if one.side == "better"]
    if not nothing_learnt(choice.judged) or choice.good(learnt):
        return None
    return Decision("Not yet", "nothing-learnt", "nothing that was tried has found what the answer depends on.")


def _missed(choice: Choice) -> Decision | None:
    every = [choice.model, *choice.baselines, *choice.language_models]
    if not choice.has_target or choice.good(every):
        return None
    others = len(every) - 1
    beside = f"so do the {others} methods beside it" if others > 1 else "so does the method beside it"
    return Decision("Not yet", "target-missed", f"it misses the target{f', and {beside}' if others else ''}.")


def _prompt(choice: Choice) -> Decision | None:
    found, simple = choice.prompted, choice.simple
    if found is None or not (found.side == "better" or not choice.good([choice.model])):
        return None
    if simple is not None and not (simple.side == "unclear" and found.side == "better"):
        return None  # both reach it, or both are clearly better than the run: the simple one asks nobody
    better = "is clearly better" if found.side == "better" else "reaches the target"
    reason = f"{found.name} {better}{_numbers(choice, found)}."
    if volume := _break_even(choice, found):
        reason += f" From {volume} answers a month on, a machine of your own is cheaper."
    return Decision("Prompt", "prompt", reason, found)


def _simple(choice: Choice) -> Decision | None:
    found = choice.simple
    if found is None:
        return None
    how = {"better": "is clearly better", "unclear": "does as well, as far as the examples can tell"}[found.side]
    return Decision(
        "Take the simple one", "simple", f"{found.name} {how}{_numbers(choice, found)}.{_prompting(choice)}", found
    )


def _train(choice: Choice) -> Decision | None:
    if not choice.good([choice.model]):
        return None
    reason = "it reaches the target" if choice.has_target else "it has learnt something"
    if choice.beaten:
        reason = f"clearly better than {choice.beaten}"
    cost = f"; 1,000 answers cost {money(choice.model.thousand, choice.currency)}" if choice.model.thousand else ""
    return Decision("Train", "train", f"{reason}{cost}.{_prompting(choice)}")


def _not_yet(choice: Choice) -> Decision:
    del choice
    return Decision("Not yet", "undecided", "nobody who reaches the target could be tested against the others.")


RULES: tuple[Rule[Choice, Decision], ...] = (
    Rule("few-examples", "fewer than 10 test examples", _few),
    Rule("nothing-learnt", "nothing beats always giving the commonest answer, or the average", _nothing),
    Rule("target-missed", "there is a target, and nobody who was asked reaches it", _missed),
    Rule(
        "prompt", "a language model is clearly better than the run, or alone reaches the target; no simple one does",
        _prompt,
    ),
    Rule(
        "simple", "a baseline is good enough, not clearly worse than the run, and its answers are not dearer", _simple
    ),
    Rule("train", "the run reaches the target, or there is none", _train),
    Rule("undecided", "nothing of the above", _not_yet),
)  # fmt: skip


def _numbers(choice: Choice, found: Option) -> str:
    """Return what an option reaches and costs, beside the run."""
    own, parts = choice.model, []
    if found.value is not None:
        parts.append(value_in_words(choice.judged, found.value))
    if found.thousand is not None:
        cost = money(found.thousand, choice.currency)
        before = None if own.thousand is None else money(own.thousand, choice.currency)
        if before != cost:  # what costs as good as nothing on both sides decides nothing
            parts.append(f"1,000 answers cost {cost}" + (f" instead of {before}" if before else ""))
    return f" ({'; '.join(parts)})" if parts else ""


def _prompting(choice: Choice) -> str:
    """Return below which volume an equally good language model is cheaper; may be empty."""
    if (found := choice.prompted) is None or not (volume := _break_even(choice, found)):
        return ""
    return f" Below {volume} answers a month prompting {found.name} is cheaper."


def _break_even(choice: Choice, prompted: Option) -> str:
    """Return the monthly volume from which a machine of one's own is cheaper.

    A month of that machine, always on, and one training, over the tokens of an answer: a machine that is on costs the
    same whether it answers or not.
    """
    if not prompted.thousand or not (choice.month + choice.model.made) > 0:
        return ""
    volume = 1000 * (choice.month + choice.model.made) / prompted.thousand
    digits = 10 ** max(math.floor(math.log10(volume)) - 1, 0)
    return f"{round(volume / digits) * digits:,.0f}"


def reaches(status: TargetStatus | None) -> bool | None:
    """Return whether a status says that the target is reached; None if unknown."""
    if status in (None, TargetStatus.UNKNOWN):
        return None
    return status in (TargetStatus.REACHED, TargetStatus.LIKELY)
