"""Targets: how good a model must be to be useful."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Protocol

from core.errors import UnknownName, UserError

SHARES = ("accuracy", "precision", "recall", "f1")  # measures that are said in percent
BARE = {"label": "accuracy", "number": "mae", "text": "loss"}  # meant where only a number is written, by kind of output
CALLED = {"macro_f1": "f1", "macro f1": "f1", "mean error": "mae", "average error": "mae", "right": "accuracy",
          "share right": "accuracy", "r²": "r2", "bits per character": "bits_per_character"}  # fmt: skip
TODAY = "better than"
NONE = "none"  # as commands write that a run has no target
_NUMBER = r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?"
_CLASS = re.compile(
    r'recall of (?P<label>"(?:[^"\\]|\\.)*"|.+?) (?:at least )?(?P<value>' + _NUMBER + r") ?(?P<percent>%?)"
    r"(?: (?:at|with) (?:a )?precision (?:of )?(?P<precision>" + _NUMBER + r") ?(?P<precision_percent>%?))?",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?:(?P<metric>[^\W\d][\w² ]*?) )??(?:(?:at least|at most|of|<=|>=|=) ?)?(?P<value>"
    + _NUMBER
    + r") ?(?P<percent>%?)",
    re.IGNORECASE,
)
_PLAIN_LABEL = re.compile(r"(?!.*\b(?:at|with)\b)[^\W\d]+(?: [^\W\d]+)*", re.IGNORECASE)  # stands without quotes
MOST_CLASSES = 12  # that an error lists


class Measure(Protocol):
    """A metric, as far as a target must know it: a `core.specs.MetricSpec`."""

    @property
    def name(self) -> str:
        """In documents and commands."""


class Measures(Protocol):
    """A task, as far as a target must know it: a `core.specs.TaskSpec`."""

    @property
    def name(self) -> str:
        """Its Hugging Face name."""

    @property
    def output_kind(self) -> str:
        """What it answers with: "label", "number" or "text"."""

    @property
    def metrics(self) -> Sequence[Measure]:
        """What its models are judged by."""


@dataclass(frozen=True)
class Target:
    """How good is good enough, or how good it is today without a model.

    Args:
        metric: Of the task: "accuracy", "f1", "recall", "mae", "r2", "loss", "perplexity" ...
        value: In the metric's own unit; a share is 0 to 1.
        label: Whose recall, where that of one class is meant.
        precision: The least share of right alarms with that recall; 0 where the model's own answers count.
        today: Whether the value is what is reached today without a model, so that better than it is wanted.
    """

    metric: str
    value: float
    label: str = ""
    precision: float = 0.0
    today: bool = False

    @classmethod
    def parse(cls, text: str, task: Measures) -> "Target":
        """Return the target that a text means.

        >>> from core import catalog
        >>> Target.parse("recall of spam 80% at precision 90%", catalog.find_task("text-classification"))
        Target(metric='recall', value=0.8, label='spam', precision=0.9, today=False)

        Args:
            text: "accuracy 90%", "recall of spam 80% at precision 90%", "mae 200", "better than 82%", "loss 1.4".
            task: Whose measures there are.

        Raises:
            UserError: It means nothing, names a measure that the task has not, or a value that nothing can have.
        """
        rest = text.strip()
        today = rest.lower().startswith(f"{TODAY} ")
        rest = rest[len(TODAY) :].strip() if today else rest
        if task.output_kind == "label" and (found := _CLASS.fullmatch(rest)):
            value = _number(found["value"], found["percent"], "recall", task)
            precision = found["precision"]
            share = _number(precision, found["precision_percent"], "precision", task) if precision else 0.0
            return cls("recall", value, _label(found["label"]), share, today).checked(task)
        if not (plain := _PLAIN.fullmatch(rest)):
            raise _not_understood(text, task)
        metric = _metric(plain["metric"], plain["percent"], task)
        return cls(metric, _number(plain["value"], plain["percent"], metric, task), today=today).checked(task)

    def format(self) -> str:
        """Return the text that `parse` reads as this target.

        >>> Target("recall", 0.8, "spam", 0.9).format()
        'recall of spam 80% at precision 90%'
        """
        if self == UNDECIDED:
            return NONE
        what = f"recall of {_quoted(self.label)}" if self.label else self.metric
        at = f" at precision {_percent(self.precision)}" if self.precision else ""
        return f"{f'{TODAY} ' if self.today else ''}{what} {self.amount}{at}"

    @property
    def amount(self) -> str:
        """The value as it is written: "90%", "200"."""
        if self.metric in SHARES:
            return _percent(self.value)
        return _digits(Decimal(repr(self.value)))

    def is_met_by(self, value: float) -> bool:
        """Return whether a value is on the good side; NaN never is."""
        if self.today:
            return value < self.value if self.is_error else value > self.value
        return value <= self.value if self.is_error else value >= self.value

    @property
    def is_error(self) -> bool:
        """Whether less is better, as of errors and losses."""
        return self.metric not in (*SHARES, "r2")

    def checked(self, task: Measures) -> "Target":
        """Return the target itself, if a model of the task could have it.

        Raises:
            UserError: What is wrong with it, in a sentence.
        """
        known = [metric.name for metric in task.metrics]
        if self.metric not in known:
            raise UnknownName(f"measure of {task.name}", self.metric, known)
        if self.label and (self.metric != "recall" or task.output_kind != "label"):
            raise UserError("A target for one class is its recall: recall of CLASS 80% at precision 90%.")
        if self.precision and not self.label:
            raise UserError("A precision goes with the recall of one class: recall of CLASS 80% at precision 90%.")
        if problem := self._problem():
            raise UserError(problem)
        return self

    def check_class(self, labels: Sequence[str]) -> "Target":
        """Return the target itself, where the data has its class.

        Args:
            labels: Of the data set; nothing is checked where none are known.

        Raises:
            UnknownName: There is no such class.
        """
        if not self.label or not labels or self.label in labels:
            return self
        near = get_close_matches(self.label, labels, n=3, cutoff=0.5)
        raise UnknownName("class", self.label, [*dict.fromkeys([*near, *labels])][:MOST_CLASSES])

    def _problem(self) -> str:
        if not self.value < float("inf"):
            return f"A target is a number; '{self.value}' is none."
        if self.value < 0 or (self.value == 0 and not self.today):
            return f"A target is more than 0; {self.amount} was asked for."
        if self.metric in (*SHARES, "r2") and self.value > 1:
            return f"No model can reach more than 100 %; {self.amount} was asked for. Choose a value up to 100 %."
        if self.today and self.value == (0 if self.is_error else 1):
            return f"Nothing can be better than {self.amount}. Write what is reached today without a model."
        if self.metric == "perplexity" and self.value <= 1:
            return "Perplexity is above 1: 1 would be knowing every next character for certain."
        if not 0 <= self.precision <= 1:
            return f"Precision is a share up to 100 %; {_percent(self.precision)} was asked for."
        return ""

    def to_json(self) -> dict[str, Any]:
        """Return the same as a dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> "Target | None":
        """Return the target of a dictionary; None of nothing."""
        return cls(**kept) if kept else None


