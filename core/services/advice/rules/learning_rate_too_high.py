"""A learning rate that is too high: the loss is NaN or much worse."""

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "learning-rate-too-high"
WORSE = 1.05  # of the first losses: no model that learns gets there again
FEWEST = 12  # points from which a curve says something


def check(evidence: Evidence) -> Advice | None:
    """Find that training broke down, or ends worse than it began."""
    rate = float(evidence.run.config.learning_rate)
    lower = float(f"{rate / 10:.1g}")
    action, changes = f"Run again with a tenth of the learning rate ({lower:g})", {"learning_rate": lower}
    if evidence.run.cause == "diverged":
        return Advice(
            CODE, "problem", "The learning rate is too high: training broke down.",
            f"At a learning rate of {rate:g} the loss was no number any more at step {evidence.run.steps:,}.",
            action, changes,
        )  # fmt: skip
    loss = evidence.line("train/loss").values
    if len(loss) < FEWEST:
        return None
    first, last = float(np.mean(loss[:3])), float(np.median(loss[-len(loss) // 4 :]))
    if last <= WORSE * first or last <= float(np.min(loss)) * WORSE:
        return None
    return Advice(
        CODE, "problem", "The learning rate is too high: the loss rises instead of falling.",
        f"The training loss was {first:.3g} at first and is {last:.3g} now, at a learning rate of {rate:g}.",
        action, changes,
    )  # fmt: skip


RULE = Rule(
    CODE,
    check,
    order=10,
    silences=("exploding-gradients", "plateau", "still-falling", "worse-than-baseline"),
    of_descent=True,
)
