"""A validation loss that still fell at the end: more training would help."""

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "still-falling"
FEWEST = 5  # looks at the validation split
LAST_PART = 0.3  # of the run, that is looked at
GAIN = 0.02  # of the loss, that this part took off
OF_THE_FIRST = 0.005  # of the first loss, that it took off: nobody feels less


def check(evidence: Evidence) -> Advice | None:
    """Find a run that ended while it was getting better."""
    line = evidence.line("validation/loss")
    if len(line) < FEWEST or not evidence.has_ended:
        return None
    values, end = line.values, int(line.steps[-1])
    before = float(np.interp(end * (1 - LAST_PART), line.steps, values))
    last, lowest = float(values[-1]), float(values.min())
    gain = (before - last) / max(abs(before), 1e-12)
    if gain < GAIN or before - last < OF_THE_FIRST * float(values[0]) or last > lowest + 0.1 * (before - last):
        return None
    more = evidence.run.config.epochs
    return Advice(
        CODE, "chance", "It was still getting better when it ended.",
        f"The last {100 * LAST_PART:.0f} % of the run took {100 * gain:.0f} % off the validation loss "
        f"({before:.3g} to {last:.3g}), and its last value is its best.",
        f"Train longer: {more} more {'epoch' if more == 1 else 'epochs'}", more_epochs=more,
    )  # fmt: skip


RULE = Rule(CODE, check, order=40, of_descent=True)
