"""Asks how good a useful model must be, in the task's metric.

    with st.container(border=True):
        choice = target_form(task, labels, key=f"target-{dataset.name}", current=service.dataset_service.target(name))
    if not choice.problem:
        service.start_run(config, target=choice.target)

The question is optional: "Not decided" is a target of None. At first it shows `current`; the key should say what
it is about, so that another data set begins with its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import TouchstoneError
from core.evaluation.target_words import wanted
from core.specs import TaskSpec
from core.specs.target import SHARES, UNDECIDED, Target
from pages.components.widgets.text import plain

QUESTION = "How good must it be to be useful?"
NONE, RIGHT, FIND, TODAY, ERROR, LOSS, PERPLEXITY, OTHER = (
    "none", "right", "find", "today", "error", "loss", "perplexity", "other",
)  # fmt: skip
KINDS = {"label": (NONE, RIGHT, FIND, TODAY, OTHER), "number": (NONE, ERROR, TODAY, OTHER),
         "text": (NONE, LOSS, PERPLEXITY, TODAY, OTHER)}  # fmt: skip
TITLES = {
    NONE: "Not decided",
    RIGHT: "Share right",
    FIND: "Find one class",
    ERROR: "Average error",
    LOSS: "Loss",
    PERPLEXITY: "Perplexity",
    TODAY: "Better than what we do today",
    OTHER: "Another measure",
}
TODAYS = {"label": "accuracy", "number": "mae", "text": "loss"}  # what "today" is measured in, by kind of output


@dataclass(frozen=True)
class TargetChoice:
    """The chosen target, or none, and why the input is invalid."""

    target: Target | None
    problem: str = ""
    before: Target | None = None  # what is in force where nothing is said

    @property
    def changed(self) -> Target | None:
        """The target, where it is another than before; UNDECIDED for none any more."""
        if self.problem or self.target == self.before:
            return None
        return self.target or UNDECIDED


def target_form(
    task: TaskSpec, labels: Sequence[str], key: str, current: Target | None = None, unit: str = ""
) -> TargetChoice:
    """Ask for a target; show in words what was chosen.

    Args:
        task: What the model does.
        labels: The classes of the data, as far as they are known.
        key: Of the widgets.
        current: The target so far.
        unit: Of the numbers that are predicted, if it is known.
    """
    kinds = [kind for kind in KINDS[task.output_kind] if kind != FIND or labels]
    before = _kind_of(current, task)
    kind = st.selectbox(
        QUESTION, kinds, kinds.index(before if before in kinds else OTHER), key=f"{key}-kind",
        format_func=TITLES.__getitem__,
        help="Optional. The result is held against it, and it can be changed later without training again.",
    )  # fmt: skip
    known = current if current is not None and kind == before else None
    try:
        target = _asked(kind or NONE, task, labels, key, known, unit)
        if target is not None:
            target.checked(task).check_class(labels)
    except TouchstoneError as error:
        st.markdown(f":small[:red[:material/error: {plain(str(error))}]]")
        return TargetChoice(None, str(error), current)
    if target is not None and kind in (FIND, OTHER):
        st.caption(f"Useful where it {plain(_sentence(target, unit))}.")
    return TargetChoice(target, "", current)


def _sentence(target: Target, unit: str) -> str:
    return wanted(target, unit) if target.label else f"reaches {wanted(target, unit)}"


def _kind_of(target: Target | None, task: TaskSpec) -> str:
    if target is None:
        return NONE
    if target.today:
        return TODAY if target.metric == TODAYS[task.output_kind] and not target.label else OTHER
    if target.label:
        return FIND
    return {"accuracy": RIGHT, "mae": ERROR, "loss": LOSS if task.output_kind == "text" else OTHER,
            "perplexity": PERPLEXITY}.get(target.metric, OTHER)  # fmt: skip


def _asked(
    kind: str, task: TaskSpec, labels: Sequence[str], key: str, known: Target | None, unit: str
) -> Target | None:
    value = known.value if known is not None else None
    match kind:
        case "right":
            return Target("accuracy", _percent("At least this share right (%)", f"{key}-right", value, 90))
        case "find":
            return _of_class(labels, key, known)
        case "today":
            metric = TODAYS[task.output_kind]
            if metric in SHARES:
                today = _percent("What you reach today: share right (%)", f"{key}-today", value, 80)
                return Target(metric, today, today=True)
            return Target(metric, _amount(f"What you reach today: {_called(metric, unit)}", f"{key}-today", value),
                          today=True)  # fmt: skip
        case "error" | "loss" | "perplexity":
            metric = {ERROR: "mae"}.get(kind, kind)
            return Target(metric, _amount(f"At most this {_called(metric, unit)}", f"{key}-{kind}", value))
        case "other":
            names = ", ".join(metric.name for metric in task.metrics)
            text = st.text_input(
                "Target", known.format() if known else "", key=f"{key}-text", max_chars=200,
                placeholder="f1 80%" if task.output_kind == "label" else "r2 80%", help=f"One of: {names}.",
            )  # fmt: skip
            return Target.parse(text, task) if text else None
    return None


def _of_class(labels: Sequence[str], key: str, known: Target | None) -> Target:
    place = labels.index(known.label) if known is not None and known.label in labels else 0
    label = st.selectbox("Which class", labels, place, key=f"{key}-label")
    recall = _percent("Find at least this share of it (recall, %)", f"{key}-recall", known.value if known else None, 80)
    precision = _percent(
        "Right in at least this share of these answers (precision, %)", f"{key}-precision",
        known.precision if known else None, 90, lowest=0.0,
    )  # fmt: skip
    return Target("recall", recall, label or labels[0], precision)


def _percent(label: str, key: str, share: float | None, default: float, lowest: float = 0.1) -> float:
    shown = round(100 * share, 6) if share is not None else float(default)
    value = st.number_input(label, lowest, 100.0, shown, step=1.0, format="%g", key=key)
    return round((default if value is None else value) / 100, 8)


def _amount(label: str, key: str, value: float | None) -> float:
    """Ask for a number; nothing is proposed, as only the user knows its scale."""
    written = st.number_input(label, min_value=0.0, value=None if value is None else float(value), format="%g", key=key,
                              placeholder="A number")  # fmt: skip
    if written is None:
        raise _Missing
    return float(written)


class _Missing(TouchstoneError):
    """The number is not written yet."""

    def __init__(self) -> None:
        super().__init__("Write a number, or choose: Not decided.")


def _called(metric: str, unit: str) -> str:
    name = {"mae": "average error", "loss": "loss", "perplexity": "perplexity"}[metric]
    return f"{name} ({unit})" if unit and metric == "mae" else name
