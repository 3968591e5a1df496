"""Rules on the next step, by priority: the first that fires is the advice.

A target that is reached, or likely so, fires the second one, so those after it need not ask for it.
"""

import math

from core.evaluation.baseline_names import COMMONEST, MEAN, plain_name
from core.evaluation.judged import Judged, nothing_learnt
from core.evaluation.meaning import FEWEST
from core.evaluation.more_labels import more_labels
from core.evaluation.next_step.gains import CANNOT_TELL, beside_missing, points, value_in_words
from core.evaluation.next_step.situation import NextStep, Situation, Sizes
from core.evaluation.nouns import plural
from core.evaluation.rule import Rule, first_said
from core.evaluation.target_status import TargetStatus

TAKE_IT = "Take the simple one"
LITTLE = 0.03  # of the answers wrong: without a target, that is left as it is
WORTH_IT = 0.005  # points below which a step is not advised for its gain
OF_THE_ERRORS = 0.1  # that wrong labels must explain
GAP = 0.1  # between right answers on training and on validation examples
MOST_EXAMPLES = 50  # times as many test examples: beyond it nobody is asked to bring them
FAULTS = ("learning-rate-too-high", "exploding-gradients", "learning-rate-too-low")
BRING = "import_data.py"


def _few_examples(known: Situation) -> NextStep | None:
    judged = known.judged
    if not 0 < _judged_by(judged) < FEWEST:
        return None
    action = f"add more {plural(judged.noun or judged.task.noun)}, at least a hundred to judge by"
    return NextStep(
        "few-examples", action, f"{CANNOT_TELL}: so few say next to nothing.", "Import more data", page=BRING
    )


def _judged_by(judged: Judged) -> int:
    """Count the test examples behind the verdict: all, or the target's class only."""
    label = judged.target.target.label if judged.target is not None else ""
    return int(judged.confusion[judged.labels.index(label)].sum()) if label in judged.labels else judged.examples


def _take_other(known: Situation) -> NextStep | None:
    """Return the step where the decision takes another contender than the run."""
    if (decided := known.decision) is None or (other := decided.taken) is None:
        return None
    if other.kind == "language model":
        name, gain = f"prompt {other.name}", "It needs no training, and sends each example to its host."
    else:
        name, gain = f"use {other.name}", "There is nothing more to train for it."
    return NextStep("other-contender", name, gain, covers=("worse-than-baseline", "plateau"))


def _use_it(known: Situation) -> NextStep | None:
    taken = known.decision.taken if known.decision is not None else None
    reached = known.status in (TargetStatus.REACHED, TargetStatus.LIKELY)
    if (reached or (taken is not None and taken.is_good)) and (other := _take_other(known)) is not None:
        return other
    if known.status is TargetStatus.REACHED:
        gain = "Nothing is missing: all of its 95 % interval reaches the target."
        return NextStep("use-it", "use it", gain)
    if known.status is not TargetStatus.LIKELY:
        return None
    if "writing" in known.judged.task.parts:  # nobody says of a text that it is right or wrong
        gain = "It likely reaches the target. Whether its texts are of use shows in reading them."
        return NextStep("use-it", "read aloud what it writes on beginnings of your own", gain, "Try it", "try_it.py")
    more = _to_be_sure(known.judged)
    text = "It reaches the target, but its 95 % interval does not wholly"
    return NextStep(
        "use-it", "use it, and count how often it is wrong",
        f"{text}: about {more:,} test examples in all would make it sure." if more else f"{text}.",
    )  # fmt: skip


def _to_be_sure(judged: Judged) -> int:
    """Estimate test examples for the interval to reach the target; 0 if too many."""
    target = judged.target
    assert target is not None
    near = target.ci_high - target.score if target.target.is_error else target.score - target.ci_low
    margin = abs(target.score - target.target.value)
    if not judged.examples or not margin > 0 or target.target.label:
        return 0
    times = (near / margin) ** 2
    digits = 10 ** max(len(str(int(judged.examples * times))) - 2, 0)
    return math.ceil(judged.examples * times / digits) * digits if times <= MOST_EXAMPLES else 0


def _good_without_target(known: Situation) -> NextStep | None:
    judged = known.judged
    if known.status is not None or judged.said != "accuracy" or nothing_learnt(judged):
        return None
    wrong = 1 - judged.test["accuracy"].value
    if wrong > LITTLE or (judged.difference is not None and judged.difference.ci_high < 0):
        return None
    if (other := _take_other(known)) is not None:
        return other
    gain = "It made no mistake, so there is nothing left to gain here." if not wrong else (
        f"At most {points(wrong)} are left to gain: it is wrong on no more."
    )  # fmt: skip
    return NextStep("good-enough", "try it on your own examples, and set a target", gain, "Try it", "try_it.py")


