"""What a rule is shown of a run, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.runs import Run
from core.specs import MetricSpec

STRONGER = {"quick": "balanced", "balanced": "best"}  # settings that learn more than these

Severity = Literal["problem", "chance", "note"]
SEVERITIES: tuple[Severity, ...] = ("problem", "chance", "note")


@dataclass(frozen=True, eq=False)
class Line:
    """A curve: (N,) steps, rising, and (N,) values, all finite."""

    steps: NDArray[np.float64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.steps)


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything that a rule may go by.

    Args:
        run: The run, live or ended.
        primary: The metric that decides.
        lines: Its curves by key, such as `train/loss`.
        report: What was found out on the test split; empty before.
        settings: Every setting by its name, the model's own included.
        steps_per_epoch: 0 where it is not known.
        train_examples: Examples to learn from; 0 where it is not known.
        other_model: Name and title of a recommended model that is not this run's; empty where there is none.
        is_not_recommended: Whether another model is recommended for the data than this run's.
        unsuited: Why the run's model does not suit the data, a sentence; empty where it does.
        was_solved: Its last step went straight to the best weights, whatever gradient descent did before.
        is_final: Whether stronger settings would compute the same: it was solved, and they change descent alone.
    """

    run: Run
    primary: MetricSpec
    lines: Mapping[str, Line]
    report: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    steps_per_epoch: int = 0
    train_examples: int = 0
    was_solved: bool = False
    other_model: tuple[str, str] = ("", "")
    unsuited: str = ""
    is_not_recommended: bool = False
    is_final: bool = False

    @property
    def stronger(self) -> str:
        """The settings that learn more than the run's; empty where there are none."""
        return "" if self.is_final else STRONGER.get(self.run.config.preset, "")

    def line(self, key: str) -> Line:
        """Return a curve; one without points where there is none."""
        return self.lines.get(key, Line(np.zeros(0, np.int64), np.zeros(0)))

    def when(self, step: int) -> str:
        """Return a step as people say it: "epoch 4", where epochs are known."""
        if not self.steps_per_epoch:
            return f"step {step:,}"
        return f"epoch {max(-(-step // self.steps_per_epoch), 1):,}"

    def next_run(self) -> tuple[str, dict[str, Any], str]:
        """Return action and changes of a new run, or a page, where settings fail."""
        stronger, (name, title) = self.stronger, self.other_model
        if name and (self.is_not_recommended or not stronger):
            return f"Train another model: {title}", {"model": name}, ""
        if stronger:
            return f"Run again with the settings '{stronger}'", {"preset": stronger}, ""
        return "Try another model on the same data", {}, "train.py"

    @property
    def has_ended(self) -> bool:
        """Whether no more points will come."""
        return not self.run.status.is_active


@dataclass(frozen=True)
class Advice:
    """One thing that is worth saying about a run.

    Args:
        code: The rule's.
        severity: "problem", "chance" to do better, or "note".
        finding: What was found, in one sentence.
        evidence: The numbers behind it, in one sentence.
        action: What to do, as a button says it.
        changes: Settings of a new run that does it; empty where another way leads there.
        more_epochs: Passes to train this run longer by, instead of a new one.
        page: The page that leads there, instead of a run: "import_data.py".
    """

    code: str
    severity: Severity
    finding: str
    evidence: str
    action: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    more_epochs: int = 0
    page: str = ""


@dataclass(frozen=True)
class Rule:
    """What one file in `rules/` brings.

    Args:
        code: Its name, in words joined by hyphens.
        check: Returns advice where there is reason for it.
        order: Lower comes first among advice of the same severity.
        silences: Codes of rules that have nothing to add where this one speaks.
        of_descent: It is about the way to the weights; it says nothing of a run whose weights were computed.
    """

    code: str
    check: Callable[[Evidence], Advice | None]
    order: int
    silences: tuple[str, ...] = ()
    of_descent: bool = False
