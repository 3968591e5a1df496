"""The score has stood still for long: more of the same brings nothing."""

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "plateau"
FEWEST = 8  # looks at the validation split
LAST_PART = 0.5  # of the run, that is looked at
GAIN = 0.01  # of the distance from the first look to the best, that counts as better


def check(evidence: Evidence) -> Advice | None:
    """Find that the second half of the run brought nothing."""
    line = evidence.line(f"validation/{evidence.primary.name}")
    if len(line) < FEWEST:
        return None
    sign = 1.0 if evidence.primary.direction == "max" else -1.0
    values, middle = sign * line.values, int((1 - LAST_PART) * len(line))
    before, since, first = float(values[:middle].max()), float(values[middle:].max()), float(values[0])
    perfect = evidence.primary.direction == "max" and since >= 1.0
    if perfect or since - before > GAIN * max(abs(before - first), 1e-12):
        return None
    step = int(line.steps[int(np.argmax(values[:middle]))])
    action, changes, page = evidence.next_run()
    return Advice(
        CODE, "note", f"Nothing has got better since {evidence.when(step)}.",
        f"The best {evidence.primary.in_a_sentence} since then is {_number(evidence, sign * since)}; it was "
        f"{_number(evidence, sign * before)} before.",
        action, changes, page=page,
    )  # fmt: skip


def _number(evidence: Evidence, value: float) -> str:
    return f"{100 * value:.1f} %" if evidence.primary.unit == "percent" else f"{value:.3g}"


RULE = Rule(CODE, check, order=50, of_descent=True)