UNDECIDED = Target(NONE, 0.0)  # of a run that is held to nothing, although its data set has a target


def _metric(named: str | None, percent: str, task: Measures) -> str:
    if not named:
        return "r2" if percent and task.output_kind == "number" else BARE[task.output_kind]
    name = named.strip().lower()
    known = [metric.name for metric in task.metrics]
    name = CALLED.get(name, name)
    if name not in known:
        raise UnknownName(f"measure of {task.name}", name, known)
    return name


def _number(text: str, percent: str, metric: str, task: Measures) -> float:
    """Return a value; of a share both 0.9 and 90 are 90 %."""
    number = Decimal(text.replace(",", ""))
    if percent and metric not in (*SHARES, "r2"):
        raise UserError(f"'{metric}' is no share, so it has no percent. Write for example: {example(task)}.")
    is_percent = bool(percent) or (metric in SHARES and abs(number) > 1)
    return float(number / 100 if is_percent else number)


def _label(written: str) -> str:
    """Return a label without the quotes that it was written in."""
    if written.startswith('"') and written.endswith('"') and len(written) > 1:
        try:
            return str(json.loads(written, strict=False))
        except ValueError:  # no quotes of ours
            return written
    return written[1:-1] if len(written) > 2 and written[0] == written[-1] == "'" else written


def _quoted(label: str) -> str:
    return label if _PLAIN_LABEL.fullmatch(label) else json.dumps(label, ensure_ascii=False)


def _percent(share: float) -> str:
    return f"{_digits(Decimal(repr(share)) * 100)}%"


def _digits(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def example(task: Measures) -> str:
    """Return a target as one may write it for a task."""
    return {"label": "accuracy 90%", "number": "mae 200", "text": "loss 1.4"}[task.output_kind]


def _not_understood(text: str, task: Measures) -> UserError:
    examples = {
        "label": "'accuracy 90%', 'recall of CLASS 80% at precision 90%' or 'better than 82%'",
        "number": "'mae 200', 'r2 80%' or 'better than 250'",
        "text": "'loss 1.4', 'perplexity 5' or 'better than 1.8'",
    }[task.output_kind]
    return UserError(f"'{text.strip()}' is no target for {task.name}. Write for example {examples}.")