def _other_run(known: Situation) -> NextStep | None:
    other = known.other
    if other is None or not other.is_clear:
        return None
    judged = known.judged
    lead = abs(other.value - judged.test[judged.said].value)
    return NextStep(
        "other-run", f"take the run '{other.name}'",
        f"Likely gain: {beside_missing(judged, lead)}, as it {value_in_words(judged, other.value)} on the same "
        "test examples.",
        "Show that run", run=other.id, covers=("worse-than-baseline", "plateau"),
    )  # fmt: skip


def _simple_method(known: Situation) -> NextStep | None:
    judged, gain = known.judged, known.judged.difference
    if gain is None or not gain.ci_high < 0 or gain.baseline in (COMMONEST, MEAN):
        return None
    own, simple = judged.test.get(judged.said), judged.baselines.get(gain.baseline, {}).get(judged.said)
    likely = f"{CANNOT_TELL} in this measure."
    if own is not None and simple is not None:
        lead = abs(simple.value - own.value)
        likely = (
            f"Likely gain: {beside_missing(judged, lead)}, as it "
            f"{value_in_words(judged, simple.value)} on the same test examples."
        )
    covers = ("worse-than-baseline", "plateau", "too-little-data")
    if known.kept_baseline:
        return NextStep(
            "simple-method", f"take {plain_name(gain.baseline)} instead", likely, TAKE_IT, "try_it.py",
            baseline=known.kept_baseline, covers=covers,
        )  # fmt: skip
    model = known.simple_model
    return NextStep(
        "simple-method", f"take {plain_name(gain.baseline)} instead", likely,
        f"Train {model.title}" if model else "", settings={"model": model.name} if model else {},
        covers=covers,
    )  # fmt: skip


def _fault(known: Situation) -> NextStep | None:
    found = next((known.findings[code] for code in FAULTS if code in known.findings), None)
    if found is None:
        return None
    action = found.action[:1].lower() + found.action[1:]
    gain = f"{CANNOT_TELL} before it is tried. {found.finding}"
    return NextStep("training-fault", action, gain, found.action, settings=found.changes, covers=(found.code,))


def _train_longer(known: Situation) -> NextStep | None:
    if "still-falling" not in known.findings or not known.can_go_on:
        return None
    judged, gain = known.judged, known.late_gain
    if gain is not None and gain > 0 and (judged.said != "accuracy" or gain >= WORTH_IT):
        likely = (
            f"Likely gain: up to {beside_missing(judged, gain)}, as the last 30 % of the training gained on the "
            "validation split."
        )
    elif judged.said == "accuracy" and gain is not None:
        likely = "Likely gain: little, as its loss still fell but its share of right answers stood still."
    else:
        likely = f"{CANNOT_TELL}: its validation loss still fell at the end."
    epochs = known.epochs
    return NextStep(
        "train-longer", f"train it longer, by {epochs} more {'epoch' if epochs == 1 else 'epochs'}", likely,
        "Train longer", more_epochs=epochs, covers=("still-falling",),
    )  # fmt: skip


def _nothing_learnt(known: Situation) -> NextStep | None:
    if not nothing_learnt(known.judged):
        return None
    action = "use data that says more about the answer, or clearer labels"
    gain = f"{CANNOT_TELL}: nothing that was tried has found what the answer depends on."
    return NextStep("other-data", action, gain, "Import other data", page=BRING, covers=_DATA)


def _fix_labels(known: Situation) -> NextStep | None:
    found, judged = known.label_issues, known.judged
    if found is None or not found.examples:
        return None
    wrong = found.count * found.precision
    share, errors = wrong / found.examples, 1 - judged.test["accuracy"].value
    if share < max(WORTH_IT, OF_THE_ERRORS * errors):
        return None
    gain = min(share, errors)
    return NextStep(
        "fix-labels", f"look at the {found.count:,} labels that it doubts",
        f"Likely gain: up to {beside_missing(judged, gain)}: in a trial "
        f"{100 * found.precision:.0f} of 100 such doubts were right, so about {max(round(wrong), 1):,} of "
        f"{found.examples:,} labels are wrong.",
        "Check the labels", page="data.py",
    )  # fmt: skip


