"""What a rule on the next step is shown, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.evaluation.decision import Decision
from core.evaluation.judged import Judged
from core.evaluation.target_status import TargetStatus
from core.statistics.labels_curve import LabelsCurve


@dataclass(frozen=True)
class LikelyMislabels:
    """Labels of the data that the run doubts."""

    count: int
    precision: float  # the share of such doubts that was right in the trial of the run
    examples: int  # of the data set


@dataclass(frozen=True)
class OtherRun:
    """Another run that was judged on the same version of the data."""

    id: str
    name: str
    value: float  # in the measure that headlines speak in
    is_clear: bool  # whether its whole lead lies outside this run's interval


@dataclass(frozen=True)
class Sizes:
    """Same model, settings and data set, with fewer and with more training examples."""

    fewer: int
    fewer_value: float
    more: int
    more_value: float


@dataclass(frozen=True)
class Model:
    """A model of the catalogue."""

    name: str
    title: str


@dataclass(frozen=True)
class Finding:
    """A finding of the coach that names a remedy."""

    code: str
    finding: str
    action: str
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Situation:
    """Everything that a rule may go by.

    Args:
        judged: The result.
        findings: Of the coach, by code.
        trained: The share of right answers on training examples at the end; None where it is not known.
        validated: The best share on validation examples.
        late_gain: What the last 30 % of the training brought on the validation split, above 0 is better, in the
            measure that headlines speak in; None where it is not known.
        epochs: Of the run.
        label_issues: None where none is believed.
        other: The best other run on the same data; None where none is better.
        sizes: None where the model was never trained on fewer or more examples.
        next_model: What to try next; None where nothing suits.
        simple_model: That is the same as the best simple method; None where there is none.
        kept_baseline: Name of the best simple method, where the run has kept it so that it can answer.
        stronger: The next preset; empty where it is the strongest.
        can_go_on: Whether the run can be trained longer.
        labels: What twice the labels would bring, where somebody asked; None else.
        decision: Whether to train, prompt or take the simple one; None where that was not asked.
    """

    judged: Judged
    findings: Mapping[str, Finding] = field(default_factory=dict)
    trained: float | None = None
    validated: float | None = None
    late_gain: float | None = None
    epochs: int = 0
    label_issues: LikelyMislabels | None = None
    other: OtherRun | None = None
    sizes: Sizes | None = None
    next_model: Model | None = None
    simple_model: Model | None = None
    kept_baseline: str = ""
    stronger: str = ""
    can_go_on: bool = True
    labels: LabelsCurve | None = None
    decision: Decision | None = None

    @property
    def status(self) -> TargetStatus | None:
        """How it stands against its target; None without one."""
        return self.judged.target.status if self.judged.target is not None else None


@dataclass(frozen=True)
class NextStep:
    """One action, and what it is likely to bring.

    Args:
        code: The rule's.
        action: What to do, a sentence without its full stop.
        gain: Its likely gain and where that is known from, or that nobody can tell; a sentence.
        button: The same as a button says it; empty where there is nothing to press.
        page: That leads there: "import_data.py"; empty where a run or a start does.
        run: Another run to look at.
        baseline: Name of a simple method that the run has kept, to be asked in its model's place.
        settings: Of a new run, model and preset included; empty where another way leads there.
        more_epochs: Epochs to train this run longer by.
        covers: Codes of the coach's findings that have nothing to add.
    """

    code: str
    action: str
    gain: str
    button: str = ""
    page: str = ""
    run: str = ""
    baseline: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    more_epochs: int = 0
    covers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Both as they stand in a message."""
        return f"Next: {self.action}. {self.gain}"
