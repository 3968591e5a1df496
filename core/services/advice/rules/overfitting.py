"""Overfitting: training improves while validation gets worse."""

from typing import Any

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "overfitting"
FEWEST = 5  # looks at the validation split
WORSE = 1.05  # times the best validation loss
BEFORE_THE_END = 0.8  # of the run: the best look must be earlier
MOST_DROPOUT, MORE_DROPOUT = 0.6, 0.2


def check(evidence: Evidence) -> Advice | None:
    """Find a validation loss that rises while the training loss goes on falling."""
    validation, train = evidence.line("validation/loss"), evidence.line("train/loss")
    if len(validation) < FEWEST or not len(train):
        return None
    best = int(np.argmin(validation.values))
    step, lowest, last = int(validation.steps[best]), float(validation.values[best]), float(validation.values[-1])
    if last < WORSE * lowest or step > BEFORE_THE_END * int(validation.steps[-1]):
        return None
    around = float(np.interp(step, train.steps, train.values))
    now = float(np.median(train.values[-max(len(train) // 10, 1) :]))
    if now >= around:
        return None
    action, changes = _remedy(evidence, step)
    return Advice(
        CODE, "problem", f"Overfitting since {evidence.when(step)}: it memorises.",
        f"There the validation loss was lowest ({lowest:.3g}); since then it has risen to {last:.3g}, while the "
        f"training loss fell from {around:.3g} to {now:.3g}.",
        action, changes,
    )  # fmt: skip


def _remedy(evidence: Evidence, step: int) -> tuple[str, dict[str, Any]]:
    """Return one remedy: more regularisation where possible, and early stopping."""
    changes: dict[str, Any] = {}
    if evidence.steps_per_epoch:
        passes = max(-(-step // evidence.steps_per_epoch), 1)
        if passes < evidence.run.config.epochs:
            changes["epochs"] = passes
    dropout = evidence.settings.get("dropout")
    if isinstance(dropout, float) and dropout < MOST_DROPOUT:
        changes["dropout"] = round(min(dropout + MORE_DROPOUT, MOST_DROPOUT), 2)
        changes.pop("epochs", None)  # who hides more may learn longer
        return f"Run again with more hidden at random (dropout {changes['dropout']:g})", changes
    if changes:
        return f"Run again with {changes['epochs']} {'epoch' if changes['epochs'] == 1 else 'epochs'}", changes
    decay = float(f"{max(3 * float(evidence.run.config.weight_decay), 0.05):.1g}")
    return f"Run again with more weight decay ({decay:g})", {"weight_decay": decay}


RULE = Rule(CODE, check, order=30, silences=("still-falling", "plateau"), of_descent=True)
