"""A learning rate that is too low: the loss falls slowly and evenly."""

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "learning-rate-too-low"
FEWEST = 6  # looks at the validation split
AT_MOST = 0.3  # of the loss, that all passes have taken off
STEADY = 0.5  # of what the first half took off, that the second half still takes off
EVEN = 0.8  # of the looks, that are better than the one before
FASTER = 5.0
HIGHEST = 10.0  # that a run may have


def check(evidence: Evidence) -> Advice | None:
    """Find a loss that falls evenly, has hardly begun to, and is unfinished."""
    loss = evidence.line("validation/loss").values
    if len(loss) < FEWEST or not evidence.has_ended:
        return None
    middle = len(loss) // 2
    first_half, second_half = loss[0] - loss[middle], loss[middle] - loss[-1]
    fallen = first_half + second_half
    if not 0 < fallen < AT_MOST * abs(loss[0]) or second_half < STEADY * first_half:
        return None
    if float(np.mean(np.diff(loss) < 0)) < EVEN:
        return None
    rate = float(evidence.run.config.learning_rate)
    higher = min(float(f"{rate * FASTER:.1g}"), HIGHEST)
    return Advice(
        CODE, "chance", "The learning rate is too low: the model has only begun to learn.",
        f"All steps together took {100 * fallen / loss[0]:.0f} % off the validation loss ({loss[0]:.3g} to "
        f"{loss[-1]:.3g}), and the second half nearly as much as the first, at a learning rate of {rate:g}.",
        f"Run again with five times the learning rate ({higher:g})", {"learning_rate": higher},
    )  # fmt: skip


RULE = Rule(
    CODE, check, order=20, silences=("still-falling", "worse-than-baseline", "class-never-predicted"), of_descent=True
)