def _more_data(known: Situation) -> NextStep | None:
    judged, sizes = known.judged, known.sizes
    action = f"add more {plural(judged.noun or judged.task.noun)} to train on"
    if (asked := known.labels) is not None:
        metric = judged.task.metric(asked.metric)
        if not asked.is_clear:  # it was tried, and does not point there
            return None
        return NextStep("more-data", action, more_labels(asked, metric), "Import more data", page=BRING, covers=_DATA)
    if sizes is not None and (doubled := _of_doubling(judged, sizes)) > 0:
        gain = (
            f"Likely gain: up to {beside_missing(judged, doubled)} with twice as many: "
            f"with {sizes.fewer:,} training examples it {value_in_words(judged, sizes.fewer_value)}, with "
            f"{sizes.more:,} it {value_in_words(judged, sizes.more_value)}."
        )
        return NextStep("more-data", action, gain, "Import more data", page=BRING, covers=_DATA)
    if known.trained is not None and known.validated is not None and known.trained - known.validated >= GAP:
        gap = known.trained - known.validated
        gain = (
            f"Likely gain: at most {beside_missing(judged, gap)}: it is right on "
            f"{100 * known.trained:.0f} of 100 training examples and on {100 * known.validated:.0f} of 100 others."
        )
        return NextStep("more-data", action, gain, "Import more data", page=BRING, covers=_DATA)
    if "too-little-data" in known.findings or "overfitting" in known.findings:
        gain = f"{CANNOT_TELL}: it memorises its training examples and does worse on others."
        return NextStep("more-data", action, gain, "Import more data", page=BRING, covers=_DATA)
    if known.status is TargetStatus.OUT_OF_REACH:
        gain = f"{CANNOT_TELL}: everything that was tried on this data misses the target by more than chance."
        return NextStep("more-data", action, gain, "Import more data", page=BRING, covers=_DATA)
    return None


_DATA = ("too-little-data", "overfitting", "worse-than-baseline", "plateau")


def _of_doubling(judged: Judged, sizes: Sizes) -> float:
    """Return what each doubling of the examples brought, which the next one hardly exceeds."""
    better = sizes.more_value - sizes.fewer_value
    better = better if judged.task.metric(judged.said).direction == "max" else -better
    return better / math.log2(sizes.more / sizes.fewer)


def _other_model(known: Situation) -> NextStep | None:
    model, judged = known.next_model, known.judged
    if model is None:
        return None
    gain = judged.difference
    beside = f": {plain_name(gain.baseline)} does as well" if gain is not None and not gain.is_clear else ""
    return NextStep(
        "other-model", f"train another model, {model.title}", f"{CANNOT_TELL} before it is tried{beside}.",
        f"Train {model.title}", settings={"model": model.name}, covers=("plateau", "worse-than-baseline"),
    )  # fmt: skip


def _stronger(known: Situation) -> NextStep | None:
    if not known.stronger or _take_other(known) is not None:  # what was decided, rather than a gain nobody can tell
        return None
    return NextStep(
        "stronger-settings", f"run it again with the settings '{known.stronger}'", f"{CANNOT_TELL} before it is tried.",
        f"Run again with '{known.stronger}'", settings={"preset": known.stronger},
        covers=("plateau", "worse-than-baseline"),
    )  # fmt: skip


def _nothing_known(known: Situation) -> NextStep:
    if (other := _take_other(known)) is not None:
        return other
    gain = "What would help cannot be told: nothing that is measured here points to a gain."
    return NextStep("try-it", "try it on your own examples, and look at its mistakes", gain, "Try it", "try_it.py")


RULES: tuple[Rule[Situation, NextStep], ...] = (
    Rule("few-examples", "fewer than 10 test examples, or of the class that the target speaks of", _few_examples),
    Rule("use-it", "the target is reached, or likely so", _use_it),
    Rule("other-run", "another run on the same data is better by more than this one's interval", _other_run),
    Rule("good-enough", "no target, and at most 3 of 100 answers are wrong", _good_without_target),
    Rule("simple-method", "the best baseline is clearly better", _simple_method),
    Rule("training-fault", "the coach finds a learning rate that does not suit, or exploding gradients", _fault),
    Rule("train-longer", "the validation loss still fell at the end", _train_longer),
    Rule("other-data", "nothing beats always giving the commonest answer, or the average", _nothing_learnt),
    Rule(
        "fix-labels", "doubted labels that are likely wrong are 0.5 % of all, and a tenth of the mistakes", _fix_labels
    ),
    Rule(
        "more-data", "more examples helped before, 10 points better on training examples, or out of reach", _more_data
    ),
    Rule("other-model", "a recommended model has not been tried on this data", _other_model),
    Rule("stronger-settings", "there is a stronger preset, and no other contender is taken", _stronger),
    Rule("try-it", "nothing of the above", _nothing_known),
)


def next_step(known: Situation) -> NextStep:
    """Return the step of the first rule that fires."""
    return first_said(RULES, known)
